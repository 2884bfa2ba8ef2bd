#ifndef CONVOY_DAEMON_EXPLAIN_INPUT_H_
#define CONVOY_DAEMON_EXPLAIN_INPUT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "daemon/job.h"
#include "daemon/needed_by.h"
#include "daemon/settings.h"
#include "peer/contents.h"
#include "peer/transfer_engine.h"

namespace convoy {

// A file that transfers now.
struct RunningFile {
  int file_index = 0;
  TransferNews news;
};

// All that an explanation is made of.
struct ExplainInput {
  const Job* job = nullptr;            // Never null.
  const Settings* settings = nullptr;  // Never null.
  absl::Time now;
  std::vector<RunningFile> running;  // Of this job.
  // Of all jobs; of a job that waits for peers: of all that do.
  int running_jobs = 0;
  int running_files = 0;
  // Queued jobs that get their turn before this one.
  int jobs_ahead = 0;
  // CompleteJob is giving the files their names.
  bool busy_publishing = false;
  std::int64_t rate_bytes_per_second = 0;
  // What the link was seen to carry, in bytes per second. 0: not known.
  std::int64_t measured_link = 0;
  // Of a complete job: where the contents of KeptContentsOf
  // (explain_peer_rules.h) are now, in its order.
  std::vector<ContentPresence> contents;
  // Until when the job's watcher may answer for its notification; past: nobody
  // is asked.
  absl::Time watcher_asked_until = absl::InfinitePast();
  // Of an active job with needed_by.
  std::optional<NeededByPlan> needed;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_INPUT_H_
