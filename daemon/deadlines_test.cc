#include "daemon/deadlines.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"

namespace convoy {
namespace {

using Kind = Deadlines::Kind;

JobId IdOf(int number) {
  JobId::Bytes bytes = {};
  bytes[0] = static_cast<std::uint8_t>(number);
  return JobId(bytes);
}

class DeadlinesTest : public testing::Test {
 protected:
  absl::Duration In(int seconds) const {
    return clock_.Monotonic() + absl::Seconds(seconds);
  }

  FakeClock clock_;
  FakeExecutor executor_{clock_};
  // "job:kind" in the order in which they fell due.
  std::vector<std::string> due_;
  Deadlines deadlines_{clock_, executor_, [this](const JobId& id, Kind kind) {
                         due_.push_back(absl::StrCat(id.bytes()[0], ":",
                                                     static_cast<int>(kind)));
                       }};
};

TEST_F(DeadlinesTest, FallDueInOrderOfTime) {
  deadlines_.Set(IdOf(1), Kind::kRetry, In(20));
  deadlines_.Set(IdOf(2), Kind::kRetry, In(10));
  executor_.Advance(absl::Seconds(9));
  EXPECT_TRUE(due_.empty());
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(due_, std::vector<std::string>({"2:0"}));
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(due_, std::vector<std::string>({"2:0", "1:0"}));
}

TEST_F(DeadlinesTest, ALaterSetReplacesTheOneOfItsKind) {
  deadlines_.Set(IdOf(1), Kind::kRetry, In(10));
  deadlines_.Set(IdOf(1), Kind::kInactive, In(11));
  deadlines_.Set(IdOf(1), Kind::kRetry, In(30));
  executor_.Advance(absl::Seconds(20));
  EXPECT_EQ(due_, std::vector<std::string>({"1:3"}));
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(due_, std::vector<std::string>({"1:3", "1:0"}));
}

TEST_F(DeadlinesTest, ClearedOnesDoNotFallDue) {
  deadlines_.Set(IdOf(1), Kind::kRetry, In(10));
  deadlines_.Set(IdOf(2), Kind::kRetry, In(10));
  deadlines_.Set(IdOf(2), Kind::kNoProgress, In(10));
  deadlines_.Set(IdOf(3), Kind::kRetry, In(10));
  deadlines_.Clear(IdOf(1), Kind::kRetry);
  deadlines_.ClearAll(IdOf(2));
  deadlines_.Set(IdOf(3), Kind::kRetry, absl::InfiniteDuration());
  executor_.Advance(absl::Seconds(20));
  EXPECT_TRUE(due_.empty());
}

TEST_F(DeadlinesTest, WhatIsPastFallsDueAtOnceButNotInside) {
  deadlines_.Set(IdOf(1), Kind::kRetry, In(-5));
  EXPECT_TRUE(due_.empty());
  executor_.RunUntilIdle();
  EXPECT_EQ(due_.size(), 1u);
}

TEST_F(DeadlinesTest, ManyAtOnceAllFallDue) {
  for (int i = 0; i < 250; ++i) {
    deadlines_.Set(IdOf(i), Kind::kRetry, In(1));
    deadlines_.Set(IdOf(i), Kind::kNoProgress, In(1));
  }
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(due_.size(), 500u);
}

TEST_F(DeadlinesTest, WithoutADeadlineNothingWakesUp) {
  deadlines_.Set(IdOf(1), Kind::kRetry, In(1));
  executor_.Advance(absl::Seconds(2));
  EXPECT_FALSE(executor_.HasTimers());
}

}  // namespace
}  // namespace convoy
