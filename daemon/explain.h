#ifndef CONVOY_DAEMON_EXPLAIN_H_
#define CONVOY_DAEMON_EXPLAIN_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/job.h"
#include "daemon/settings.h"
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
  // Of all jobs.
  int running_jobs = 0;
  int running_files = 0;
  // Queued jobs that get their turn before this one.
  int jobs_ahead = 0;
  // CompleteJob is giving the files their names.
  bool busy_publishing = false;
  std::int64_t rate_bytes_per_second = 0;
};

// What the job does or waits for, where its bytes come from, and what would
// help. Right in every state. Pure.
v1::ExplainJobResponse ExplainJob(const ExplainInput& input);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_H_
