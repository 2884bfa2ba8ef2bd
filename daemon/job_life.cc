#include "daemon/job_life.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/cost_policy.h"
#include "daemon/job_log.h"
#include "daemon/job_notification.h"
#include "daemon/job_proto.h"
#include "daemon/retry_delay.h"
#include "peer/base/log.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr absl::Duration kTickInterval = absl::Seconds(1);
// After a Commit failed nothing is begun for so long.
constexpr absl::Duration kStoreHold = absl::Seconds(5);

// What the no-progress time is counted in.
bool CanStall(v1::JobState state) {
  return state == v1::JOB_STATE_CONNECTING ||
         state == v1::JOB_STATE_TRANSFERRING ||
         state == v1::JOB_STATE_TRANSIENT_ERROR;
}

// What the maximum download time is counted in.
bool Downloads(v1::JobState state) {
  return state == v1::JOB_STATE_CONNECTING ||
         state == v1::JOB_STATE_TRANSFERRING;
}

// Calendar times turned into waits: a clock that was set wrong shall neither
// keep a job for ever nor end it before `most` of it could pass.
absl::Duration WaitUntil(absl::Time when, absl::Time now, absl::Duration most) {
  return std::clamp(when - now, absl::ZeroDuration(), most);
}

std::int64_t Received(const TransferNews& news) {
  return news.origin_bytes + news.mirror_bytes + news.local_bytes +
         news.lan_bytes + news.group_bytes + news.internet_bytes +
         news.cache_host_bytes;
}

JobFailure MakeFailure(const absl::Status& status, const JobFile& file,
                       absl::Time now) {
  JobFailure failure;
  failure.detail = ErrorDetailOf(status);
  failure.message = std::string(status.message());
  // The engine knows no paths.
  if (failure.detail.context() == v1::ERROR_CONTEXT_LOCAL_FILE &&
      failure.detail.local_path().empty() && failure.detail.url().empty()) {
    failure.detail.set_local_path(file.local_path);
    failure.message = absl::StrCat(file.local_path, ": ", failure.message);
  }
  failure.file_index = file.index;
  failure.time = now;
  return failure;
}

void LogState(const Job& job) {
  LogLine(LevelOfState(job.state), JobStateLine(job));
}

}  // namespace

JobLife::JobLife(Parts parts)
    : parts_(std::move(parts)),
      runner_({parts_.clock, parts_.control, parts_.table, parts_.commits,
               parts_.work, parts_.files, parts_.engine, parts_.settings},
              *this),
      deadlines_(*parts_.clock, *parts_.control,
                 [this](const JobId& id, Kind kind) { OnDue(id, kind); }),
      random_(std::random_device()()),
      self_(std::make_shared<JobLife*>(this)) {}

void JobLife::Add(JobEntry* entry) {
  const Job& job = *entry->job;
  if (job.failure != nullptr) {
    // What it was when it failed: time in which nobody was there does not
    // count.
    entry->stalled_for = std::max(absl::ZeroDuration(),
                                  job.failure->time - job.last_progress_time);
  }
  parts_.table->SetState(entry,
                         TransitionOf(JobEvent::kRestart, job.state).next);
  CountStall(entry);
  parts_.table->SetWaiting(entry, CanWait(*entry));
  SetDeadlines(entry, /*entered=*/true);
  ReviewNeedSoon(entry);
  RequestSchedule();
}

void JobLife::ReadBack(JobEntry* entry, std::unique_ptr<Job> job) {
  runner_.DropJob(entry);
  running_.erase(entry);
  parts_.table->Replace(entry, std::move(job));
  entry->needed.reset();
  entry->turn = 0;
  entry->stalled_for = absl::ZeroDuration();
  entry->stalled_since = absl::InfiniteDuration();
  entry->downloading_since = absl::InfiniteDuration();
  held_until_ = parts_.clock->Monotonic() + kStoreHold;
  Add(entry);
}

