#ifndef CONVOY_PEER_BASE_FAKE_EXECUTOR_H_
#define CONVOY_PEER_BASE_FAKE_EXECUTOR_H_

#include <deque>
#include <utility>

#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/timer_queue.h"

namespace convoy {

// A clock that stands still until told.
class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now_; }
  absl::Duration Monotonic() const override { return monotonic_; }

  void Advance(absl::Duration by) {
    now_ += by;
    monotonic_ += by;
  }
  // A jump of the calendar alone.
  void SetNow(absl::Time now) { now_ = now; }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  absl::Duration monotonic_ = absl::Hours(1);
};

// An Executor that runs its tasks when the test says so, in virtual time. One
// thread.
class FakeExecutor final : public Executor {
 public:
  // `clock` is not owned.
  explicit FakeExecutor(FakeClock& clock) : clock_(clock) {}

  void Post(Task task) override { tasks_.push_back(std::move(task)); }
  TimerId PostAfter(absl::Duration delay, Task task) override {
    return timers_.Add(clock_.Monotonic() + delay, std::move(task));
  }
  void CancelTimer(TimerId id) override { timers_.Remove(id); }
  bool IsCurrent() const override { return running_; }

  // Runs posted tasks and due timers until nothing is left to run now.
  void RunUntilIdle() {
    while (true) {
      Task task = timers_.PopDue(clock_.Monotonic());
      if (!task) {
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      running_ = true;
      std::move(task)();
      running_ = false;
    }
  }

  // Lets time pass, timer by timer.
  void Advance(absl::Duration by) {
    RunUntilIdle();
    const absl::Duration end = clock_.Monotonic() + by;
    while (!timers_.empty() && timers_.NextDue() <= end) {
      clock_.Advance(timers_.NextDue() - clock_.Monotonic());
      RunUntilIdle();
    }
    clock_.Advance(end - clock_.Monotonic());
  }

  bool HasTasks() const { return !tasks_.empty(); }
  bool HasTimers() const { return !timers_.empty(); }

 private:
  FakeClock& clock_;
  std::deque<Task> tasks_;
  TimerQueue timers_;
  bool running_ = false;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_FAKE_EXECUTOR_H_
