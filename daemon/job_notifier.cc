#include "daemon/job_notifier.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "convoy/v1/job.pb.h"
#include "daemon/job_notification.h"
#include "daemon/job_proto.h"
#include "daemon/job_state.h"
#include "daemon/proto_time.h"
#include "peer/base/log.h"
#include "proto/error_detail.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

constexpr Deadlines::Kind kDue = Deadlines::Kind::kRetry;
// While CompleteJob or CancelJob is at work on the job.
constexpr absl::Duration kBusyDelay = absl::Seconds(1);

OwnerCommand CommandFor(const Job& job, std::uint32_t notice) {
  const v1::NotifyCommand& asked = *ExtrasOf(job).notify_command;
  OwnerCommand command;
  command.owner = job.owner;
  command.program = asked.program();
  command.arguments = {asked.arguments().begin(), asked.arguments().end()};
  command.environment = {
      {"CONVOY_JOB_ID", job.id.ToString()},
      {"CONVOY_JOB_NAME", job.display_name},
      {"CONVOY_JOB_STATE",
       std::string(StateName(notice == kNotifyError
                                 ? v1::JOB_STATE_ERROR
                                 : v1::JOB_STATE_TRANSFERRED))}};
  if (notice == kNotifyError && job.failure != nullptr) {
    command.environment["CONVOY_JOB_ERROR"] =
        ReasonName(job.failure->detail.reason());
  }
  return command;
}

std::string TextOf(const v1::NotifyCommand* command) {
  return command == nullptr ? "" : command->SerializeAsString();
}

// The notification that the run was for, if it is still the job's.
v1::JobNotification* NewestOf(const JobEntry* entry, std::int64_t number) {
  if (entry == nullptr || number == 0) return nullptr;
  v1::JobNotification* const newest = entry->job->notification.get();
  return newest != nullptr && newest->number() == number ? newest : nullptr;
}

}  // namespace

JobNotifier::JobNotifier(const Parts& parts)
    : parts_(parts),
      deadlines_(*parts.clock, *parts.control,
                 [this](const JobId& id, Deadlines::Kind) { OnDue(id); }),
      self_(std::make_shared<JobNotifier*>(this)) {}

void JobNotifier::Add(JobEntry* entry) {
  Job& job = *entry->job;
  // Of a store that kept only what was due.
  if ((job.notices_due & NoticeOf(job.state)) != 0) MakeNotification(&job);
  if (job.notices_due != 0) Look(job.id);
  if (job.notification == nullptr) return;
  v1::JobNotification& newest = *job.notification;
  const bool runs = busy_.contains(job.id);
  if (newest.command_runs() > 0 && newest.last_result().empty() && !runs) {
    newest.set_last_result("was not seen to end, for the daemon stopped");
  }
  if (!newest.has_next_run_time() || runs) return;
  // The clock may have been set: not later than it can have been meant.
  const absl::Duration most = std::max(MinimumRetryDelay(job, *parts_.settings),
                                       OwnerCommand().time_limit);
  const absl::Duration left =
      TimeOf(newest.next_run_time()) - parts_.clock->Now();
  deadlines_.Set(
      job.id, kDue,
      parts_.clock->Monotonic() +
          std::clamp(left, kShortestDelay, std::max(most, kShortestDelay)));
}

void JobNotifier::Look(const JobId& id) {
  parts_.commits->WhenDurable([self = std::weak_ptr<JobNotifier*>(self_),
                               id](const absl::Status& status) {
    const auto notifier = self.lock();
    if (status.ok() && notifier != nullptr) (*notifier)->RunNext(id);
  });
}

void JobNotifier::RunNext(const JobId& id) {
  JobEntry* const entry = parts_.table->Find(id);
  if (stopped_ || busy_.contains(id)) return;
  if (entry == nullptr || entry->job->notices_due == 0) {
    asked_.erase(id);
    return;
  }
  Job& job = *entry->job;
  if (ExtrasOf(job).notify_command == nullptr) {
    job.notices_due = 0;
    asked_.erase(id);
    parts_.commits->TouchJob(id);
    return;
  }
  // An error was, as a rule, before the end of the transfer.
  Run run;
  run.notice =
      (job.notices_due & kNotifyError) != 0 ? kNotifyError : kNotifyTransferred;
  if (job.notification != nullptr &&
      NoticeOf(job.notification->state()) == run.notice) {
    run.number = job.notification->number();
    if (job.notification->command_runs() == 0 && WaitsForWatcher(job)) return;
  }
  run.command = TextOf(ExtrasOf(job).notify_command.get());
  Begin(job, run);
}