void JobLife::Remove(JobEntry* entry) {
  runner_.DropJob(entry);
  running_.erase(entry);
  deadlines_.ClearAll(entry->job->id);
  for (auto& call : entry->waiting_calls) parts_.control->Post(std::move(call));
  parts_.table->Erase(entry);
}

bool JobLife::Apply(JobEntry* entry, JobEvent event,
                    std::optional<JobFailure> failure) {
  Job& job = *entry->job;
  const Transition transition = TransitionOf(event, job.state);
  if (!transition.allowed) return false;
  if (transition.next == job.state && transition.effects == kNoEffect) {
    return true;
  }
  const bool entered = transition.next != job.state;
  const bool begins_anew =
      entered &&
      (event == JobEvent::kAddFiles ||
       (event == JobEvent::kResume && job.state == v1::JOB_STATE_ERROR));
  DoEffects(entry, transition.effects, std::move(failure));
  if (entered && transition.next == v1::JOB_STATE_QUEUED &&
      event != JobEvent::kPreempted) {
    entry->turn = 0;
  }
  parts_.table->SetWaiting(entry, false);
  parts_.table->SetState(entry, transition.next);
  CountStall(entry);
  CountDownloadTime(entry);
  if (begins_anew) job.download_time = absl::ZeroDuration();
  parts_.table->SetWaiting(entry, CanWait(*entry));
  if (job.state != v1::JOB_STATE_TRANSIENT_ERROR) {
    job.next_retry_time = absl::InfinitePast();
  }
  if (job.state == v1::JOB_STATE_ACKNOWLEDGED) ++counters_.jobs_completed;
  Changed(entry);
  const bool notice_is_due = entered && EnterState(&job);
  SetDeadlines(entry, entered);
  if (entered) ReviewNeedSoon(entry);
  RequestSchedule();
  LogState(job);
  if (notice_is_due) parts_.on_notice(entry);
  if (job.state == v1::JOB_STATE_TRANSFERRED && job.complete_when_transferred) {
    parts_.on_transferred(entry);
  }
  return true;
}

void JobLife::DoEffects(JobEntry* entry, unsigned effects,
                        std::optional<JobFailure> failure) {
  Job& job = *entry->job;
  const absl::Time now = parts_.clock->Now();
  if ((effects & kStopTransfers) != 0) StopJob(entry);
  if ((effects & kForgetFailure) != 0) {
    job.failure.reset();
    job.attempts_without_progress = 0;
  }
  if ((effects & kForgetStall) != 0) {
    entry->stalled_for = absl::ZeroDuration();
    entry->stalled_since = absl::InfiniteDuration();
  }
  if ((effects & kCountFailure) != 0) {
    ++job.error_count;
    ++job.attempts_without_progress;
    ++counters_.failures_by_reason[ReasonName(failure->detail.reason())];
    job.failure = std::make_unique<JobFailure>(*std::move(failure));
  } else if (failure.has_value()) {
    job.failure = std::make_unique<JobFailure>(*std::move(failure));
  }
  if ((effects & kStampComplete) != 0) {
    StopJob(entry);  // Ends the run; nothing of it runs any more.
    job.transfer_complete_time = now;
  }
  if ((effects & kEndLife) != 0) job.http.reset();
}

void JobLife::Changed(JobEntry* entry) {
  Job& job = *entry->job;
  StampModified(&job);
  job.last_progress_time = parts_.clock->Now() - StalledFor(*entry);
  CountDownloadTime(entry);
  ++job.revision;
  parts_.commits->TouchJob(job.id);
  SetDeadlines(entry, /*entered=*/false);
}

void JobLife::StampModified(Job* job) {
  const absl::Time now = parts_.clock->Now();
  job->modify_time =
      now >= job->modify_time ? now : job->modify_time + absl::Microseconds(1);
}

void JobLife::FilesAdded(JobEntry* entry, int first_index) {
  const int count = static_cast<int>(entry->job->files.size());
  for (int i = first_index; i < count; ++i) {
    parts_.commits->TouchFile(entry->job->id, i);
    const JobFile& file = entry->job->files[static_cast<std::size_t>(i)];
    if (entry->run != nullptr && HasWork(*entry->job, file)) {
      entry->run->pending.insert(i);
    }
  }
  Apply(entry, JobEvent::kAddFiles);
  Changed(entry);
  if (entry->run != nullptr) CheckSize(entry);
  RequestSchedule();
}

