#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/field_check.h"
#include "daemon/job_extras_check.h"
#include "daemon/job_manager_impl.h"
#include "daemon/job_validation.h"
#include "daemon/range_check.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

// The streams of JobService: WatchJob, WatchJobs, Fetch. A listener is never
// called from inside the call that names it.
namespace convoy {
namespace {

constexpr int kJobsAtOnce = 200;

template <typename Request>
absl::StatusOr<absl::Duration> IntervalOf(const Request& request) {
  return ParseProgressInterval(
      request.has_progress_interval() ? &request.progress_interval() : nullptr);
}

// What makes two requests the same one: not how the stream shall be.
std::string DigestOf(v1::FetchRequest request) {
  request.clear_cancel_on_disconnect();
  request.clear_progress_interval();
  return JobCreator::DigestOf("Fetch", request.SerializeAsString());
}

}  // namespace

void JobManager::Impl::EndLater(WatchId id, absl::Status status) {
  Later([this, id, status = std::move(status)]() mutable {
    hub_.End(id, std::move(status));
  });
}

WatchId JobManager::Impl::WatchJob(const Caller& caller,
                                   const v1::WatchJobRequest& request,
                                   WatchListener* listener) {
  const absl::StatusOr<absl::Duration> interval = IntervalOf(request);
  const absl::StatusOr<JobEntry*> entry =
      Find(caller, request.job_id(), "job_id");
  absl::Status status = interval.status();
  status.Update(entry.status());
  const WatchId id =
      hub_.Open(WatchHub::Kind::kJob, caller,
                interval.value_or(absl::ZeroDuration()), listener);
  if (!status.ok()) {
    EndLater(id, std::move(status));
    return id;
  }
  const JobId job = (*entry)->job->id;
  hub_.Bind(id, job);
  Later([this, id, job] { ShowFirst(id, job); });
  return id;
}

void JobManager::Impl::ShowFirst(WatchId id, const JobId& job) {
  if (commits_.IsDurable(job)) {
    hub_.Attach(id);
    return;
  }
  commits_.WhenDurable(
      [this, id, job](const absl::Status&) { ShowFirst(id, job); });
}

WatchId JobManager::Impl::WatchJobs(const Caller& caller,
                                    const v1::WatchJobsRequest& request,
                                    WatchListener* listener) {
  const absl::StatusOr<absl::Duration> interval = IntervalOf(request);
  absl::Status status = shutting_down_ ? ShuttingDown() : interval.status();
  status.Update(
      CheckText("watcher_id", request.watcher_id(), 0, kMaxWatcherId));
  if (request.all_users() && !caller.administrator) {
    status.Update(
        Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_REQUEST)
            .Status(
                "watching the jobs of all users is for administrators: root "
                "and members of the convoy group"));
  }
  const WatchId id =
      hub_.Open(WatchHub::Kind::kJobs, caller,
                interval.value_or(absl::ZeroDuration()), listener);
  if (!status.ok()) {
    EndLater(id, std::move(status));
    return id;
  }
  WatchFilter filter;
  filter.all_users = request.all_users();
  filter.watcher_id = request.watcher_id();
  if (!request.states().empty()) filter.states = 0;
  for (const int state : request.states()) {
    if (v1::JobState_IsValid(state)) filter.states |= 1u << state;
  }
  Later([this, id, caller, filter] {
    hub_.Select(id, filter);
    ShowJobs(id, caller, filter, 0);
  });
  return id;
}

void JobManager::Impl::ShowJobs(WatchId id, const Caller& caller,
                                const WatchFilter& filter,
                                std::uint64_t after) {
  const auto offer = [&](const JobEntry* entry) {
    const Job& job = *entry->job;
    hub_.Offer(id, {job.id, job.owner.uid, job.state, job.state, false});
  };
  for (int i = 0; i < kJobsAtOnce && hub_.IsOpen(id); ++i) {
    const JobEntry* next = nullptr;
    if (filter.all_users) {
      const auto it = table_.by_sequence().upper_bound(after);
      if (it != table_.by_sequence().end()) next = it->second;
    } else {
      const auto it = table_.by_owner().upper_bound({caller.uid, after});
      if (it != table_.by_owner().end() && it->first.first == caller.uid) {
        next = it->second;
      }
    }
    if (next == nullptr) {
      hub_.Synced(id);
      return;
    }
    if (!commits_.IsDurable(next->job->id)) {
      commits_.WhenDurable(
          [this, id, caller, filter, after](const absl::Status&) {
            ShowJobs(id, caller, filter, after);
          });
      return;
    }
    after = next->job->sequence;
    offer(next);
  }
  Later([this, id, caller, filter, after] {
    if (hub_.IsOpen(id)) ShowJobs(id, caller, filter, after);
  });
}

