#ifndef CONVOY_DAEMON_JOB_CREATOR_H_
#define CONVOY_DAEMON_JOB_CREATOR_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/caller.h"
#include "daemon/commit_queue.h"
#include "daemon/file_work.h"
#include "daemon/job.h"
#include "daemon/job_life.h"
#include "daemon/job_store.h"
#include "daemon/job_table.h"
#include "daemon/owner_files.h"
#include "daemon/settings.h"
#include "peer/base/clock.h"
#include "peer/base/ids.h"

namespace convoy {

// May files appear there? One step of the files executor for all of them; the
// error names the field of the first one that may not.
absl::Status CheckDestinations(OwnerFiles& files, const JobOwner& owner,
                               const std::vector<std::string>& local_paths);
std::vector<std::string> LocalPaths(const std::vector<JobFile>& files);

// Makes jobs: checks quotas and destinations, and remembers request ids, so
// that a request that comes twice makes one job: within 24 hours, also while
// the first one is still being worked on, and after a restart.
//
// Belongs to the control executor.
class JobCreator {
 public:
  struct Request {
    Caller caller;
    std::string request_id;  // Empty: none.
    std::string digest;      // DigestOf the request.
    std::unique_ptr<Job> job;
    bool resume = false;
  };
  struct Made {
    JobId id;
    bool before = false;  // By an earlier request with this id.
  };
  // The job is durable.
  using Then = absl::AnyInvocable<void(absl::StatusOr<Made>) &&>;

  struct Parts {  // Not owned.
    const Clock* clock;
    const Settings* settings;
    JobTable* table;
    CommitQueue* commits;
    FileWork* work;
    JobStore* store;
    OwnerFiles* files;
    JobLife* life;
  };

  explicit JobCreator(const Parts& parts) : parts_(parts) {}

  // `then` may be called from inside.
  void Create(Request request, Then then);

  static std::string DigestOf(absl::string_view method,
                              absl::string_view serialized_request);

 private:
  using RequestKey = std::pair<uid_t, std::string>;
  struct Pending {
    Request request;
    std::vector<Then> then;
  };

  // Answers from what is known of the request id. False: it is new.
  bool AnswerKnown(const Request& request, Then& then);
  absl::Status CheckQuota(const Caller& caller) const;
  void Make(const std::shared_ptr<Pending>& pending);
  void Finish(const std::shared_ptr<Pending>& pending,
              const absl::StatusOr<Made>& made);
  void RememberRequest(const Request& request, const JobId& id);

  const Parts parts_;
  absl::flat_hash_map<RequestKey, std::shared_ptr<Pending>> pending_;
  absl::Duration next_purge_;  // Monotonic time.
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_CREATOR_H_
