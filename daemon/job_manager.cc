#include "daemon/job_manager.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/job_manager_impl.h"
#include "daemon/job_proto.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// When neither writing nor reading worked, it is tried again after this.
constexpr absl::Duration kStoreRetry = absl::Seconds(5);

}  // namespace

absl::Status ShuttingDown() {
  return Error(v1::ERROR_REASON_SHUTTING_DOWN,
               v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .Retryable()
      .Status("the daemon is stopping; try again when it is back");
}

JobManager::Impl::Impl(const Parts& parts)
    : parts_(parts),
      work_(*parts.control, *parts.files_executor),
      commits_(
          *parts.control, *parts.store,
          [this](const JobId& id) -> const Job* {
            const JobEntry* const entry = table_.Find(id);
            return entry == nullptr ? nullptr : entry->job.get();
          },
          [this](const absl::Status& status, const std::vector<JobId>& jobs) {
            OnCommit(status, jobs);
          }),
      hub_(
          *parts.clock, *parts.control,
          [this](const JobId& id) -> std::shared_ptr<const v1::Job> {
            const JobEntry* const entry = table_.Find(id);
            if (entry == nullptr) return nullptr;
            return JobSnapshot(*entry->job, {life_.RateOf(*entry)},
                               *parts_.settings);
          },
          [this] { Later([this] { notifier_.WatchersChanged(); }); }),
      readers_({&table_, &work_, parts.files, parts.engine}),
      notifier_({parts.clock, parts.control, parts.settings, &table_, &commits_,
                 parts.commands,
                 [this](const std::string& watcher, uid_t owner) {
                   return hub_.HasWatcher(watcher, owner);
                 }}),
      life_({parts.clock, parts.control, parts.settings, &table_, &commits_,
             &work_, parts.files, parts.engine,
             [this](JobEntry* entry) {
               CancelByItself(entry->job->id, JobEvent::kInactive);
             },
             [this](JobEntry* entry) {
               Later([this, id = entry->job->id] { CompleteByItself(id); });
             },
             [this](JobEntry* entry) { OnHistoryEnds(entry->job->id); },
             [this](JobEntry* entry) { notifier_.Look(entry->job->id); },
             [this](JobEntry* entry, int file_index) {
               readers_.OnFileReset(entry->job->id, file_index);
             },
             parts.measured_link}),
      publisher_(table_, commits_, work_, *parts.files,
                 parts.engine->contents(), life_),
      creator_({parts.clock, parts.settings, &table_, &commits_, &work_,
                parts.store, parts.files, &life_}),
      self_(std::make_shared<Impl*>(this)) {}

absl::Status JobManager::Impl::Start() {
  CONVOY_RETURN_IF_ERROR(
      parts_.store->LoadJobs([this](std::unique_ptr<Job> job) {
        JobEntry* const entry = table_.Insert(std::move(job));
        entry->published_revision = entry->job->revision;
        entry->published_state = entry->job->state;
      }));
  for (const auto& [sequence, entry] : table_.by_sequence()) {
    life_.Add(entry);
    const Job& job = *entry->job;
    if (IsFinal(job.state)) publisher_.CleanUp(entry);
    notifier_.Add(entry);
    if (job.state == v1::JOB_STATE_TRANSFERRED &&
        job.complete_when_transferred) {
      Later([this, id = job.id] { CompleteByItself(id); });
    }
  }
  return absl::OkStatus();
}

void JobManager::Impl::Shutdown(absl::AnyInvocable<void() &&> done) {
  shutting_down_ = true;
  life_.Shutdown();
  notifier_.Shutdown();
  commits_.Flush();
  hub_.EndAll(ShuttingDown());
  readers_.EndAll(ShuttingDown());
  // Files that are just being given their names or removed: their calls are
  // answered.
  work_.WhenIdle([this, done = std::move(done)]() mutable {
    commits_.WhenDurable([done = std::move(done)](
                             const absl::Status& status) mutable {
      if (!status.ok()) {
        LogError("the last changes could not be stored: ", status.message());
      }
      std::move(done)();
    });
  });
}

void JobManager::Impl::Later(absl::AnyInvocable<void() &&> task) {
  parts_.control->Post(
      [self = std::weak_ptr<Impl*>(self_), task = std::move(task)]() mutable {
        if (self.lock() != nullptr) std::move(task)();
      });
}

void JobManager::Impl::OnCommit(const absl::Status& status,
                                const std::vector<JobId>& jobs) {
  if (!status.ok()) {
    LogError("jobs cannot be stored: ", status.message());
    for (const JobId& id : jobs) ReadBack(id, status);
  }
  for (const JobId& id : jobs) {
    JobEntry* const entry = table_.Find(id);
    if (entry != nullptr) Publish(entry);
    readers_.OnJob(id);
  }
}

void JobManager::Impl::ReadBack(const JobId& id, const absl::Status& status) {
  JobEntry* const entry = table_.Find(id);
  absl::StatusOr<std::unique_ptr<Job>> stored = parts_.store->LoadJob(id);
  if (!stored.ok()) {
    // It stays what it is here, and is written when that works again.
    parts_.control->PostAfter(kStoreRetry,
                              [this, self = std::weak_ptr<Impl*>(self_), id] {
                                if (self.lock() == nullptr) return;
                                const JobEntry* const kept = table_.Find(id);
                                if (kept == nullptr) return;
                                commits_.TouchJob(id);
                                for (const JobFile& file : kept->job->files) {
                                  commits_.TouchFile(id, file.index);
                                }
                              });
  } else if (*stored == nullptr) {
    if (entry == nullptr) return;
    hub_.EndJob(id, status);
    life_.Remove(entry);
  } else if (entry == nullptr) {
    life_.Add(table_.Insert(*std::move(stored)));
  } else {
    life_.ReadBack(entry, *std::move(stored));
    notifier_.Add(entry);
  }
}

void JobManager::Impl::Publish(JobEntry* entry) {
  const Job& job = *entry->job;
  JobChange change;
  change.id = job.id;
  change.owner = job.owner.uid;
  change.state = job.state;
  change.old_state = entry->published_state;
  change.urgent = job.revision != entry->published_revision ||
                  job.state != entry->published_state ||
                  entry->file_transferred;
  entry->published_revision = job.revision;
  entry->published_state = job.state;
  entry->file_transferred = false;
  hub_.Publish(change);
}

void JobManager::Impl::OnHistoryEnds(const JobId& id) {
  commits_.WhenDurable([this, id](const absl::Status& /*status*/) {
    JobEntry* const entry = table_.Find(id);
    if (entry == nullptr || entry->busy || !IsFinal(entry->job->state)) return;
    life_.Remove(entry);
    commits_.RemoveJob(id);
  });
}

void JobManager::Impl::CompleteByItself(const JobId& id) {
  JobEntry* const entry = table_.Find(id);
  if (entry == nullptr || shutting_down_ ||
      entry->job->state != v1::JOB_STATE_TRANSFERRED) {
    return;
  }
  if (entry->busy) {
    entry->waiting_calls.push_back(
        [this, self = std::weak_ptr<Impl*>(self_), id] {
          if (self.lock() != nullptr) CompleteByItself(id);
        });
    return;
  }
  publisher_.Complete(
      entry, [this, id](absl::StatusOr<FilePublisher::Ended> ended) {
        if (ended.ok()) return;
        LogWarning("job ", id.ToString(),
                   " cannot be completed: ", ended.status().message());
        hub_.EndFetches(id, ended.status());
      });
}

void JobManager::Impl::CancelByItself(const JobId& id, JobEvent event) {
  JobEntry* const entry = table_.Find(id);
  if (entry == nullptr || shutting_down_ || IsFinal(entry->job->state)) return;
  if (entry->busy) {
    entry->waiting_calls.push_back(
        [this, self = std::weak_ptr<Impl*>(self_), id, event] {
          if (self.lock() != nullptr) CancelByItself(id, event);
        });
    return;
  }
  if (event == JobEvent::kInactive) {
    LogWarning("job ", id.ToString(), " of uid ", entry->job->owner.uid,
               " is cancelled: nothing has changed it since ",
               absl::FormatTime(entry->job->modify_time, absl::UTCTimeZone()),
               InactivityPolicy(*entry->job, *parts_.settings).empty()
                   ? " (its inactivity_timeout)"
                   : " (limits.job_inactivity_seconds)");
  }
  publisher_.Cancel(entry, event, [](absl::StatusOr<FilePublisher::Ended>) {});
}

std::map<std::string, std::string> JobManager::Impl::RunningContents(
    const Caller& caller) const {
  std::map<std::string, std::string> jobs;
  for (const JobEntry* const entry : life_.running()) {
    if (!MayUse(caller, *entry->job)) continue;
    for (const auto& [index, run] : entry->run->files) {
      if (run->news.content_id.empty()) continue;
      jobs.emplace(run->news.content_id, entry->job->id.ToString());
    }
  }
  return jobs;
}

void JobManager::Impl::SetHold(const std::string& job_id,
                               const std::string& hold) {
  const std::optional<JobId> id = JobId::Parse(job_id);
  JobEntry* const entry = id.has_value() ? table_.Find(*id) : nullptr;
  if (entry == nullptr || entry->job->declared == nullptr) return;
  entry->job->declared->hold = hold;
}

void JobManager::Impl::FillStatistics(v1::HostStatistics* statistics) const {
  for (int i = v1::JobState_MIN + 1; i <= v1::JobState_MAX; ++i) {
    const auto state = static_cast<v1::JobState>(i);
    (*statistics->mutable_jobs_by_state())[v1::JobState_Name(state)] =
        table_.CountInState(state);
  }
  const JobLife::Places taken = life_.PlacesTaken(/*for_peers=*/false);
  statistics->set_running_jobs(taken.jobs);
  statistics->set_running_files(taken.files);
  statistics->set_watchers(hub_.size());
  const SourceCounts& received = life_.runner().received();
  statistics->set_origin_bytes(received.origin);
  statistics->set_mirror_bytes(received.mirror);
  statistics->set_local_bytes(received.local);
  statistics->set_lan_bytes(received.lan);
  statistics->set_group_bytes(received.group);
  statistics->set_internet_bytes(received.internet);
  statistics->set_cache_host_bytes(received.cache_host);
  const JobLife::Counters& counters = life_.counters();
  statistics->set_files_transferred(counters.files_transferred);
  statistics->set_jobs_completed(counters.jobs_completed);
  for (const auto& [reason, count] : counters.failures_by_reason) {
    (*statistics->mutable_failures_by_reason())[reason] = count;
  }
}

// The public face.

JobManager::JobManager(const Parts& parts)
    : impl_(std::make_unique<Impl>(parts)) {}
JobManager::~JobManager() = default;

absl::Status JobManager::Start() { return impl_->Start(); }

void JobManager::Shutdown(absl::AnyInvocable<void() &&> done) {
  impl_->Shutdown(std::move(done));
}

std::map<std::string, std::string> JobManager::RunningContents(
    const Caller& caller) const {
  return impl_->RunningContents(caller);
}

void JobManager::SetHold(const std::string& job_id, const std::string& hold) {
  impl_->SetHold(job_id, hold);
}

void JobManager::SettingsChanged(const Settings& before) {
  impl_->SettingsChanged(before);
}

void JobManager::FillStatistics(v1::HostStatistics* statistics) const {
  impl_->FillStatistics(statistics);
}

void JobManager::RequestRanges(const Caller& caller,
                               const v1::RequestRangesRequest& request,
                               Reply<v1::JobFile> reply) {
  impl_->RequestRanges(caller, request, std::move(reply));
}

void JobManager::GetFilledRanges(const Caller& caller,
                                 const v1::GetFilledRangesRequest& request,
                                 Reply<v1::GetFilledRangesResponse> reply) {
  impl_->GetFilledRanges(caller, request, std::move(reply));
}

void JobManager::AnswerNotification(
    const Caller& caller, const v1::AnswerNotificationRequest& request,
    Reply<v1::Job> reply) {
  impl_->AnswerNotification(caller, request, std::move(reply));
}

ReadId JobManager::ReadFile(const Caller& caller,
                            const v1::ReadFileRequest& request,
                            FileReadListener* listener) {
  return impl_->ReadFile(caller, request, listener);
}

void JobManager::ContinueRead(ReadId id) { impl_->ContinueRead(id); }
void JobManager::StopRead(ReadId id) { impl_->StopRead(id); }

void JobManager::StopWatch(WatchId id) { impl_->StopWatch(id); }
void JobManager::StopFetch(WatchId id) { impl_->StopFetch(id); }

void JobManager::CreateJob(const Caller& caller,
                           const v1::CreateJobRequest& request,
                           Reply<v1::Job> reply) {
  impl_->CreateJob(caller, request, std::move(reply));
}

void JobManager::GetJob(const Caller& caller, const v1::GetJobRequest& request,
                        Reply<v1::Job> reply) {
  impl_->GetJob(caller, request, std::move(reply));
}

void JobManager::ListJobs(const Caller& caller,
                          const v1::ListJobsRequest& request,
                          Reply<v1::ListJobsResponse> reply) {
  impl_->ListJobs(caller, request, std::move(reply));
}

void JobManager::UpdateJob(const Caller& caller,
                           const v1::UpdateJobRequest& request,
                           Reply<v1::Job> reply) {
  impl_->UpdateJob(caller, request, std::move(reply));
}

void JobManager::AddFiles(const Caller& caller,
                          const v1::AddFilesRequest& request,
                          Reply<v1::AddFilesResponse> reply) {
  impl_->AddFiles(caller, request, std::move(reply));
}

void JobManager::ListFiles(const Caller& caller,
                           const v1::ListFilesRequest& request,
                           Reply<v1::ListFilesResponse> reply) {
  impl_->ListFiles(caller, request, std::move(reply));
}

void JobManager::UpdateFile(const Caller& caller,
                            const v1::UpdateFileRequest& request,
                            Reply<v1::JobFile> reply) {
  impl_->UpdateFile(caller, request, std::move(reply));
}

void JobManager::ResumeJob(const Caller& caller,
                           const v1::ResumeJobRequest& request,
                           Reply<v1::Job> reply) {
  impl_->ResumeJob(caller, request, std::move(reply));
}

void JobManager::SuspendJob(const Caller& caller,
                            const v1::SuspendJobRequest& request,
                            Reply<v1::Job> reply) {
  impl_->SuspendJob(caller, request, std::move(reply));
}

void JobManager::CompleteJob(const Caller& caller,
                             const v1::CompleteJobRequest& request,
                             Reply<v1::CompleteJobResponse> reply) {
  impl_->CompleteJob(caller, request, std::move(reply));
}

void JobManager::CancelJob(const Caller& caller,
                           const v1::CancelJobRequest& request,
                           Reply<v1::CancelJobResponse> reply) {
  impl_->CancelJob(caller, request, std::move(reply));
}

void JobManager::TakeOwnership(const Caller& caller,
                               const v1::TakeOwnershipRequest& request,
                               Reply<v1::Job> reply) {
  impl_->TakeOwnership(caller, request, std::move(reply));
}

void JobManager::ExplainJob(const Caller& caller,
                            const v1::ExplainJobRequest& request,
                            Reply<v1::ExplainJobResponse> reply) {
  impl_->ExplainJob(caller, request, std::move(reply));
}

WatchId JobManager::WatchJob(const Caller& caller,
                             const v1::WatchJobRequest& request,
                             WatchListener* listener) {
  return impl_->WatchJob(caller, request, listener);
}

WatchId JobManager::WatchJobs(const Caller& caller,
                              const v1::WatchJobsRequest& request,
                              WatchListener* listener) {
  return impl_->WatchJobs(caller, request, listener);
}

WatchId JobManager::Fetch(const Caller& caller, const v1::FetchRequest& request,
                          WatchListener* listener) {
  return impl_->Fetch(caller, request, listener, std::nullopt);
}

WatchId JobManager::FetchDeclared(const Caller& caller,
                                  const v1::FetchRequest& request,
                                  WatchListener* listener,
                                  DeclaredTerms declared) {
  return impl_->Fetch(caller, request, listener, std::move(declared));
}

}  // namespace convoy
