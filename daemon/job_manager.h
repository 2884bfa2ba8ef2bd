#ifndef CONVOY_DAEMON_JOB_MANAGER_H_
#define CONVOY_DAEMON_JOB_MANAGER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/caller.h"
#include "daemon/file_readers.h"
#include "daemon/job.h"
#include "daemon/job_store.h"
#include "daemon/owner_commands.h"
#include "daemon/owner_files.h"
#include "daemon/settings.h"
#include "daemon/watch_hub.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/ids.h"
#include "peer/transfer_engine.h"

namespace convoy {

// Owns all jobs and applies every event to them: calls, the scheduler's
// decisions, news of transfers, the passing of time.
//
// Threads: everything happens on the control executor. Requests are validated
// (job_validation.h) here too; they come as the contract's messages. Replies
// are called on the control executor, after what they answer is durable: the
// first change of a burst posts one Commit behind all calls that wait in the
// queue, so that they share it. When the Commit fails, every job it concerned
// is read back from the store, and the replies are UNAVAILABLE.
//
// File-system work runs on `files_executor` and comes back as an event.
class JobManager {
 public:
  template <typename T>
  using Reply = absl::AnyInvocable<void(absl::StatusOr<T>) &&>;

  struct Parts {  // All not owned; must outlive the manager.
    const Clock* clock;
    Executor* control;
    Executor* files_executor;
    JobStore* store;
    OwnerFiles* files;
    TransferEngine* engine;
    // Changes on the control executor; SettingsChanged tells.
    const Settings* settings;
    OwnerCommands* commands;
    // What the link was seen to carry, in bytes per second; 0, and without it:
    // not known. On the control executor.
    std::function<std::int64_t()> measured_link = nullptr;
  };

  explicit JobManager(const Parts& parts);
  // Stops all transfers. REQUIRES: on the control executor, or that has
  // stopped.
  ~JobManager();

  // Reads the store, puts CONNECTING and TRANSFERRING jobs back to QUEUED, and
  // begins to schedule. Call once, first.
  absl::Status Start();
  // Ends transfers and watches (UNAVAILABLE, SHUTTING_DOWN), stores their
  // newest checkpoints, and refuses every later call. `done` comes when that is
  // on disk.
  void Shutdown(absl::AnyInvocable<void() &&> done);

  // The calls of JobService; errors as documented there.
  void CreateJob(const Caller& caller, const v1::CreateJobRequest& request,
                 Reply<v1::Job> reply);
  void GetJob(const Caller& caller, const v1::GetJobRequest& request,
              Reply<v1::Job> reply);
  void ListJobs(const Caller& caller, const v1::ListJobsRequest& request,
                Reply<v1::ListJobsResponse> reply);
  void UpdateJob(const Caller& caller, const v1::UpdateJobRequest& request,
                 Reply<v1::Job> reply);
  void AddFiles(const Caller& caller, const v1::AddFilesRequest& request,
                Reply<v1::AddFilesResponse> reply);
  void ListFiles(const Caller& caller, const v1::ListFilesRequest& request,
                 Reply<v1::ListFilesResponse> reply);
  void UpdateFile(const Caller& caller, const v1::UpdateFileRequest& request,
                  Reply<v1::JobFile> reply);
  void ResumeJob(const Caller& caller, const v1::ResumeJobRequest& request,
                 Reply<v1::Job> reply);
  void SuspendJob(const Caller& caller, const v1::SuspendJobRequest& request,
                  Reply<v1::Job> reply);
  void CompleteJob(const Caller& caller, const v1::CompleteJobRequest& request,
                   Reply<v1::CompleteJobResponse> reply);
  void CancelJob(const Caller& caller, const v1::CancelJobRequest& request,
                 Reply<v1::CancelJobResponse> reply);
  void TakeOwnership(const Caller& caller,
                     const v1::TakeOwnershipRequest& request,
                     Reply<v1::Job> reply);
  void ExplainJob(const Caller& caller, const v1::ExplainJobRequest& request,
                  Reply<v1::ExplainJobResponse> reply);

  void RequestRanges(const Caller& caller,
                     const v1::RequestRangesRequest& request,
                     Reply<v1::JobFile> reply);
  void AnswerNotification(const Caller& caller,
                          const v1::AnswerNotificationRequest& request,
                          Reply<v1::Job> reply);
  void GetFilledRanges(const Caller& caller,
                       const v1::GetFilledRangesRequest& request,
                       Reply<v1::GetFilledRangesResponse> reply);

  // ReadFile. `listener` is called on the control executor, never from inside
  // this call, until its OnEnd, or until StopRead; the next bytes come after
  // ContinueRead.
  ReadId ReadFile(const Caller& caller, const v1::ReadFileRequest& request,
                  FileReadListener* listener);
  void ContinueRead(ReadId id);
  void StopRead(ReadId id);

  // Streams. `listener` (watch_hub.h) is called on the control executor, never
  // from inside these calls, until its OnEnd, or until StopWatch. On an error
  // of the request OnEnd is all it gets.
  WatchId WatchJob(const Caller& caller, const v1::WatchJobRequest& request,
                   WatchListener* listener);
  WatchId WatchJobs(const Caller& caller, const v1::WatchJobsRequest& request,
                    WatchListener* listener);
  // CreateJob, ResumeJob and WatchJob; the job completes itself. When the
  // caller goes away before the end, StopFetch.
  WatchId Fetch(const Caller& caller, const v1::FetchRequest& request,
                WatchListener* listener);
  // The same of a job that a file declares.
  WatchId FetchDeclared(const Caller& caller, const v1::FetchRequest& request,
                        WatchListener* listener, DeclaredTerms declared);
  // After it returns the listener is not called any more. No effect after
  // OnEnd.
  void StopWatch(WatchId id);
  // StopWatch, and cancels the job if the request had cancel_on_disconnect.
  void StopFetch(WatchId id);

  // Ids of contents (20 bytes) that running jobs fetch, and the id of a job
  // that does; only of jobs that the caller may see.
  std::map<std::string, std::string> RunningContents(
      const Caller& caller) const;

  // Why a declared job is suspended (DeclaredTerms.hold), for ExplainJob. No
  // effect on other jobs.
  void SetHold(const std::string& job_id, const std::string& hold);
  // Parts.settings are others than `before` now. Running transfers begin anew
  // from their checkpoints only where what they are made of has changed.
  void SettingsChanged(const Settings& before);

  // What the manager knows of v1::HostStatistics.
  void FillStatistics(v1::HostStatistics* statistics) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_MANAGER_H_
