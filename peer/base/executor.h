#ifndef CONVOY_PEER_BASE_EXECUTOR_H_
#define CONVOY_PEER_BASE_EXECUTOR_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace convoy {

// A place where tasks run one at a time, in the order in which they were
// posted. What only its tasks touch needs no lock.
class Executor {
 public:
  using Task = absl::AnyInvocable<void() &&>;
  // Names a timer. 0 is never given out.
  using TimerId = std::uint64_t;

  virtual ~Executor() = default;

  // Runs `task` later; never from inside this call. Any thread. After the
  // executor has stopped, tasks are dropped (destroyed unrun).
  virtual void Post(Task task) = 0;
  // Runs `task` once, when `delay` of monotonic time has passed. Any thread.
  virtual TimerId PostAfter(absl::Duration delay, Task task) = 0;
  // The timer's task will not run, if it has not begun. REQUIRES: IsCurrent().
  virtual void CancelTimer(TimerId id) = 0;
  // True when called from one of this executor's tasks.
  virtual bool IsCurrent() const = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_EXECUTOR_H_
