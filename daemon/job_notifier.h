#ifndef CONVOY_DAEMON_JOB_NOTIFIER_H_
#define CONVOY_DAEMON_JOB_NOTIFIER_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/commit_queue.h"
#include "daemon/deadlines.h"
#include "daemon/job.h"
#include "daemon/job_table.h"
#include "daemon/owner_commands.h"
#include "daemon/settings.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/ids.h"

namespace convoy {

// Brings notifications (job_notification.h) to their programs: the job's
// watcher first, where it has one; then its notify command, which is run again
// until it ends with exit code 0.
//
// A command is due (Job.notices_due) from the Commit that stores the new state
// until it has been begun, so that a daemon that dies in between runs it after
// its next start: at least once. One whose end no daemon has seen is run again
// when it must have ended. Commands of one job run one after another; two that
// are due for the same state at the same time are one.
//
// Belongs to the control executor.
class JobNotifier {
 public:
  struct Parts {  // Not owned.
    const Clock* clock;
    Executor* control;
    const Settings* settings;
    JobTable* table;
    CommitQueue* commits;
    OwnerCommands* commands;
    // Somebody who may use the owner's jobs watches them under this name.
    std::function<bool(const std::string& watcher, uid_t owner)> has_watcher;
  };

  // For a watcher's answer.
  static constexpr absl::Duration kAnswerTime = absl::Seconds(60);
  // For a watcher that has no stream to come (back).
  static constexpr absl::Duration kComeBackTime = absl::Seconds(10);
  // Between a command's end and its next run, at least.
  static constexpr absl::Duration kShortestDelay = absl::Seconds(5);

  explicit JobNotifier(const Parts& parts);
  JobNotifier(const JobNotifier&) = delete;
  JobNotifier& operator=(const JobNotifier&) = delete;

  // The job was read from the store.
  void Add(JobEntry* entry);
  // The job may have commands that are due.
  void Look(const JobId& id);

  // What an update may change.
  struct Terms {
    std::shared_ptr<const v1::NotifyCommand> command;
    bool wants_command = false;
  };
  static Terms TermsOf(const Job& job);
  // The job was updated, and was `before`. Another command is run for a
  // notification that is not delivered, and ends the repeats of the old one.
  void Updated(JobEntry* entry, const Terms& before);

  void Answer(JobEntry* entry, const v1::AnswerNotificationRequest& answer);
  // A watcher has come or gone.
  void WatchersChanged();
  // Until when the job's watcher may answer. InfinitePast: nobody is asked.
  absl::Time AskedUntil(const JobId& id) const;

  // Begins nothing any more.
  void Shutdown() { stopped_ = true; }

 private:
  // A watcher that has not answered yet. Monotonic times.
  struct Asked {
    std::int64_t number = 0;
    absl::Duration since;
    // InfiniteDuration: it is there.
    absl::Duration gone_since = absl::InfiniteDuration();
    absl::Duration until;
    bool has_failed = false;
  };
  // A command that was begun.
  struct Run {
    std::uint32_t notice = 0;
    std::int64_t number = 0;  // Of the notification. 0: an older one's.
    std::string command;      // Serialized, as it was then.
  };

  void RunNext(const JobId& id);
  bool WaitsForWatcher(const Job& job);
  Asked& AskedOf(const Job& job);
  void Begin(const Job& job, const Run& run);
  void OnBegun(const JobId& id, const Run& run);
  void OnEnded(const JobId& id, const Run& run, const absl::Status& status);
  // The command is run again. The time for it: not before `shortest` is over.
  void SetNextRun(JobEntry* entry, absl::Duration shortest);
  void OnDue(const JobId& id);

  const Parts parts_;
  bool stopped_ = false;
  // Jobs with a command that runs or waits to.
  absl::flat_hash_set<JobId> busy_;
  absl::flat_hash_map<JobId, Asked> asked_;
  // Of watchers that are asked, and of repeats.
  Deadlines deadlines_;
  // Tasks from other threads look at it: this may be gone by then.
  std::shared_ptr<JobNotifier*> self_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_NOTIFIER_H_
