#include "peer/base/serial_executor.h"

#include <pthread.h>

#include <future>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/delay_histogram.h"

namespace convoy {
namespace {

// Waits until all that was posted before has run.
void Drain(Executor& executor) {
  std::promise<void> done;
  executor.Post([&] { done.set_value(); });
  done.get_future().wait();
}

TEST(SerialExecutorTest, RunsTasksInOrderOnItsOwnThread) {
  SerialExecutor executor("order");
  std::vector<int> ran;  // Not locked: the executor's promise.
  for (int i = 0; i < 1000; ++i) {
    executor.Post([&ran, i] { ran.push_back(i); });
  }
  Drain(executor);
  ASSERT_EQ(ran.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(ran[i], i);
}

TEST(SerialExecutorTest, RunsOneTaskAtATimeWhoeverPosts) {
  SerialExecutor executor("many");
  int count = 0;  // Not locked.
  std::vector<std::thread> posters;
  for (int t = 0; t < 4; ++t) {
    posters.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) executor.Post([&count] { ++count; });
    });
  }
  for (std::thread& poster : posters) poster.join();
  executor.Stop();
  EXPECT_EQ(count, 4000);
}

TEST(SerialExecutorTest, KnowsItsOwnTasks) {
  SerialExecutor executor("current");
  SerialExecutor other("other");
  EXPECT_FALSE(executor.IsCurrent());
  bool inside = false;
  bool other_inside = true;
  std::string name(16, '\0');
  executor.Post([&] {
    inside = executor.IsCurrent();
    other_inside = other.IsCurrent();
    pthread_getname_np(pthread_self(), &name[0], name.size());
  });
  Drain(executor);
  EXPECT_TRUE(inside);
  EXPECT_FALSE(other_inside);
  EXPECT_STREQ(name.c_str(), "current");
}

TEST(SerialExecutorTest, NeverRunsATaskInsidePost) {
  SerialExecutor executor("inside");
  std::string ran;
  std::promise<void> done;
  executor.Post([&] {
    executor.Post([&] {
      ran += 'b';
      done.set_value();
    });
    ran += 'a';
  });
  done.get_future().wait();
  EXPECT_EQ(ran, "ab");
}

TEST(SerialExecutorTest, TimersRunByDueTimeAndNotEarly) {
  SerialExecutor executor("timers");
  const RealClock clock;
  std::string ran;
  absl::Duration gap;
  // Again where this thread stood still between the two.
  do {
    Drain(executor);
    ran.clear();
    std::promise<absl::Duration> done;
    const absl::Duration start = clock.Monotonic();
    executor.PostAfter(absl::Milliseconds(20), [&] {
      ran += 'b';
      done.set_value(clock.Monotonic());
    });
    executor.PostAfter(absl::Milliseconds(1), [&] { ran += 'a'; });
    gap = clock.Monotonic() - start;
    EXPECT_GE(done.get_future().get() - start, absl::Milliseconds(20));
    // What is due later.
    std::promise<void> all;
    executor.PostAfter(absl::Milliseconds(2), [&] { all.set_value(); });
    all.get_future().wait();
  } while (gap > absl::Milliseconds(15));
  EXPECT_EQ(ran, "ab");
}

TEST(SerialExecutorTest, ADueTimerGoesBeforePostedTasks) {
  SerialExecutor executor("starve");
  std::promise<void> blocked;
  std::shared_future<void> unblock = blocked.get_future().share();
  std::string ran;
  executor.Post([unblock] { unblock.wait(); });
  executor.Post([&] { ran += 'p'; });
  executor.PostAfter(absl::ZeroDuration(), [&] { ran += 't'; });
  blocked.set_value();
  Drain(executor);
  EXPECT_EQ(ran, "tp");
}

TEST(SerialExecutorTest, CancelledTimersDoNotRun) {
  SerialExecutor executor("cancel");
  std::string ran;
  std::promise<void> done;
  executor.Post([&] {
    const Executor::TimerId id =
        executor.PostAfter(absl::ZeroDuration(), [&] { ran += 'a'; });
    executor.PostAfter(absl::Milliseconds(1), [&] {
      ran += 'b';
      done.set_value();
    });
    executor.CancelTimer(id);
  });
  done.get_future().wait();
  EXPECT_EQ(ran, "b");
}

TEST(SerialExecutorTest, StopRunsWhatIsPostedAndDropsTheRest) {
  SerialExecutor executor("stop");
  const auto token = std::make_shared<int>();
  std::string ran;
  executor.PostAfter(absl::Hours(1), [&ran, token] { ran += 't'; });
  executor.Post([&] { ran += 'a'; });
  executor.Stop();
  EXPECT_EQ(ran, "a");
  executor.Post([&ran, token] { ran += 'b'; });
  executor.Stop();
  EXPECT_EQ(ran, "a");
}

TEST(SerialExecutorTest, TellsHowLongTasksWaited) {
  SerialExecutor executor("delays");
  std::promise<void> go;
  executor.Post([&] { go.get_future().wait(); });
  executor.Post([] {});
  const absl::Duration before = RealClock().Monotonic();
  while (RealClock().Monotonic() - before < absl::Milliseconds(10)) {
  }
  go.set_value();
  executor.Stop();
  const DelayHistogram::Counts counts = executor.delays().Read();
  EXPECT_EQ(std::accumulate(counts.buckets.begin(), counts.buckets.end(), 0),
            2);
  EXPECT_GE(counts.sum, absl::Milliseconds(10));
}

TEST(SerialExecutorTest, DestroysTimersThatNeverRan) {
  const auto token = std::make_shared<int>();
  {
    SerialExecutor executor("destroy");
    executor.PostAfter(absl::Hours(1), [token] {});
  }
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
}  // namespace convoy