void JobLife::FileChanged(JobEntry* entry, int file_index) {
  if (entry->run == nullptr) return;
  JobRun& run = *entry->run;
  if (run.files.count(file_index) > 0) {
    runner_.Restart(entry, file_index);
  } else if (HasWork(*entry->job,
                     entry->job->files[static_cast<std::size_t>(file_index)])) {
    run.pending.insert(file_index);
    RequestSchedule();
  }
}

void JobLife::FileRejected(JobEntry* entry, int file_index) {
  JobFile& file = entry->job->files[static_cast<std::size_t>(file_index)];
  const SourceCounts from = file.transfer->sources;
  const bool from_others =
      from.lan + from.group + from.internet + from.cache_host > 0;
  runner_.Forget(entry, file_index);
  if (!from_others) {
    const absl::Status wrong =
        Error(v1::ERROR_REASON_VALIDATION_FAILED, v1::ERROR_CONTEXT_REMOTE_FILE)
            .Url(file.remote_url)
            .Status(
                "the file's owner found its bytes wrong, and they came from "
                "the origin; ResumeJob fetches them again");
    Apply(entry, JobEvent::kRejected,
          MakeFailure(wrong, file, parts_.clock->Now()));
    return;
  }
  if (entry->run != nullptr) entry->run->pending.insert(file_index);
  Apply(entry, JobEvent::kRefetch);
  RequestSchedule();
}

void JobLife::TakeOver(JobEntry* entry, const JobOwner& owner) {
  parts_.table->SetOwner(entry, owner);
  if (entry->job->extras != nullptr) entry->job->extras->notify_command.reset();
  entry->job->notices_due = 0;
  if (entry->job->notification != nullptr) {
    entry->job->notification->clear_next_run_time();
  }
  Changed(entry);
}

bool JobLife::CanWait(const JobEntry& entry) const {
  return entry.job->state == v1::JOB_STATE_QUEUED && !entry.busy &&
         CostAllows(*entry.job, *parts_.settings);
}

void JobLife::Reconsider(JobEntry* entry) {
  if (entry->busy) return;  // The end of that does it.
  if (entry->run != nullptr && !CostAllows(*entry->job, *parts_.settings)) {
    Apply(entry, JobEvent::kPreempted);
  }
  if (entry->run != nullptr) CheckSize(entry);
  parts_.table->SetWaiting(entry, CanWait(*entry));
  RequestSchedule();
}

void JobLife::SetBusy(JobEntry* entry, bool busy) {
  entry->busy = busy;
  if (busy) {
    StopJob(entry);
    parts_.table->SetWaiting(entry, false);
    RequestSchedule();
    return;
  }
  parts_.table->SetWaiting(entry, CanWait(*entry));
  // It was stopped for what then failed.
  Apply(entry, JobEvent::kPreempted);
  SetDeadlines(entry, /*entered=*/true);
  RequestSchedule();
  for (auto& call : std::exchange(entry->waiting_calls, {})) {
    parts_.control->Post(std::move(call));
  }
}

void JobLife::Shutdown() {
  stopped_ = true;
  while (!running_.empty()) StopJob(*running_.begin());
}

void JobLife::StopJob(JobEntry* entry) {
  runner_.StopJob(entry);
  running_.erase(entry);
}

std::int64_t JobLife::RateOf(const JobEntry& entry) const {
  if (entry.run == nullptr) return 0;
  return entry.run->rate.Rate(parts_.clock->Monotonic());
}

// News of transfers.

