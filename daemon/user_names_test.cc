#include "daemon/user_names.h"

#include <sys/types.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"

namespace convoy {
namespace {

class UserNamesTest : public testing::Test {
 protected:
  FakeClock clock_;
  int lookups_ = 0;
};

TEST_F(UserNamesTest, LooksEachNameUpOnce) {
  UserNames names(clock_, [this](uid_t uid) {
    ++lookups_;
    return absl::StrCat("user", uid);
  });
  EXPECT_EQ(names.NameOf(1), "user1");
  EXPECT_EQ(names.NameOf(1), "user1");
  EXPECT_EQ(lookups_, 1);
  EXPECT_EQ(names.NameOf(2), "user2");
  EXPECT_EQ(lookups_, 2);
}

TEST_F(UserNamesTest, RemembersThatThereIsNoName) {
  UserNames names(clock_, [this](uid_t) {
    ++lookups_;
    return std::string();
  });
  EXPECT_EQ(names.NameOf(7), "");
  EXPECT_EQ(names.NameOf(7), "");
  EXPECT_EQ(lookups_, 1);
}

TEST_F(UserNamesTest, AsksAgainAfterAWhile) {
  std::string name = "old";
  UserNames names(clock_, [&name](uid_t) { return name; });
  EXPECT_EQ(names.NameOf(1), "old");
  name = "new";
  clock_.Advance(absl::Minutes(9));
  EXPECT_EQ(names.NameOf(1), "old");
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(names.NameOf(1), "new");
}

TEST_F(UserNamesTest, IsBounded) {
  UserNames names(clock_, [this](uid_t) {
    ++lookups_;
    return std::string("x");
  });
  for (uid_t uid = 0; uid < 1025; ++uid) names.NameOf(uid);
  EXPECT_EQ(lookups_, 1025);
  names.NameOf(0);
  EXPECT_EQ(lookups_, 1026);
}

TEST_F(UserNamesTest, CanBeAskedFromSeveralThreads) {
  UserNames names(clock_, [](uid_t uid) { return absl::StrCat("user", uid); });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&names] {
      for (uid_t uid = 0; uid < 2000; ++uid) {
        EXPECT_EQ(names.NameOf(uid % 50), absl::StrCat("user", uid % 50));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(LookUpUserNameTest, KnowsRootAndNotEverybody) {
  EXPECT_EQ(LookUpUserName(0), "root");
  EXPECT_EQ(LookUpUserName(3999999999), "");
}

}  // namespace
}  // namespace convoy
