#include "peer/curl_loop.h"

#include <pthread.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"

namespace convoy {
namespace {

// Waits until all that was posted before has run.
void Drain(Executor& executor) {
  std::promise<void> done;
  executor.Post([&] { done.set_value(); });
  done.get_future().wait();
}

class CurlLoopTest : public ::testing::Test {
 protected:
  RealClock clock_;
  CurlLoop loop_{clock_};
};

TEST_F(CurlLoopTest, RunsTasksInOrderOnItsOwnThread) {
  std::vector<int> ran;  // Not locked: the executor's promise.
  std::string name(16, '\0');
  bool inside = false;
  for (int i = 0; i < 1000; ++i) {
    loop_.Post([&ran, i] { ran.push_back(i); });
  }
  loop_.Post([&] {
    pthread_getname_np(pthread_self(), &name[0], name.size());
    inside = loop_.IsCurrent();
  });
  Drain(loop_);
  ASSERT_EQ(ran.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(ran[i], i);
  EXPECT_STREQ(name.c_str(), "curl");
  EXPECT_TRUE(inside);
  EXPECT_FALSE(loop_.IsCurrent());
}

TEST_F(CurlLoopTest, RunsOneTaskAtATimeWhoeverPosts) {
  int count = 0;  // Not locked.
  std::vector<std::thread> posters;
  for (int t = 0; t < 4; ++t) {
    posters.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) loop_.Post([&count] { ++count; });
    });
  }
  for (std::thread& poster : posters) poster.join();
  loop_.Stop();
  EXPECT_EQ(count, 4000);
}

TEST_F(CurlLoopTest, NeverRunsATaskInsidePost) {
  std::string ran;
  std::promise<void> done;
  loop_.Post([&] {
    loop_.Post([&] {
      ran += 'b';
      done.set_value();
    });
    ran += 'a';
  });
  done.get_future().wait();
  EXPECT_EQ(ran, "ab");
}

TEST_F(CurlLoopTest, RunsTimersWhenDueInOrder) {
  std::string ran;
  absl::Duration gap;
  // Again where this thread stood still in between.
  do {
    Drain(loop_);
    ran.clear();
    std::promise<absl::Duration> done;
    const absl::Duration begin = clock_.Monotonic();
    loop_.PostAfter(absl::Milliseconds(60), [&] {
      ran += 'c';
      done.set_value(clock_.Monotonic());
    });
    // An earlier one wakes the sleeping loop.
    loop_.PostAfter(absl::Milliseconds(40), [&] { ran += 'b'; });
    loop_.PostAfter(absl::ZeroDuration(), [&] { ran += 'a'; });
    gap = clock_.Monotonic() - begin;
    EXPECT_GE(done.get_future().get() - begin, absl::Milliseconds(60));
    // What is due later.
    std::promise<void> all;
    loop_.PostAfter(absl::Milliseconds(50), [&] { all.set_value(); });
    all.get_future().wait();
  } while (gap > absl::Milliseconds(15));
  EXPECT_EQ(ran, "abc");
}

TEST_F(CurlLoopTest, CancelledTimersDoNotRun) {
  std::promise<void> done;
  bool ran = false;
  loop_.Post([&] {
    const auto id = loop_.PostAfter(absl::Milliseconds(1), [&] { ran = true; });
    loop_.PostAfter(absl::Milliseconds(20), [&] { done.set_value(); });
    loop_.CancelTimer(id);
    loop_.CancelTimer(id);  // No effect.
    loop_.CancelTimer(12345);
  });
  done.get_future().wait();
  EXPECT_FALSE(ran);
}

TEST_F(CurlLoopTest, StopRunsWhatIsPostedAndDropsTheRest) {
  int ran = 0;
  auto kept = std::make_shared<int>(0);
  std::weak_ptr<int> watched = kept;
  loop_.PostAfter(absl::Hours(1), [&ran] { ++ran; });
  loop_.Post([this, &ran, kept] {
    ++ran;
    loop_.Post([&ran] { ++ran; });
  });
  kept.reset();
  loop_.Stop();
  EXPECT_GE(ran, 1);
  EXPECT_LE(ran, 2);
  EXPECT_TRUE(watched.expired());
  const int before = ran;
  loop_.Post([&ran] { ++ran; });
  loop_.Stop();
  EXPECT_EQ(ran, before);
}

TEST_F(CurlLoopTest, SleepsWhileThereIsNothingToDo) {
  Drain(loop_);
  clockid_t cpu = 0;
  loop_.Post([&] { pthread_getcpuclockid(pthread_self(), &cpu); });
  Drain(loop_);
  const auto used = [cpu] {
    timespec time = {};
    clock_gettime(cpu, &time);
    return absl::DurationFromTimespec(time);
  };
  const absl::Duration before = used();
  std::promise<void> later;
  loop_.PostAfter(absl::Milliseconds(300), [&] { later.set_value(); });
  later.get_future().wait();
  EXPECT_LT(used() - before, absl::Milliseconds(60));
}

}  // namespace
}  // namespace convoy