void JobLife::OnFileNews(JobEntry* entry, FileRun* run,
                         const TransferNews& before) {
  const TransferNews& news = run->news;
  if (Received(news) > Received(before)) Progressed(entry);
  const bool first_byte = news.connected && !before.connected;
  const bool size_is_new = news.size.has_value() && news.size != before.size;
  // Who reads the file while it comes need not wait for the next tick.
  const bool first_flush = news.flushed_bytes > 0 && before.flushed_bytes == 0;
  if ((first_byte || size_is_new || first_flush) && runner_.Fold(entry)) {
    StampModified(entry->job.get());
  }
  if (!CheckSize(entry)) return;
  if (size_is_new) ReviewNeedSoon(entry);
  if (first_byte && entry->job->state == v1::JOB_STATE_CONNECTING) {
    Apply(entry, JobEvent::kFirstByte);
  }
  StartTicking();
}

void JobLife::OnFileEnd(JobEntry* entry, int file_index, TransferEnd end) {
  const JobFile& file = entry->job->files[static_cast<std::size_t>(file_index)];
  const bool in_part = IsOnDemand(*entry->job, file) && file.size.has_value() &&
                       file.flushed_bytes < *file.size;
  if (!end.status.ok()) {
    OnFileFailed(entry, file_index, end);
  } else if (in_part) {
    Settle(entry);
  } else {
    OnFileTransferred(entry, file_index);
  }
  RequestSchedule();
}

void JobLife::OnFileReset(JobEntry* entry, int file_index) {
  parts_.on_file_reset(entry, file_index);
}

void JobLife::OnFileTransferred(JobEntry* entry, int file_index) {
  Job& job = *entry->job;
  JobFile& file = job.files[static_cast<std::size_t>(file_index)];
  file.transferred = true;
  file.transfer->checkpoint.clear();
  entry->file_transferred = true;
  ++counters_.files_transferred;
  StampModified(&job);
  parts_.commits->TouchFile(job.id, file_index);
  Progressed(entry);
  // An empty file has no first byte.
  if (job.state == v1::JOB_STATE_CONNECTING) {
    Apply(entry, JobEvent::kFirstByte);
  }
  Settle(entry);
}

void JobLife::OnFileFailed(JobEntry* entry, int file_index,
                           const TransferEnd& end) {
  JobFailure failure = MakeFailure(
      end.status, entry->job->files[static_cast<std::size_t>(file_index)],
      parts_.clock->Now());
  const bool once =
      NoProgressTimeout(*entry->job, *parts_.settings) == absl::ZeroDuration();
  if (!failure.detail.retryable() || once) {
    Apply(entry, JobEvent::kFatalFailure, std::move(failure));
    return;
  }
  JobRun& run = *entry->run;
  run.failure = std::move(failure);
  if (end.retry_after.has_value()) {
    run.retry_after = std::max(run.retry_after.value_or(absl::ZeroDuration()),
                               *end.retry_after);
  }
  Settle(entry);
}

void JobLife::Settle(JobEntry* entry) {
  JobRun& run = *entry->run;
  Job& job = *entry->job;
  if (!run.files.empty() || !run.pending.empty()) return;
  if (std::all_of(job.files.begin(), job.files.end(),
                  [](const JobFile& file) { return file.transferred; })) {
    Apply(entry, JobEvent::kAllTransferred);
    return;
  }
  if (!run.failure.has_value()) {
    Apply(entry, JobEvent::kDemandMet);
    return;
  }
  const double random = std::uniform_real_distribution<double>(0, 1)(random_);
  job.next_retry_time =
      parts_.clock->Now() + RetryDelay(MinimumRetryDelay(job, *parts_.settings),
                                       job.attempts_without_progress + 1,
                                       run.retry_after, random);
  JobFailure failure = *std::move(run.failure);
  failure.time = parts_.clock->Now();
  Apply(entry, JobEvent::kRecoverableFailure, std::move(failure));
}

void JobLife::Progressed(JobEntry* entry) {
  entry->job->attempts_without_progress = 0;
  entry->stalled_for = absl::ZeroDuration();
  entry->stalled_since = absl::InfiniteDuration();
  CountStall(entry);
}

void JobLife::StartTicking() {
  if (tick_ != 0 || stopped_) return;
  tick_ = parts_.control->PostAfter(kTickInterval,
                                    [self = std::weak_ptr<JobLife*>(self_)] {
                                      if (const auto life = self.lock())
                                        (*life)->Tick();
                                    });
}

