#include "peer/base/fake_executor.h"

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

class FakeExecutorTest : public testing::Test {
 protected:
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  std::string ran_;
};

TEST_F(FakeExecutorTest, RunsPostedTasksInOrderAndOnlyWhenTold) {
  executor_.Post([this] { ran_ += 'a'; });
  executor_.Post([this] {
    executor_.Post([this] { ran_ += 'c'; });
    ran_ += 'b';
  });
  EXPECT_EQ(ran_, "");
  executor_.RunUntilIdle();
  EXPECT_EQ(ran_, "abc");
}

TEST_F(FakeExecutorTest, IsCurrentOnlyInsideTasks) {
  bool inside = false;
  executor_.Post([&] { inside = executor_.IsCurrent(); });
  EXPECT_FALSE(executor_.IsCurrent());
  executor_.RunUntilIdle();
  EXPECT_TRUE(inside);
  EXPECT_FALSE(executor_.IsCurrent());
}

TEST_F(FakeExecutorTest, TimersSeeTheTimeTheyWereSetFor) {
  const absl::Duration start = clock_.Monotonic();
  const absl::Time start_time = clock_.Now();
  absl::Duration first;
  absl::Duration second;
  executor_.PostAfter(absl::Seconds(2), [&] {
    first = clock_.Monotonic() - start;
    executor_.PostAfter(absl::Seconds(3),
                        [&] { second = clock_.Monotonic() - start; });
  });
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(first, absl::Seconds(2));
  EXPECT_EQ(second, absl::Seconds(5));
  EXPECT_EQ(clock_.Monotonic() - start, absl::Seconds(10));
  EXPECT_EQ(clock_.Now() - start_time, absl::Seconds(10));
}

TEST_F(FakeExecutorTest, RunUntilIdleLeavesTimersThatAreNotDue) {
  executor_.PostAfter(absl::Seconds(1), [this] { ran_ += 'a'; });
  executor_.RunUntilIdle();
  EXPECT_EQ(ran_, "");
  EXPECT_TRUE(executor_.HasTimers());
  executor_.Advance(absl::Milliseconds(999));
  EXPECT_EQ(ran_, "");
  executor_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(ran_, "a");
  EXPECT_FALSE(executor_.HasTimers());
}

TEST_F(FakeExecutorTest, CancelledTimersDoNotRun) {
  const auto token = std::make_shared<int>();
  const Executor::TimerId id =
      executor_.PostAfter(absl::Seconds(1), [this, token] { ran_ += 'a'; });
  executor_.CancelTimer(id);
  EXPECT_EQ(token.use_count(), 1);
  executor_.Advance(absl::Seconds(2));
  EXPECT_EQ(ran_, "");
}

TEST_F(FakeExecutorTest, CalendarJumpsDoNotMoveTimers) {
  executor_.PostAfter(absl::Seconds(1), [this] { ran_ += 'a'; });
  clock_.SetNow(clock_.Now() + absl::Hours(24));
  executor_.RunUntilIdle();
  EXPECT_EQ(ran_, "");
}

}  // namespace
}  // namespace convoy
