#include "peer/shunned_peers.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"

namespace convoy {
namespace {

class ShunnedPeersTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  ShunnedPeers shunned_{&clock_};
};

TEST_F(ShunnedPeersTest, AnAddressIsShunnedForOneContent) {
  EXPECT_TRUE(shunned_.Add("a", "10.0.0.1", ShunReason::kWrongBytes));
  EXPECT_TRUE(shunned_.Has("a", "10.0.0.1"));
  EXPECT_FALSE(shunned_.Has("a", "10.0.0.2"));
  EXPECT_FALSE(shunned_.Has("b", "10.0.0.1"));
}

TEST_F(ShunnedPeersTest, TheyAreCountedByReason) {
  shunned_.Add("a", "10.0.0.1", ShunReason::kWrongBytes);
  shunned_.Add("a", "10.0.0.2", ShunReason::kFalseHashes);
  shunned_.Add("a", "10.0.0.3", ShunReason::kFalseHashes);
  shunned_.Add("b", "10.0.0.4", ShunReason::kWrongBytes);
  const ShunnedPeers::Counts counts = shunned_.CountsOf("a");
  EXPECT_EQ(counts.wrong_bytes, 1);
  EXPECT_EQ(counts.false_hashes, 2);
  EXPECT_EQ(shunned_.CountsOf("c").wrong_bytes, 0);
}

TEST_F(ShunnedPeersTest, TheFirstReasonStays) {
  shunned_.Add("a", "10.0.0.1", ShunReason::kWrongBytes);
  EXPECT_FALSE(shunned_.Add("a", "10.0.0.1", ShunReason::kFalseHashes));
  EXPECT_EQ(shunned_.CountsOf("a").wrong_bytes, 1);
  EXPECT_EQ(shunned_.CountsOf("a").false_hashes, 0);
}

TEST_F(ShunnedPeersTest, WhenItsTimeIsOverAnAddressIsMetAgain) {
  shunned_.Add("a", "10.0.0.1", ShunReason::kWrongBytes);
  clock_.Advance(ShunnedPeers::kTime / 2);
  shunned_.Add("a", "10.0.0.2", ShunReason::kWrongBytes);
  clock_.Advance(ShunnedPeers::kTime / 2 - absl::Seconds(1));
  EXPECT_TRUE(shunned_.Has("a", "10.0.0.1"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(shunned_.Has("a", "10.0.0.1"));
  EXPECT_TRUE(shunned_.Has("a", "10.0.0.2"));
  EXPECT_EQ(shunned_.CountsOf("a").wrong_bytes, 1);
  // It begins anew.
  EXPECT_TRUE(shunned_.Add("a", "10.0.0.1", ShunReason::kFalseHashes));
  EXPECT_TRUE(shunned_.Has("a", "10.0.0.1"));
}

TEST_F(ShunnedPeersTest, TheOldestMakeRoom) {
  shunned_.Add("a", "first", ShunReason::kWrongBytes);
  shunned_.Add("a", "second", ShunReason::kWrongBytes);
  for (std::size_t i = 2; i < ShunnedPeers::kMax; ++i) {
    shunned_.Add("b", absl::StrCat(i), ShunReason::kWrongBytes);
  }
  EXPECT_TRUE(shunned_.Has("a", "first"));
  shunned_.Add("c", "last", ShunReason::kWrongBytes);
  EXPECT_FALSE(shunned_.Has("a", "first"));
  EXPECT_TRUE(shunned_.Has("a", "second"));
  EXPECT_TRUE(shunned_.Has("c", "last"));
}

}  // namespace
}  // namespace convoy
