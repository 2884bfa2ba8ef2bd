#ifndef CONVOY_CLIENT_CLI_FOLLOW_H_
#define CONVOY_CLIENT_CLI_FOLLOW_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cli/progress_display.h"
#include "client/job_client.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"

namespace convoy {

// How following a job ended.
struct Followed {
  // The newest snapshot; empty if there was none.
  std::optional<v1::Job> job;
  // Of the watch; OK if it was `enough`.
  absl::Status status;
  bool interrupted = false;
};

// Says whether the job has been followed far enough; `in_state`: how long its
// state has been seen.
using Enough = std::function<bool(const v1::Job& job, absl::Duration in_state)>;

// Follow a job and show its progress until it ends, it is enough, or a signal
// comes. The daemon may be away for a few minutes in between.
Followed FollowFetch(const JobClient& client, v1::FetchRequest request,
                     ProgressDisplay& display, const Enough& enough);
Followed FollowJob(const JobClient& client, const std::string& job_id,
                   ProgressDisplay& display, const Enough& enough);

// How long a command waits for a daemon that it had reached.
constexpr absl::Duration kDaemonAbsence = absl::Minutes(5);
// A command looks for signals this often.
constexpr absl::Duration kLook = absl::Milliseconds(100);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_FOLLOW_H_
