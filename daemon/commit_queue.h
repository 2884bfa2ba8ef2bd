#ifndef CONVOY_DAEMON_COMMIT_QUEUE_H_
#define CONVOY_DAEMON_COMMIT_QUEUE_H_

#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/job.h"
#include "daemon/job_store.h"
#include "peer/base/executor.h"
#include "peer/base/ids.h"

namespace convoy {

// Gathers what changed until it is written: the first change posts one Commit
// behind everything that waits in the executor's queue, so that a burst of
// calls shares it. Rows are staged only then, as they are at that moment.
//
// Belongs to the control executor.
class CommitQueue {
 public:
  // Null: there is no such job any more.
  using FindJob = std::function<const Job*(const JobId&)>;
  // Called after each Commit with the jobs it concerned, before those who wait
  // for it.
  using OnCommit = std::function<void(const absl::Status& status,
                                      const std::vector<JobId>& jobs)>;
  using Then = absl::AnyInvocable<void(const absl::Status&) &&>;

  CommitQueue(Executor& executor, JobStore& store, FindJob find,
              OnCommit on_commit);
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  // The job's own row.
  void TouchJob(const JobId& id);
  // The row of one of its files, and its own.
  void TouchFile(const JobId& id, int file_index);
  void RemoveJob(const JobId& id);
  void PutRequest(const UsedRequest& request);
  void RemoveRequestsBefore(absl::Time time);

  // Calls `then` when all that was changed up to now is on disk, or with the
  // error when it could not be written. From inside this call if nothing waits
  // to be written.
  void WhenDurable(Then then);
  // Nothing of the job waits to be written.
  bool IsDurable(const JobId& id) const { return changes_.count(id) == 0; }
  bool pending() const { return posted_; }

  // Writes now, not later.
  void Flush();

 private:
  struct Change {
    bool removed = false;
    std::set<int> files;
  };

  Change& Touch(const JobId& id);
  void Stage();
  void Post();

  Executor& executor_;
  JobStore& store_;
  const FindJob find_;
  const OnCommit on_commit_;
  bool posted_ = false;
  absl::flat_hash_map<JobId, Change> changes_;
  std::vector<UsedRequest> requests_;
  absl::Time remove_requests_before_ = absl::InfinitePast();
  std::vector<Then> waiting_;
  // Posted tasks look at it: the queue may be gone by then.
  std::shared_ptr<CommitQueue*> self_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_COMMIT_QUEUE_H_
