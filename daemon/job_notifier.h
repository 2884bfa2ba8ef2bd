#ifndef CONVOY_DAEMON_JOB_NOTIFIER_H_
#define CONVOY_DAEMON_JOB_NOTIFIER_H_

#include <cstdint>
#include <memory>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "daemon/commit_queue.h"
#include "daemon/job.h"
#include "daemon/job_table.h"
#include "daemon/owner_commands.h"
#include "peer/base/executor.h"
#include "peer/base/ids.h"

namespace convoy {

// Runs the notify commands of jobs: what Job.notices_due names, one command of
// a job after another. A notice is due from the Commit that stores the new
// state until its command has been begun, so that a daemon that dies in between
// runs it after its next start: at least once. Two that are due for the same
// state at the same time are one.
//
// Belongs to the control executor.
class JobNotifier {
 public:
  struct Parts {  // Not owned.
    Executor* control;
    JobTable* table;
    CommitQueue* commits;
    OwnerCommands* commands;
  };

  explicit JobNotifier(const Parts& parts);
  JobNotifier(const JobNotifier&) = delete;
  JobNotifier& operator=(const JobNotifier&) = delete;

  // The notice that `state` means for a job with these flags and this command;
  // 0: none.
  static std::uint32_t NoticeOf(const Job& job, v1::JobState state);

  // The job may have notices that are due.
  void Look(const JobId& id);
  // Begins nothing any more.
  void Shutdown() { stopped_ = true; }

 private:
  void RunNext(const JobId& id);
  void OnBegun(const JobId& id, std::uint32_t notice);
  void OnEnded(const JobId& id, const std::string& program,
               const absl::Status& status);

  const Parts parts_;
  bool stopped_ = false;
  // Jobs with a command that runs or waits to.
  absl::flat_hash_set<JobId> busy_;
  // Tasks from other threads look at it: this may be gone by then.
  std::shared_ptr<JobNotifier*> self_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_NOTIFIER_H_
