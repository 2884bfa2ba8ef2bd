#ifndef CONVOY_DAEMON_JOB_LIFE_H_
#define CONVOY_DAEMON_JOB_LIFE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/commit_queue.h"
#include "daemon/deadlines.h"
#include "daemon/file_work.h"
#include "daemon/job_runner.h"
#include "daemon/job_state.h"
#include "daemon/job_table.h"
#include "daemon/owner_files.h"
#include "daemon/scheduler.h"
#include "daemon/settings.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/transfer_engine.h"

namespace convoy {

// The life of jobs by themselves: applies events to them as job_state.h says,
// gives them their turns, takes what transfers tell, and lets time pass.
//
// Failures: a file that fails and may recover waits while other files of its
// job go on; when none is left to go on, the job is in TRANSIENT_ERROR, and its
// next run tries all. A file that fails for good stops the whole job at once.
//
// Time without progress counts only in CONNECTING, TRANSFERRING and
// TRANSIENT_ERROR.
//
// Belongs to the control executor.
class JobLife final : private JobRunner::Observer {
 public:
  struct Parts {  // Not owned.
    const Clock* clock;
    Executor* control;
    const Settings* settings;
    JobTable* table;
    CommitQueue* commits;
    FileWork* work;
    OwnerFiles* files;
    TransferEngine* engine;
    // What takes more than this class has: jobs that go CANCELLED for
    // inactivity, and those in TRANSFERRED that complete themselves. Called
    // while an event is applied: do it in a later task.
    std::function<void(JobEntry*)> on_inactive;
    std::function<void(JobEntry*)> on_transferred;
    // The history of a final job is over.
    std::function<void(JobEntry*)> on_history_ends;
    // A notify command is due (Job.notices_due).
    std::function<void(JobEntry*)> on_notice;
    // What was fetched of a file is void: other bytes will take its place.
    std::function<void(JobEntry*, int file_index)> on_file_reset;
    // As in JobManager::Parts.
    std::function<std::int64_t()> measured_link = nullptr;
  };

  struct Counters {
    std::int64_t files_transferred = 0;
    std::int64_t jobs_completed = 0;
    std::map<std::string, std::int64_t> failures_by_reason;
  };

  explicit JobLife(Parts parts);
  JobLife(const JobLife&) = delete;
  JobLife& operator=(const JobLife&) = delete;

  // The job was made, or read from the store when the daemon started.
  void Add(JobEntry* entry);
  // The job was read back from the store after a failed commit, in which jobs
  // may not have been what they are now. Nothing is begun for a while.
  void ReadBack(JobEntry* entry, std::unique_ptr<Job> job);
  // Forgets all about it, and the job.
  void Remove(JobEntry* entry);

  // Applies the event, if the state allows it, all effects but removing files
  // included. `failure` for events that lead to ERROR and TRANSIENT_ERROR.
  // False: not allowed.
  bool Apply(JobEntry* entry, JobEvent event,
             std::optional<JobFailure> failure = std::nullopt);
  // A caller or a state changed it: times, revision, deadlines, store.
  void Changed(JobEntry* entry);
  // Its needed_by was changed.
  void NeedChanged(JobEntry* entry);
  // Files were added to it.
  void FilesAdded(JobEntry* entry, int first_index);

  // The URLs of one file were changed, or what comes first of it: a running
  // transfer goes on so, and a file that waits after a failure is tried again.
  void FileChanged(JobEntry* entry, int file_index);
  // Its owner found a whole file's bytes wrong: they are void. Those of the
  // origin are an error of the job; others are fetched again from there.
  void FileRejected(JobEntry* entry, int file_index);
  // The new owner has nothing to do with the old one's notify command: it is
  // dropped.
  void TakeOver(JobEntry* entry, const JobOwner& owner);
  // What the job may do by itself has changed, or what a network costs: it
  // waits for its turn, or gives its place up, as that says.
  void Reconsider(JobEntry* entry);

  // Stops transfers and holds the job until SetBusy(false).
  void SetBusy(JobEntry* entry, bool busy);

