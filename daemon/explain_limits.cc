#include "daemon/explain_limits.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job.pb.h"
#include "daemon/error_remedy.h"
#include "daemon/explain_link.h"
#include "daemon/job.h"
#include "daemon/job_proto.h"
#include "daemon/needed_by.h"
#include "daemon/proto_time.h"
#include "daemon/retry_delay.h"
#include "daemon/settings.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// The maximum download time is told of when less of it is left.
constexpr absl::Duration kDownloadTimeNotice = absl::Hours(24);

// The key that the failure comes from. Empty: none.
std::string PolicyOf(const ExplainInput& input, const v1::ErrorDetail& detail) {
  if (!detail.policy().empty()) return detail.policy();
  switch (detail.reason()) {
    case v1::ERROR_REASON_TRUST_FAILURE:
      return TrustsConfiguredAuthorities(input) ? kCaFileKey : "";
    case v1::ERROR_REASON_PROXY_FAILURE:
    case v1::ERROR_REASON_PROXY_NAME_RESOLUTION_FAILURE:
      return UsesConfiguredProxy(input) ? kProxyKey : "";
    default:
      return "";
  }
}

// The key that the shortest wait comes from. Empty: the job.
absl::string_view RetryDelayPolicy(const Job& job) {
  if (job.minimum_retry_delay.has_value()) return "";
  return IsForeground(job) ? "limits.minimum_retry_delay_foreground_seconds"
                           : "limits.minimum_retry_delay_background_seconds";
}

}  // namespace

void AddNotification(const ExplainInput& input, ExplainAnswer* answer) {
  const Job& job = *input.job;
  if (job.notification == nullptr || ExtrasOf(job).notify_command == nullptr) {
    return;
  }
  const std::string command =
      absl::StrCat("notify command ", ExtrasOf(job).notify_command->program());
  if (input.watcher_asked_until > input.now) {
    return answer->AddFactor(
        absl::StrCat("The program that watches the job (notify_watcher) is "
                     "told first; if it has not taken the notification by ",
                     TimeText(input.watcher_asked_until), ", the ", command,
                     " is run."),
        "", "");
  }
  const v1::JobNotification& newest = *job.notification;
  if (newest.delivered() || newest.command_runs() == 0) return;
  const std::string run =
      absl::StrCat(" (run ", newest.command_runs(), ", begun at ",
                   TimeText(TimeOf(newest.last_run_time())), ")");
  if (newest.last_result().empty()) {
    return answer->AddFactor(absl::StrCat("The ", command, " runs", run, "."),
                             "", "");
  }
  const std::string ended =
      absl::StrCat("The ", command, " ", newest.last_result(), run);
  if (!newest.has_next_run_time()) {
    return answer->AddFactor(absl::StrCat(ended, "; it is not run again."), "",
                             "");
  }
  const absl::Time next = TimeOf(newest.next_run_time());
  answer->AddFactor(absl::StrCat(ended, "; it is run again at ", TimeText(next),
                                 ", until it ends with exit code 0."),
                    RetryDelayPolicy(job),
                    "Mend the program, complete or cancel the job, or change "
                    "its notify_command with UpdateJob.");
  answer->SetNextAction(std::min(
      next, job.modify_time + InactivityTimeout(job, *input.settings)));
}

void AddInactivity(const ExplainInput& input, ExplainAnswer* answer) {
  const Job& job = *input.job;
  const absl::Time end =
      job.modify_time + InactivityTimeout(job, *input.settings);
  answer->AddFactor(absl::StrCat("If nothing changes, the job is cancelled at ",
                                 TimeText(end), "."),
                    InactivityPolicy(job, *input.settings),
                    "Any change of the job begins that time anew.");
  if (end > input.now) answer->SetNextAction(end);
}

absl::Time NoProgressEnd(const ExplainInput& input) {
  const Job& job = *input.job;
  const absl::Duration timeout = NoProgressTimeout(job, *input.settings);
  // Who waits for peers is not timed.
  if (input.needed.has_value() &&
      input.needed->phase == NeededByPhase::kPeers) {
    return absl::InfiniteFuture();
  }
  // Without a timeout every failure is final at once.
  if (job.last_progress_time == absl::InfinitePast() ||
      timeout == absl::ZeroDuration()) {
    return absl::InfiniteFuture();
  }
  return job.last_progress_time + timeout;
}

void AddNoProgress(const ExplainInput& input, ExplainAnswer* answer) {
  const Job& job = *input.job;
  const absl::Time end = NoProgressEnd(input);
  if (end == absl::InfiniteFuture()) return;
  const bool urgent =
      IsForeground(job) || job.priority == v1::JOB_PRIORITY_HIGH;
  const absl::string_view policy =
      job.no_progress_timeout.has_value() ? ""
      : urgent ? "limits.no_progress_timeout_foreground_seconds"
               : "limits.no_progress_timeout_background_seconds";
  answer->AddFactor(
      absl::StrCat("No progress since ", TimeText(job.last_progress_time),
                   "; without any until ", TimeText(end),
                   " the job goes to ERROR."),
      policy, "Set the job's no_progress_timeout with UpdateJob.");
}

