#ifndef CONVOY_PEER_BASE_SERIAL_EXECUTOR_H_
#define CONVOY_PEER_BASE_SERIAL_EXECUTOR_H_

#include <deque>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "peer/base/clock.h"
#include "peer/base/delay_histogram.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"
#include "peer/base/timer_queue.h"

namespace convoy {

// An Executor with a thread of its own. Must not be destroyed on that thread.
class SerialExecutor final : public Executor {
 public:
  // `name` is the thread's, at most 15 characters.
  explicit SerialExecutor(const std::string& name);
  // Calls Stop().
  ~SerialExecutor() override;
  SerialExecutor(const SerialExecutor&) = delete;
  SerialExecutor& operator=(const SerialExecutor&) = delete;

  // Runs what is already posted (not timers), then ends the thread. What these
  // tasks post is dropped. Can be called again.
  void Stop();

  void Post(Task task) override;
  TimerId PostAfter(absl::Duration delay, Task task) override;
  void CancelTimer(TimerId id) override;
  bool IsCurrent() const override;

  // How long posted tasks waited for the thread. Any thread.
  const DelayHistogram& delays() const { return delays_; }

 private:
  struct Posted {
    Task task;
    absl::Duration since;  // Monotonic.
  };

  void Run();

  const RealClock clock_;
  DelayHistogram delays_;

  Mutex mutex_;
  CondVar wake_;
  std::deque<Posted> tasks_ ABSL_GUARDED_BY(mutex_);
  TimerQueue timers_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // Last: starts when all else is there.
};

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_SERIAL_EXECUTOR_H_