  // Looks soon who runs.
  void RequestSchedule();
  // The settings that its deadlines are made of have changed.
  void RenewDeadlines(JobEntry* entry);

  // Stops all transfers, for good.
  void Shutdown();

  // The configuration key that decides how long the job may stay as it is.
  // Empty: the job does.
  absl::string_view InactivityPolicyOf(const Job& job) const;

  JobRunner& runner() { return runner_; }
  const JobRunner& runner() const { return runner_; }
  // Those with a run.
  const absl::flat_hash_set<JobEntry*>& running() const { return running_; }
  struct Places {
    int jobs = 0;
    int files = 0;
  };
  // Taken by jobs that wait for peers (WaitsForPeers), or by all others: each
  // kind has scheduler.max_running_jobs and max_running_files of its own.
  Places PlacesTaken(bool for_peers) const;
  std::int64_t RateOf(const JobEntry& entry) const;
  const Counters& counters() const { return counters_; }

 private:
  using Kind = Deadlines::Kind;

  void OnFileNews(JobEntry* entry, FileRun* run,
                  const TransferNews& before) override;
  void OnFileEnd(JobEntry* entry, int file_index, TransferEnd end) override;
  void OnFileReset(JobEntry* entry, int file_index) override;
  void OnFileTransferred(JobEntry* entry, int file_index);
  void OnFileFailed(JobEntry* entry, int file_index, const TransferEnd& end);
  // When no file of the run is left to go on: the job is TRANSFERRED, or the
  // failure that was kept back is told, or what was asked for is there.
  void Settle(JobEntry* entry);
  // False: the running job's files are larger than it may fetch; it is in ERROR
  // now.
  bool CheckSize(JobEntry* entry);
  // Bytes moved.
  void Progressed(JobEntry* entry);
  // Moves its modify_time, never back: watchers order snapshots by it, and the
  // machine's clock may be set.
  void StampModified(Job* job);

  void StopJob(JobEntry* entry);
  // The effects of a transition before the next state is entered.
  void DoEffects(JobEntry* entry, unsigned effects,
                 std::optional<JobFailure> failure);
  // How long the job has made no progress, up to now.
  absl::Duration StalledFor(const JobEntry& entry) const;
  // Starts or stops counting, as the state says.
  void CountStall(JobEntry* entry);
  // Brings Job.download_time up to now, and counts on if the state says so.
  void CountDownloadTime(JobEntry* entry);
  // Is in the queue, and may run.
  bool CanWait(const JobEntry& entry) const;
  // `entered`: its state is new.
  void SetDeadlines(JobEntry* entry, bool entered);
  void OnDue(const JobId& id, Kind kind);
  void OnNoProgress(JobEntry* entry);
  void OnDownloadTime(JobEntry* entry);

  void RunSchedule();
  std::vector<SchedulerJob> Candidates(const SchedulerLimits& limits,
                                       bool for_peers) const;
  // How far a job that is needed by some time may go for its bytes now, and
  // what follows from it.
  void ReviewNeed(JobEntry* entry);
  std::int64_t MeasuredLink() const;
  void ReviewNeedSoon(JobEntry* entry);
  // Takes note of what its origins give.
  void MeasureOrigin(JobEntry* entry);

  // Stops what has no place any more.
  void Withdraw(const Schedule& schedule, const SchedulerLimits& limits);
  void Run(JobEntry* entry, int files);

  // Every second while something runs: checkpoints, rates.
  void StartTicking();
  void Tick();

  const Parts parts_;
  JobRunner runner_;
  Deadlines deadlines_;
  absl::flat_hash_set<JobEntry*> running_;  // Those with a run.
  bool schedule_requested_ = false;
  Executor::TimerId tick_ = 0;
  // Nothing is begun before: the store could not be written.
  absl::Duration held_until_ = -absl::InfiniteDuration();
  bool stopped_ = false;
  Counters counters_;
  std::minstd_rand random_;
  // Posted tasks look at it: this may be gone by then.
  std::shared_ptr<JobLife*> self_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_LIFE_H_
