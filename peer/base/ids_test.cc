#include "peer/base/ids.h"

#include <set>
#include <string>

#include "absl/hash/hash_testing.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr char kText[] = "37668d37-507e-4160-9316-26306d150b12";

TEST(JobIdTest, IsZeroByDefault) {
  EXPECT_EQ(JobId().ToString(), "00000000-0000-0000-0000-000000000000");
}

TEST(JobIdTest, ReadsWhatItWrites) {
  const auto id = JobId::Parse(kText);
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->ToString(), kText);
  EXPECT_EQ(id->bytes()[0], 0x37);
  EXPECT_EQ(id->bytes()[15], 0x12);
}

TEST(JobIdTest, ReadsUpperCaseAndBraces) {
  const auto id = JobId::Parse("{37668D37-507E-4160-9316-26306D150B12}");
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->ToString(), kText);
}

TEST(JobIdTest, RefusesWhatIsNoGuid) {
  const std::string good = kText;
  for (const std::string& text : {
           std::string(),
           std::string("{}"),
           good.substr(1),
           good + "0",
           "{" + good,
           good + "}",
           "(" + good + ")",
           " " + good,
           std::string("37668d37507e41609316-26306d150b12----"),
           std::string("37668d37-507e-4160-9316-26306d150b1g"),
           std::string("37668d37-507e-4160-93162-6306d150b12"),
           std::string("37668d37-507e-4160-9316-26306d150b\0"
                       "2",
                       36),
       }) {
    EXPECT_FALSE(JobId::Parse(text).has_value()) << text;
  }
}

TEST(JobIdTest, RandomOnesAreVersion4AndDiffer) {
  std::set<JobId> seen;
  for (int i = 0; i < 1000; ++i) {
    const JobId id = JobId::Random();
    EXPECT_EQ(id.bytes()[6] >> 4, 4);
    EXPECT_EQ(id.bytes()[8] >> 6, 2);
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(JobIdTest, OrdersLikeItsText) {
  for (int i = 0; i < 100; ++i) {
    const JobId a = JobId::Random();
    const JobId b = JobId::Random();
    EXPECT_EQ(a < b, a.ToString() < b.ToString());
    EXPECT_NE(a == b, a != b);
  }
}

TEST(JobIdTest, HashesByValue) {
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {JobId(), *JobId::Parse(kText), JobId::Random()}));
}

}  // namespace
}  // namespace convoy