void JobNotifier::Begin(const Job& job, const Run& run) {
  const JobId id = job.id;
  busy_.insert(id);
  const auto on_control = [control = parts_.control,
                           self = std::weak_ptr<JobNotifier*>(self_)](
                              absl::AnyInvocable<void(JobNotifier*) &&> then) {
    control->Post([self, then = std::move(then)]() mutable {
      if (const auto notifier = self.lock()) std::move(then)(*notifier);
    });
  };
  parts_.commands->Run(
      CommandFor(job, run.notice),
      [on_control, id, run](const absl::Status& /*told at the end*/) {
        on_control(
            [id, run](JobNotifier* notifier) { notifier->OnBegun(id, run); });
      },
      [on_control, id, run](const absl::Status& status) {
        on_control([id, run, status](JobNotifier* notifier) {
          notifier->OnEnded(id, run, status);
        });
      });
}

JobNotifier::Asked& JobNotifier::AskedOf(const Job& job) {
  Asked& asked = asked_[job.id];
  if (asked.number != job.notification->number()) {
    asked = Asked();
    asked.number = job.notification->number();
    asked.since = parts_.clock->Monotonic();
  }
  return asked;
}

bool JobNotifier::WaitsForWatcher(const Job& job) {
  const std::string& watcher = ExtrasOf(job).notify_watcher;
  if (watcher.empty()) {
    asked_.erase(job.id);
    return false;
  }
  const absl::Duration now = parts_.clock->Monotonic();
  Asked& asked = AskedOf(job);
  if (parts_.has_watcher(watcher, job.owner.uid)) {
    asked.gone_since = absl::InfiniteDuration();
  } else {
    asked.gone_since = std::min(asked.gone_since, now);
  }
  asked.until =
      std::min(asked.since + kAnswerTime, asked.gone_since + kComeBackTime);
  if (asked.has_failed || now >= asked.until) {
    asked_.erase(job.id);
    return false;
  }
  deadlines_.Set(job.id, kDue, asked.until);
  return true;
}

void JobNotifier::WatchersChanged() {
  std::vector<JobId> jobs;
  for (const auto& [id, asked] : asked_) jobs.push_back(id);
  for (const JobId& id : jobs) RunNext(id);
}

absl::Time JobNotifier::AskedUntil(const JobId& id) const {
  const auto found = asked_.find(id);
  if (found == asked_.end()) return absl::InfinitePast();
  return parts_.clock->Now() + found->second.until - parts_.clock->Monotonic();
}

void JobNotifier::OnBegun(const JobId& id, const Run& run) {
  JobEntry* const entry = parts_.table->Find(id);
  if (entry == nullptr) return;
  const v1::JobNotification* const of_job = entry->job->notification.get();
  const bool is_old = of_job != nullptr && of_job->number() != run.number &&
                      NoticeOf(of_job->state()) == run.notice;
  // A newer one of the kind, which came while this run waited to begin, has a
  // run of its own.
  if (!is_old) entry->job->notices_due &= ~run.notice;
  if (v1::JobNotification* const newest = NewestOf(entry, run.number)) {
    newest->set_command_runs(newest->command_runs() + 1);
    SetTime(parts_.clock->Now(), newest->mutable_last_run_time());
    newest->clear_last_result();
    newest->clear_last_exit_code();
    // For a daemon that does not see its end.
    SetNextRun(entry, OwnerCommand().time_limit);
  }
  parts_.commits->TouchJob(id);
}