absl::StatusOr<FileReaders::Request> JobManager::Impl::CheckRead(
    const Caller& caller, const v1::ReadFileRequest& request) const {
  CONVOY_ASSIGN_OR_RETURN(const JobEntry* const entry,
                          Find(caller, request.job_id(), "job_id"));
  const Job& job = *entry->job;
  CONVOY_RETURN_IF_ERROR(CheckFileIndex(job, request.file_index()));
  FileReaders::Request reading;
  CONVOY_ASSIGN_OR_RETURN(
      reading.ranges,
      ReadRanges("ranges", request.ranges(), std::nullopt, *parts_.settings));
  if (job.state == v1::JOB_STATE_ACKNOWLEDGED) {
    return Error(v1::ERROR_REASON_INVALID_STATE, v1::ERROR_CONTEXT_REQUEST)
        .Status(
            "the job is complete: its files have their names; read them "
            "there");
  }
  reading.job = job.id;
  reading.file_index = request.file_index();
  reading.no_wait = request.no_wait();
  return reading;
}

ReadId JobManager::Impl::ReadFile(const Caller& caller,
                                  const v1::ReadFileRequest& request,
                                  FileReadListener* listener) {
  absl::StatusOr<FileReaders::Request> reading = CheckRead(caller, request);
  const bool right = reading.ok();
  const ReadId id = readers_.Open(
      right ? *std::move(reading) : FileReaders::Request(), listener);
  Later([this, id, status = reading.status()]() mutable {
    if (status.ok()) {
      readers_.Continue(id);
    } else {
      readers_.End(id, std::move(status));
    }
  });
  return id;
}

WatchId JobManager::Impl::Fetch(const Caller& caller,
                                const v1::FetchRequest& request,
                                WatchListener* listener,
                                std::optional<DeclaredTerms> declared) {
  const absl::StatusOr<absl::Duration> interval = IntervalOf(request);
  absl::StatusOr<std::unique_ptr<Job>> job =
      ValidateFetch(request, *parts_.settings);
  absl::Status status = shutting_down_ ? ShuttingDown() : interval.status();
  status.Update(job.status());
  const bool tied = request.cancel_on_disconnect();
  const WatchId id =
      hub_.Open(tied ? WatchHub::Kind::kTiedFetch : WatchHub::Kind::kFetch,
                caller, interval.value_or(absl::ZeroDuration()), listener);
  if (!status.ok()) {
    EndLater(id, std::move(status));
    return id;
  }
  JobCreator::Request creation;
  creation.caller = caller;
  creation.request_id = request.request_id();
  creation.digest = DigestOf(request);
  creation.job = *std::move(job);
  creation.job->complete_when_transferred = true;
  if (declared.has_value()) {
    creation.job->declared =
        std::make_unique<DeclaredTerms>(*std::move(declared));
  }
  creation.resume = true;
  Later([this, id, tied, creation = std::move(creation)]() mutable {
    creator_.Create(std::move(creation),
                    [this, id, tied](absl::StatusOr<JobCreator::Made> made) {
                      if (made.ok()) {
                        Made(id, tied, *made);
                      } else {
                        hub_.End(id, made.status());
                      }
                    });
  });
  return id;
}

void JobManager::Impl::Made(WatchId id, bool tied,
                            const JobCreator::Made& made) {
  JobEntry* const entry = table_.Find(made.id);
  if (!hub_.IsOpen(id)) {
    // The caller went away meanwhile.
    if (tied) CancelByItself(made.id, JobEvent::kCancel);
    return;
  }
  if (made.before && entry != nullptr && !entry->busy) {
    // Asked for again: after a failure that is a new try.
    if (entry->job->state == v1::JOB_STATE_ERROR) {
      life_.Apply(entry, JobEvent::kResume);
    }
    CompleteByItself(made.id);
  }
  hub_.Bind(id, made.id);
  ShowFirst(id, made.id);
}

void JobManager::Impl::StopFetch(WatchId id) {
  const std::optional<JobId> job = hub_.TiedJob(id);
  hub_.Stop(id);
  if (job.has_value()) CancelByItself(*job, JobEvent::kCancel);
}

}  // namespace convoy
