#ifndef CONVOY_DAEMON_SCHEDULER_H_
#define CONVOY_DAEMON_SCHEDULER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "peer/base/ids.h"

namespace convoy {

// A job that runs, or that waits in QUEUED.
struct SchedulerJob {
  JobId id;
  v1::JobPriority priority = v1::JOB_PRIORITY_NORMAL;
  // Place in the queue of its priority: lower is earlier. No two have the same.
  std::uint64_t turn = 0;
  // Monotonic time at which it got its place. Absent: it waits.
  std::optional<absl::Duration> running_since;
  // Files that it could transfer at once, running ones included.
  int files = 0;
};

struct SchedulerLimits {
  int max_running_jobs = 0;
  int max_running_files = 0;
  absl::Duration time_slice;
};

// A job that shall run, with so many files at the same time (at least one).
struct Grant {
  JobId id;
  int files = 0;
};

struct Schedule {
  // In order of precedence. A running job that is not among them gives its
  // place up.
  std::vector<Grant> grants;
  // When the answer changes without an event: the first time slice that ends
  // while a job of that priority waits. InfiniteDuration: never.
  absl::Duration next_change = absl::InfiniteDuration();
};

// Who runs now. A higher priority (foreground first) takes places before a
// lower one, also from jobs that run. Within a priority a job keeps its place
// for the time slice, then gives it up if another one waits. Of the file
// places, each job of a priority gets one in turn as long as it has a use for
// them.
//
// `jobs` need not hold all waiting jobs: the first max_running_jobs by priority
// and turn decide.
Schedule MakeSchedule(std::vector<SchedulerJob> jobs,
                      const SchedulerLimits& limits, absl::Duration now);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SCHEDULER_H_