void JobNotifier::OnEnded(const JobId& id, const Run& run,
                          const absl::Status& status) {
  busy_.erase(id);
  v1::NotifyCommand command;
  command.ParseFromString(run.command);
  JobEntry* const entry = parts_.table->Find(id);
  v1::JobNotification* const newest = NewestOf(entry, run.number);
  // Of a command that is not the job's any more nothing is kept.
  if (newest != nullptr &&
      TextOf(ExtrasOf(*entry->job).notify_command.get()) == run.command) {
    newest->set_last_result(ToUtf8(
        status.ok() ? "exited with status 0" : std::string(status.message())));
    if (const std::optional<int> code = ExitCodeOf(status)) {
      newest->set_last_exit_code(*code);
    }
    if (status.ok()) {
      Deliver(entry->job.get());
    } else {
      SetNextRun(entry, kShortestDelay);
    }
    parts_.commits->TouchJob(id);
  }
  if (status.ok()) {
    LogInfo("job ", id.ToString(), ": notify command ", command.program(),
            " ended");
  } else {
    const bool again = newest != nullptr && newest->has_next_run_time();
    LogWarning(
        "job ", id.ToString(), ": notify command ", command.program(), ": ",
        status.message(),
        again ? absl::StrCat("; it is run again at ",
                             absl::FormatTime(TimeOf(newest->next_run_time()),
                                              absl::UTCTimeZone()))
              : "");
  }
  RunNext(id);
}

void JobNotifier::SetNextRun(JobEntry* entry, absl::Duration shortest) {
  Job& job = *entry->job;
  if (!CallsForCommand(job)) {
    job.notification->clear_next_run_time();
    return;
  }
  const absl::Duration delay =
      std::max(MinimumRetryDelay(job, *parts_.settings), shortest);
  SetTime(parts_.clock->Now() + delay,
          job.notification->mutable_next_run_time());
  deadlines_.Set(job.id, kDue, parts_.clock->Monotonic() + delay);
}

void JobNotifier::OnDue(const JobId& id) {
  JobEntry* const entry = parts_.table->Find(id);
  if (entry == nullptr || stopped_) return;
  if (asked_.contains(id)) return RunNext(id);
  if (busy_.contains(id) || !CallsForCommand(*entry->job) ||
      !entry->job->notification->has_next_run_time()) {
    return;
  }
  if (entry->busy) {
    deadlines_.Set(id, kDue, parts_.clock->Monotonic() + kBusyDelay);
    return;
  }
  entry->job->notices_due |= NoticeOf(entry->job->state);
  parts_.commits->TouchJob(id);
  Look(id);
}

JobNotifier::Terms JobNotifier::TermsOf(const Job& job) {
  return {ExtrasOf(job).notify_command, WantsCommand(job)};
}

void JobNotifier::Updated(JobEntry* entry, const Terms& before) {
  Job& job = *entry->job;
  MakeNotification(&job);
  if (job.notification == nullptr || NoticeOf(job.state) == 0) return;
  v1::JobNotification& newest = *job.notification;
  const bool other_command = TextOf(before.command.get()) !=
                             TextOf(ExtrasOf(job).notify_command.get());
  if (other_command && !newest.delivered()) {
    newest.set_command_runs(0);
    newest.clear_last_run_time();
    newest.clear_last_result();
    newest.clear_last_exit_code();
  }
  const bool calls = CallsForCommand(job);
  if (!calls || other_command) {
    newest.clear_next_run_time();
    if (!asked_.contains(job.id)) deadlines_.Clear(job.id, kDue);
  }
  const bool due = calls && (other_command || !before.wants_command);
  if (due) job.notices_due |= NoticeOf(job.state);
  // The watcher may be another one, or none.
  if (due || asked_.contains(job.id)) Look(job.id);
}

void JobNotifier::Answer(JobEntry* entry,
                         const v1::AnswerNotificationRequest& answer) {
  Job& job = *entry->job;
  if (NewestOf(entry, answer.number()) == nullptr ||
      job.notification->delivered()) {
    return;
  }
  if (answer.taken()) {
    Deliver(&job);
    asked_.erase(job.id);
    deadlines_.Clear(job.id, kDue);
    parts_.commits->TouchJob(job.id);
  } else if (answer.watcher_id() == ExtrasOf(job).notify_watcher &&
             job.notification->command_runs() == 0) {
    AskedOf(job).has_failed = true;
    Look(job.id);
  }
}

}  // namespace convoy