void JobLife::Tick() {
  tick_ = 0;
  if (running_.empty()) return;
  const absl::Duration now = parts_.clock->Monotonic();
  for (JobEntry* const entry : running_) {
    Job& job = *entry->job;
    JobRun& run = *entry->run;
    if (runner_.Fold(entry)) {
      StampModified(&job);
      job.last_progress_time = parts_.clock->Now() - StalledFor(*entry);
      CountDownloadTime(entry);
      parts_.commits->TouchJob(job.id);
      SetDeadlines(entry, /*entered=*/false);
    }
    run.rate.Add(now, run.received_bytes);
    const std::int64_t rate = run.rate.Rate(now);
    // Watchers shall see that nothing moves any more.
    if (rate == 0 && run.published_rate != 0) parts_.commits->TouchJob(job.id);
    run.published_rate = rate;
    MeasureOrigin(entry);
  }
  StartTicking();
}

// The passing of time.

absl::Duration JobLife::StalledFor(const JobEntry& entry) const {
  if (entry.stalled_since == absl::InfiniteDuration()) return entry.stalled_for;
  return entry.stalled_for + parts_.clock->Monotonic() - entry.stalled_since;
}

void JobLife::CountStall(JobEntry* entry) {
  // Who waits for peers because there is time is not stuck.
  const bool counts = CanStall(entry->job->state) && !WaitsForPeers(*entry);
  if (counts == (entry->stalled_since != absl::InfiniteDuration())) return;
  entry->stalled_for = StalledFor(*entry);
  entry->stalled_since =
      counts ? parts_.clock->Monotonic() : absl::InfiniteDuration();
}

void JobLife::CountDownloadTime(JobEntry* entry) {
  const absl::Duration now = parts_.clock->Monotonic();
  if (entry->downloading_since != absl::InfiniteDuration()) {
    entry->job->download_time += now - entry->downloading_since;
  }
  entry->downloading_since =
      Downloads(entry->job->state) ? now : absl::InfiniteDuration();
}

void JobLife::SetDeadlines(JobEntry* entry, bool entered) {
  const Job& job = *entry->job;
  const absl::Duration now = parts_.clock->Monotonic();
  const absl::Time date = parts_.clock->Now();
  const v1::LimitsConfig& limits = parts_.settings->config.limits();
  if (IsFinal(job.state)) {
    if (!entered) return;
    deadlines_.ClearAll(job.id);
    const absl::Duration kept = absl::Seconds(limits.history_seconds());
    deadlines_.Set(job.id, Kind::kHistoryEnds,
                   now + WaitUntil(job.modify_time + kept, date, kept));
    return;
  }
  const absl::Duration quiet = InactivityTimeout(job, *parts_.settings);
  deadlines_.Set(job.id, Kind::kInactive,
                 now + WaitUntil(job.modify_time + quiet, date, quiet));

  const absl::Duration timeout = NoProgressTimeout(job, *parts_.settings);
  const bool stalls = entry->stalled_since != absl::InfiniteDuration() &&
                      timeout > absl::ZeroDuration();
  deadlines_.Set(
      job.id, Kind::kNoProgress,
      stalls ? now + timeout - StalledFor(*entry) : absl::InfiniteDuration());

  const absl::Duration most = MaximumDownloadTime(job, *parts_.settings);
  deadlines_.Set(job.id, Kind::kDownloadTime,
                 entry->downloading_since == absl::InfiniteDuration()
                     ? absl::InfiniteDuration()
                     : entry->downloading_since + most - job.download_time);

  if (!entered) return;
  const bool retries = job.state == v1::JOB_STATE_TRANSIENT_ERROR;
  const absl::Duration longest = kLongestRetryAfter * 2;
  deadlines_.Set(job.id, Kind::kRetry,
                 retries ? now + WaitUntil(job.next_retry_time, date, longest)
                         : absl::InfiniteDuration());
}

