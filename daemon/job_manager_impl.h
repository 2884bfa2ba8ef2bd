#ifndef CONVOY_DAEMON_JOB_MANAGER_IMPL_H_
#define CONVOY_DAEMON_JOB_MANAGER_IMPL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/commit_queue.h"
#include "daemon/file_publisher.h"
#include "daemon/file_readers.h"
#include "daemon/file_work.h"
#include "daemon/job_creator.h"
#include "daemon/job_life.h"
#include "daemon/job_manager.h"
#include "daemon/job_notifier.h"
#include "daemon/job_state.h"
#include "daemon/job_table.h"
#include "daemon/watch_hub.h"

namespace convoy {

// The parts of the manager put together. Calls are in job_calls.cc, streams in
// job_streams.cc, the rest in job_manager.cc.
class JobManager::Impl {
 public:
  explicit Impl(const Parts& parts);

  absl::Status Start();
  void Shutdown(absl::AnyInvocable<void() &&> done);

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

  WatchId WatchJob(const Caller& caller, const v1::WatchJobRequest& request,
                   WatchListener* listener);
  WatchId WatchJobs(const Caller& caller, const v1::WatchJobsRequest& request,
                    WatchListener* listener);
  WatchId Fetch(const Caller& caller, const v1::FetchRequest& request,
                WatchListener* listener, std::optional<DeclaredTerms> declared);
  void RequestRanges(const Caller& caller,
                     const v1::RequestRangesRequest& request,
                     Reply<v1::JobFile> reply);
  void GetFilledRanges(const Caller& caller,
                       const v1::GetFilledRangesRequest& request,
                       Reply<v1::GetFilledRangesResponse> reply);
  void AnswerNotification(const Caller& caller,
                          const v1::AnswerNotificationRequest& request,
                          Reply<v1::Job> reply);
  ReadId ReadFile(const Caller& caller, const v1::ReadFileRequest& request,
                  FileReadListener* listener);
  void ContinueRead(ReadId id) { readers_.Continue(id); }
  void StopRead(ReadId id) { readers_.Stop(id); }
  void StopWatch(WatchId id) { hub_.Stop(id); }
  void StopFetch(WatchId id);

  std::map<std::string, std::string> RunningContents(
      const Caller& caller) const;
  void SetHold(const std::string& job_id, const std::string& hold);
  void SettingsChanged(const Settings& before);
  void FillStatistics(v1::HostStatistics* statistics) const;

 private:
  template <typename Request, typename Response>
  using Call = void (Impl::*)(const Caller&, const Request&, Reply<Response>);

  // The caller's job of that id. NOT_FOUND, also for another user's.
  absl::StatusOr<JobEntry*> Find(const Caller& caller, absl::string_view job_id,
                                 absl::string_view field) const;
  // The job for a call that reads it; null when the call has been answered.
  template <typename Response>
  JobEntry* Read(const Caller& caller, absl::string_view job_id,
                 Reply<Response>& reply) const;
  // The job for a call that changes it as `event` says; null when the call has
  // been answered, or waits until the job is not busy and begins anew.
  template <typename Request, typename Response>
  JobEntry* Enter(Call<Request, Response> call, const Caller& caller,
                  const Request& request, absl::string_view job_id,
                  JobEvent event, Reply<Response>& reply);
  // Applies the event and answers with the job.
  template <typename Request>
  void ApplyCall(Call<Request, v1::Job> call, const Caller& caller,
                 const Request& request, JobEvent event, Reply<v1::Job> reply);
  template <typename Response>
  void AnswerWhenDurable(Reply<Response> reply, Response response);
  void AddCheckedFiles(const Caller& caller, const v1::AddFilesRequest& request,
                       Reply<v1::AddFilesResponse> reply);
  v1::Job JobOf(const JobEntry* entry) const;
  v1::ExplainJobResponse Explained(JobEntry* entry,
                                   std::vector<ContentPresence> contents) const;
  absl::StatusOr<FileReaders::Request> CheckRead(
      const Caller& caller, const v1::ReadFileRequest& request) const;

  // Runs `task` as a later one, unless the manager is gone by then.
  void Later(absl::AnyInvocable<void() &&> task);

  // Streams.
  void EndLater(WatchId id, absl::Status status);
  // Shows the watch its job when nothing of that waits to be written.
  void ShowFirst(WatchId id, const JobId& job);
  // Gives the watch the jobs after `after`, some at a time.
  void ShowJobs(WatchId id, const Caller& caller, const WatchFilter& filter,
                std::uint64_t after);
  void Made(WatchId id, bool tied, const JobCreator::Made& made);
  void CompleteByItself(const JobId& id);
  void CancelByItself(const JobId& id, JobEvent event);

  // Looks at the jobs after `after` with new settings, some at a time.
  void ReviewJobs(std::uint64_t after);

  // Events from below.
  void OnCommit(const absl::Status& status, const std::vector<JobId>& jobs);
  void ReadBack(const JobId& id, const absl::Status& status);
  void Publish(JobEntry* entry);
  void OnHistoryEnds(const JobId& id);

  const Parts parts_;
  JobTable table_;
  FileWork work_;
  CommitQueue commits_;
  WatchHub hub_;
  FileReaders readers_;
  JobNotifier notifier_;
  JobLife life_;
  FilePublisher publisher_;
  JobCreator creator_;
  bool shutting_down_ = false;
  // Posted tasks look at it: the manager may be gone by then.
  std::shared_ptr<Impl*> self_;
};

// What every call and stream gets once the daemon stops.
absl::Status ShuttingDown();

template <typename Response>
JobEntry* JobManager::Impl::Read(const Caller& caller, absl::string_view job_id,
                                 Reply<Response>& reply) const {
  absl::StatusOr<JobEntry*> entry = Find(caller, job_id, "job_id");
  if (entry.ok()) return *entry;
  std::move(reply)(entry.status());
  return nullptr;
}

template <typename Request, typename Response>
JobEntry* JobManager::Impl::Enter(Call<Request, Response> call,
                                  const Caller& caller, const Request& request,
                                  absl::string_view job_id, JobEvent event,
                                  Reply<Response>& reply) {
  JobEntry* const entry = Read(caller, job_id, reply);
  if (entry == nullptr) return nullptr;
  if (entry->busy) {
    entry->waiting_calls.push_back([this, self = std::weak_ptr<Impl*>(self_),
                                    call, caller, request,
                                    reply = std::move(reply)]() mutable {
      if (self.lock() == nullptr) return;
      (this->*call)(caller, request, std::move(reply));
    });
    return nullptr;
  }
  absl::Status allowed = CheckAllowed(event, entry->job->state);
  if (allowed.ok()) return entry;
  std::move(reply)(std::move(allowed));
  return nullptr;
}

template <typename Request>
void JobManager::Impl::ApplyCall(Call<Request, v1::Job> call,
                                 const Caller& caller, const Request& request,
                                 JobEvent event, Reply<v1::Job> reply) {
  JobEntry* const entry =
      Enter(call, caller, request, request.job_id(), event, reply);
  if (entry == nullptr) return;
  life_.Apply(entry, event);
  AnswerWhenDurable(std::move(reply), JobOf(entry));
}

template <typename Response>
void JobManager::Impl::AnswerWhenDurable(Reply<Response> reply,
                                         Response response) {
  commits_.WhenDurable(
      [reply = std::move(reply),
       response = std::move(response)](const absl::Status& status) mutable {
        if (status.ok()) {
          std::move(reply)(std::move(response));
        } else {
          std::move(reply)(status);
        }
      });
}

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_MANAGER_IMPL_H_
