#ifndef CONVOY_DAEMON_DEADLINES_H_
#define CONVOY_DAEMON_DEADLINES_H_

#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/ids.h"

namespace convoy {

// When something falls due for a job by itself. One executor timer serves all:
// for the earliest one; without a deadline there is none, and nothing wakes up.
//
// Belongs to the control executor.
class Deadlines {
 public:
  enum class Kind {
    kRetry,
    kNoProgress,
    kTimeSlice,
    kInactive,
    kHistoryEnds,
    kNeededBy,
    kDownloadTime,
  };
  // The deadline is gone when it is called; may set others.
  using OnDue = std::function<void(const JobId& id, Kind kind)>;

  Deadlines(const Clock& clock, Executor& executor, OnDue on_due);
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  // Replaces the job's deadline of that kind. `when` is monotonic time; what is
  // past falls due at once, but never from inside this call. InfiniteDuration:
  // none.
  void Set(const JobId& id, Kind kind, absl::Duration when);
  void Clear(const JobId& id, Kind kind);
  void ClearAll(const JobId& id);

 private:
  using Key = std::pair<JobId, Kind>;

  void OnTimer();
  // Sets the timer for the earliest deadline.
  void Arm();

  const Clock& clock_;
  Executor& executor_;
  const OnDue on_due_;
  std::set<std::tuple<absl::Duration, JobId, Kind>> by_time_;
  absl::flat_hash_map<Key, absl::Duration> by_key_;
  Executor::TimerId timer_ = 0;
  absl::Duration timer_due_ = absl::InfiniteDuration();
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_DEADLINES_H_