void AddDownloadTime(const ExplainInput& input, ExplainAnswer* answer) {
  const Job& job = *input.job;
  const absl::Duration most = MaximumDownloadTime(job, *input.settings);
  if (most - job.download_time > kDownloadTimeNotice) return;
  const bool own = ExtrasOf(job).maximum_download_time == most;
  answer->AddFactor(
      absl::StrCat("After ", absl::FormatDuration(most),
                   " of connecting and transferring, all runs together, "
                   "the job goes to ERROR."),
      own ? "" : "limits.max_download_seconds",
      "Raise the job's maximum_download_time with UpdateJob.");
}

// Of files whose sizes are known the job would have failed already.
void AddMaximumSize(const ExplainInput& input, ExplainAnswer* answer) {
  const std::int64_t most = ExtrasOf(*input.job).maximum_download_bytes;
  if (most == 0 || JobSnapshot(*input.job, {}, *input.settings)
                       ->progress()
                       .has_total_bytes()) {
    return;
  }
  answer->AddFactor(
      absl::StrCat("If its files are larger than ", ByteText(most),
                   " together, the job goes to ERROR."),
      "", "Raise the job's maximum_download_bytes with UpdateJob.");
}

void AddDemand(const ExplainInput& input, ExplainAnswer* answer) {
  if (!ExtrasOf(*input.job).on_demand) return;
  answer->AddFactor(
      "The job is on demand: it fetches what RequestRanges asks for, and is "
      "suspended when that is there.",
      "",
      "Ask for more with RequestRanges, or clear the job's on_demand with "
      "UpdateJob; then call ResumeJob.");
}

void AddFailure(const ExplainInput& input, ExplainAnswer* answer) {
  if (input.job->failure == nullptr) return;
  const v1::ErrorDetail& detail = input.job->failure->detail;
  std::string text = FailureText(*input.job->failure);
  text.front() = absl::ascii_toupper(text.front());
  answer->AddFactor(absl::StrCat(text, " (", ReasonName(detail.reason()), ")."),
                    PolicyOf(input, detail), RemedyOf(detail));
}

void AddRetryWait(const ExplainInput& input, ExplainAnswer* answer) {
  const Job& job = *input.job;
  if (job.failure == nullptr || job.next_retry_time <= input.now) return;
  const absl::Duration minimum = MinimumRetryDelay(job, *input.settings);
  const absl::Duration wait = job.next_retry_time - job.failure->time;
  // The longest that growth and jitter alone lead to.
  const absl::Duration own =
      RetryDelay(minimum, job.attempts_without_progress, std::nullopt, 1.0);
  if (wait > own + absl::Seconds(1)) {
    answer->AddFactor("The origin asked to wait that long (Retry-After).", "",
                      "ResumeJob tries at once; the origin may refuse.");
    return;
  }
  answer->AddFactor(
      absl::StrCat("The wait begins with ", absl::FormatDuration(minimum),
                   " and doubles with each failure without progress; ",
                   job.attempts_without_progress, " in a row so far."),
      RetryDelayPolicy(job),
      "ResumeJob tries at once; UpdateJob (minimum_retry_delay) sets the "
      "shortest wait.");
}

void AddNeededBy(const ExplainInput& input, ExplainAnswer* answer) {
  if (!input.needed.has_value()) return;
  const NeededByPlan& plan = *input.needed;
  const std::string by =
      absl::StrCat("The job is needed by ", TimeText(input.job->needed_by));
  constexpr char kKey[] = "bandwidth.schedule";
  constexpr char kHelp[] =
      "Give another needed_by, or foreground priority, with UpdateJob.";
  switch (plan.phase) {
    case NeededByPhase::kPeers:
      if (!input.running.empty()) {
        answer->Say(
            absl::StrCat("The job waits for peers and cheaper hours, for there "
                         "is time: ",
                         ProgressText(*input.job, *input.settings), "."));
      }
      answer->AddFactor(
          absl::StrCat(by, ": its origins are asked from ",
                       TimeText(plan.to_origin),
                       " on, and at foreground rates from ",
                       TimeText(plan.to_foreground), " on."),
          input.settings->config.bandwidth().schedule().empty() ? "" : kKey,
          kHelp);
      return answer->SetNextAction(plan.next);
    case NeededByPhase::kCheapHours:
      return answer->AddFactor(
          absl::StrCat(by, "; no hour until then is cheaper than this one."),
          kKey, kHelp);
    case NeededByPhase::kOrigin:
      answer->AddFactor(
          absl::StrCat(by,
                       ": there is no more time to wait for peers, and from ",
                       TimeText(plan.to_foreground),
                       " on it is as urgent as foreground jobs."),
          "", kHelp);
      return;
    case NeededByPhase::kForeground:
      return answer->AddFactor(
          absl::StrCat(by, ": it is as urgent as foreground jobs."), "", "");
  }
}

}  // namespace convoy