absl::string_view JobLife::InactivityPolicyOf(const Job& job) const {
  return InactivityPolicy(job, *parts_.settings);
}

void JobLife::RenewDeadlines(JobEntry* entry) {
  if (!stopped_) SetDeadlines(entry, /*entered=*/true);
}

void JobLife::OnDue(const JobId& id, Kind kind) {
  if (kind == Kind::kTimeSlice) {
    RequestSchedule();
    return;
  }
  JobEntry* const entry = parts_.table->Find(id);
  // Busy: the end of that sets the deadlines again.
  if (entry == nullptr || entry->busy || stopped_) return;
  if (parts_.clock->Monotonic() < held_until_) {
    deadlines_.Set(id, kind, held_until_);
    return;
  }
  switch (kind) {
    case Kind::kRetry:
      Apply(entry, JobEvent::kRetryDue);
      break;
    case Kind::kNoProgress:
      OnNoProgress(entry);
      break;
    case Kind::kDownloadTime:
      OnDownloadTime(entry);
      break;
    case Kind::kInactive:
      parts_.on_inactive(entry);
      break;
    case Kind::kHistoryEnds:
      parts_.on_history_ends(entry);
      break;
    case Kind::kNeededBy:
      ReviewNeed(entry);
      break;
    case Kind::kTimeSlice:
      break;
  }
}

void JobLife::OnNoProgress(JobEntry* entry) {
  const Job& job = *entry->job;
  const absl::Duration timeout = NoProgressTimeout(job, *parts_.settings);
  if (StalledFor(*entry) < timeout) {
    SetDeadlines(entry, /*entered=*/false);
    return;
  }
  JobFailure failure;
  const JobFailure* last = job.failure.get();
  if (entry->run != nullptr && entry->run->failure.has_value()) {
    last = &*entry->run->failure;
  }
  std::string cause = "no answer came";
  if (last != nullptr) {
    failure = *last;
    cause = absl::StrCat("the last failure was: ", last->message);
  } else if (job.state == v1::JOB_STATE_TRANSFERRING) {
    cause = "the transfer is stuck";
  }
  failure.detail.set_reason(v1::ERROR_REASON_DOWNLOAD_NO_PROGRESS);
  failure.detail.set_context(v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER);
  failure.detail.set_retryable(true);
  failure.detail.clear_server_certificates();
  failure.detail.clear_server_key();
  if (!job.no_progress_timeout.has_value()) {
    const bool urgent = job.priority == v1::JOB_PRIORITY_FOREGROUND ||
                        job.priority == v1::JOB_PRIORITY_HIGH;
    failure.detail.set_policy(
        urgent ? "limits.no_progress_timeout_foreground_seconds"
               : "limits.no_progress_timeout_background_seconds");
  }
  failure.message =
      absl::StrCat("nothing was received for ", absl::FormatDuration(timeout),
                   ", the job's no_progress_timeout; ", cause);
  failure.time = parts_.clock->Now();
  Apply(entry, JobEvent::kNoProgress, std::move(failure));
}

void JobLife::OnDownloadTime(JobEntry* entry) {
  const Job& job = *entry->job;
  CountDownloadTime(entry);
  const absl::Duration most = MaximumDownloadTime(job, *parts_.settings);
  if (!Downloads(job.state) || job.download_time < most) {
    SetDeadlines(entry, /*entered=*/false);
    return;
  }
  JobFailure failure;
  failure.detail.set_reason(v1::ERROR_REASON_MAX_DOWNLOAD_TIME);
  failure.detail.set_context(v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER);
  std::string whose = "the job's maximum_download_time";
  if (ExtrasOf(job).maximum_download_time != most) {
    failure.detail.set_policy("limits.max_download_seconds");
    whose = "limits.max_download_seconds";
  }
  failure.message =
      absl::StrCat("the job has spent ", absl::FormatDuration(most),
                   " on its transfers, as long as it may (", whose, ")");
  failure.time = parts_.clock->Now();
  Apply(entry, JobEvent::kFatalFailure, std::move(failure));
}

}  // namespace convoy
