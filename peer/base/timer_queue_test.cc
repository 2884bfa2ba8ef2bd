#include "peer/base/timer_queue.h"

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

class TimerQueueTest : public testing::Test {
 protected:
  Executor::TimerId Add(int seconds, char name) {
    return queue_.Add(absl::Seconds(seconds), [this, name] { ran_ += name; });
  }
  // Runs all that is due; returns the names.
  std::string Run(int seconds) {
    ran_.clear();
    while (Executor::Task task = queue_.PopDue(absl::Seconds(seconds))) {
      std::move(task)();
    }
    return ran_;
  }

  TimerQueue queue_;
  std::string ran_;
};

TEST_F(TimerQueueTest, GivesTasksByDueTimeThenByAge) {
  Add(3, 'c');
  Add(1, 'a');
  Add(3, 'd');
  Add(2, 'b');
  EXPECT_EQ(queue_.NextDue(), absl::Seconds(1));
  EXPECT_EQ(Run(10), "abcd");
  EXPECT_TRUE(queue_.empty());
}

TEST_F(TimerQueueTest, KeepsWhatIsNotDue) {
  Add(1, 'a');
  Add(2, 'b');
  EXPECT_EQ(Run(0), "");
  EXPECT_EQ(Run(1), "a");
  EXPECT_FALSE(queue_.empty());
  EXPECT_EQ(queue_.NextDue(), absl::Seconds(2));
  EXPECT_EQ(Run(2), "b");
}

TEST_F(TimerQueueTest, RemoveGivesTheTaskBackUnrun) {
  const Executor::TimerId a = Add(1, 'a');
  Add(1, 'b');
  Executor::Task removed = queue_.Remove(a);
  EXPECT_EQ(Run(5), "b");
  ASSERT_TRUE(removed);
  std::move(removed)();
  EXPECT_EQ(ran_, "ba");
}

TEST_F(TimerQueueTest, RemoveOfUnknownTimersDoesNothing) {
  EXPECT_FALSE(queue_.Remove(0));
  EXPECT_FALSE(queue_.Remove(77));
  const Executor::TimerId a = Add(1, 'a');
  EXPECT_EQ(Run(1), "a");
  Add(1, 'b');
  EXPECT_FALSE(queue_.Remove(a));
  EXPECT_EQ(Run(1), "b");
}

TEST_F(TimerQueueTest, IdsAreNeverZeroNorUsedAgain) {
  const Executor::TimerId a = Add(1, 'a');
  queue_.Remove(a);
  const Executor::TimerId b = Add(1, 'b');
  EXPECT_NE(a, 0u);
  EXPECT_NE(b, 0u);
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace convoy
