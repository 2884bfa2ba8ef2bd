#include "peer/base/serial_executor.h"

#include <pthread.h>

#include <utility>

namespace convoy {

SerialExecutor::SerialExecutor(const std::string& name)
    : thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), name.c_str());
}

SerialExecutor::~SerialExecutor() { Stop(); }

void SerialExecutor::Stop() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  wake_.NotifyOne();
  if (thread_.joinable()) thread_.join();
}

void SerialExecutor::Post(Task task) {
  Posted posted = {std::move(task), clock_.Monotonic()};
  {
    MutexLock lock(&mutex_);
    if (stopping_) return;
    tasks_.push_back(std::move(posted));
  }
  wake_.NotifyOne();
}

Executor::TimerId SerialExecutor::PostAfter(absl::Duration delay, Task task) {
  TimerId id = 0;
  {
    MutexLock lock(&mutex_);
    id = timers_.Add(clock_.Monotonic() + delay, std::move(task));
  }
  wake_.NotifyOne();
  return id;
}

void SerialExecutor::CancelTimer(TimerId id) {
  Task dropped;  // Outlives the lock: its destructor may do anything.
  MutexLock lock(&mutex_);
  dropped = timers_.Remove(id);
}

bool SerialExecutor::IsCurrent() const {
  return std::this_thread::get_id() == thread_.get_id();
}

void SerialExecutor::Run() {
  while (true) {
    Task task;
    {
      MutexLock lock(&mutex_);
      while (tasks_.empty() && !stopping_) {
        task = timers_.PopDue(clock_.Monotonic());
        if (task) break;
        if (timers_.empty()) {
          wake_.Wait(&mutex_);
        } else {
          wake_.WaitFor(&mutex_, timers_.NextDue() - clock_.Monotonic());
        }
      }
      if (!task) {
        // A due timer goes before posted tasks, so that a busy queue cannot
        // starve it.
        if (!stopping_) task = timers_.PopDue(clock_.Monotonic());
        if (!task) {
          if (tasks_.empty()) return;
          task = std::move(tasks_.front().task);
          delays_.Observe(clock_.Monotonic() - tasks_.front().since);
          tasks_.pop_front();
        }
      }
    }
    std::move(task)();
  }
}

}  // namespace convoy
