#include "daemon/explain.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/cost_policy.h"
#include "daemon/download_policy.h"
#include "daemon/error_remedy.h"
#include "daemon/explain_input.h"
#include "daemon/explain_link.h"
#include "daemon/explain_sources.h"
#include "daemon/job.h"
#include "daemon/job_proto.h"
#include "daemon/proto_time.h"
#include "daemon/retry_delay.h"
#include "peer/transfer_engine.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// The maximum download time is told of when less of it is left.
constexpr absl::Duration kDownloadTimeNotice = absl::Hours(24);

std::string Bytes(std::int64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, bytes == 1 ? " byte" : " bytes");
  constexpr absl::string_view kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

std::string Files(std::int64_t count) {
  return absl::StrCat(count, count == 1 ? " file" : " files");
}

std::string At(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// What went wrong, as a sentence without a full stop.
std::string FailureText(const JobFailure& failure) {
  absl::string_view message = failure.message;
  while (absl::EndsWith(message, ".")) message.remove_suffix(1);
  const std::string text = message.empty() ? ReasonName(failure.detail.reason())
                                           : std::string(message);
  return failure.file_index.has_value()
             ? absl::StrCat("file ", *failure.file_index, " failed: ", text)
             : text;
}

// Builds one answer.
class Explainer {
 public:
  explicit Explainer(const ExplainInput& input)
      : input_(input),
        job_(*input.job),
        config_(input.settings->config),
        progress_(JobSnapshot(job_, {}, *input.settings)->progress()) {}

  v1::ExplainJobResponse Explain();

 private:
  void ExplainState();
  void ExplainSuspended();
  void ExplainQueued();
  void ExplainCost();
  void ExplainConnecting();
  void ExplainTransferring();
  void ExplainTransientError();
  void ExplainError();
  void ExplainTransferred();
  void ExplainAcknowledged();

  void Say(std::string summary) { answer_.set_summary(std::move(summary)); }
  void Advise(std::string remedy) { answer_.set_remedy(std::move(remedy)); }
  void SetNextAction(absl::Time time);
  // `policy` may be empty.
  void AddFactor(std::string text, absl::string_view policy,
                 std::string remedy);

  // What holds back jobs in several states.
  void AddInactivity();
  void AddNoProgress();
  void AddDownloadTime();
  void AddMaximumSize();
  // Only parts of its files are fetched.
  void AddDemand();
  void AddFailure();
  void AddRetryWait();
  void AddPlaces();
  void AddWaitingFiles();
  void AddConnections();
  // The job has a time by which it is needed.
  void AddNeededBy();
  // What bandwidth allows now; the proxy.
  void AddLink();
  // The job asks for more peers than the configuration allows.
  void AddDownloadMode();
  // Rules by which files do not ask their origin now.
  void AddHolds();
  // A host that has all the connections it may have.
  void AddHost(const v1::SourceExplanation& source);

  // When the no-progress timeout ends the job; InfiniteFuture: it is not
  // counted.
  absl::Time NoProgressEnd() const;
  // "45.0 MiB of 1.0 GiB are on disk".
  std::string ProgressText() const;
  bool IsForeground() const {
    return job_.priority == v1::JOB_PRIORITY_FOREGROUND;
  }
  int total_files() const { return static_cast<int>(job_.files.size()); }

  const ExplainInput& input_;
  const Job& job_;
  const v1::Config& config_;
  const v1::JobProgress progress_;
  v1::ExplainJobResponse answer_;
};

v1::ExplainJobResponse Explainer::Explain() {
  answer_.set_state(job_.state);
  if (input_.busy_publishing && !IsFinal(job_.state)) {
    Say("CompleteJob gives the files their names.");
  } else {
    ExplainState();
    AddNeededBy();
    AddDownloadMode();
  }
  SourceList list = ExplainSources(input_);
  for (v1::SourceExplanation& source : list.sources) {
    AddHost(source);
    *answer_.add_sources() = std::move(source);
  }
  if (list.left_out > 0) {
    AddFactor(
        absl::StrCat("The list of sources ends after ", list.sources.size(),
                     "; ", list.left_out, " more are not shown."),
        "", "");
  }
  return std::move(answer_);
}

void Explainer::ExplainState() {
  switch (job_.state) {
    case v1::JOB_STATE_SUSPENDED:
      return ExplainSuspended();
    case v1::JOB_STATE_QUEUED:
      return ExplainQueued();
    case v1::JOB_STATE_CONNECTING:
      return ExplainConnecting();
    case v1::JOB_STATE_TRANSFERRING:
      return ExplainTransferring();
    case v1::JOB_STATE_TRANSIENT_ERROR:
      return ExplainTransientError();
    case v1::JOB_STATE_ERROR:
      return ExplainError();
    case v1::JOB_STATE_TRANSFERRED:
      return ExplainTransferred();
    case v1::JOB_STATE_ACKNOWLEDGED:
      return ExplainAcknowledged();
    case v1::JOB_STATE_CANCELLED:
      return Say("The job was cancelled, and what it had fetched is removed.");
    default:
      return Say("The job is in a state that this version does not know.");
  }
}

void Explainer::ExplainSuspended() {
  if (job_.files.empty()) {
    Say("The job is suspended and has no files.");
    Advise("Add files with AddFiles, then call ResumeJob.");
  } else if (job_.declared != nullptr && !job_.declared->hold.empty()) {
    Say(job_.declared->hold);
    Advise("Wait, change what its file says, or call ResumeJob.");
  } else {
    const bool begun = absl::c_any_of(job_.files, [](const JobFile& file) {
      return file.transfer != nullptr || file.transferred;
    });
    Say(begun ? absl::StrCat("The job is suspended: ", ProgressText(), ".")
              : "The job is new and waits for ResumeJob.");
    Advise("Call ResumeJob.");
  }
  AddDemand();
  AddInactivity();
}

void Explainer::ExplainQueued() {
  if (!CostAllows(job_, *input_.settings)) return ExplainCost();
  const bool jobs_full =
      input_.running_jobs >= config_.scheduler().max_running_jobs();
  const bool files_full =
      input_.running_files >= config_.scheduler().max_running_files();
  if (!jobs_full && !files_full && input_.jobs_ahead == 0) {
    return Say("The job is about to begin.");
  }
  const std::string ahead =
      input_.jobs_ahead == 1
          ? "1 job is ahead of it"
          : absl::StrCat(input_.jobs_ahead, " jobs are ahead of it");
  const absl::string_view full = jobs_full    ? "all places for jobs are taken"
                                 : files_full ? "all places for files are taken"
                                              : "";
  Say(absl::StrCat("The job waits for its turn: ", full,
                   !full.empty() && input_.jobs_ahead > 0 ? ", and " : "",
                   input_.jobs_ahead > 0 ? ahead : "", "."));
  AddPlaces();
  if (input_.jobs_ahead > 0) {
    AddFactor(
        IsForeground()
            ? absl::StrCat(ahead, ", of foreground priority like this one.")
            : absl::StrCat(ahead, ", of a higher priority or queued earlier."),
        "scheduler.time_slice_seconds",
        IsForeground() ? "Jobs of one priority take turns."
                       : "Jobs of one priority take turns; raise this job's "
                         "priority with UpdateJob.");
  }
  Advise(IsForeground() ? "Wait, or suspend jobs that are less urgent."
                        : "Wait, or raise the job's priority with UpdateJob.");
}

void Explainer::ExplainCost() {
  const std::string text =
      absl::StrCat("the network is ", config_.network().cost(),
                   ", and the job's cost_flags allow ", AllowedCosts(job_));
  Say(absl::StrCat("The job waits for another network: ", text, "."));
  AddFactor(absl::StrCat("T", text.substr(1), "."), kNetworkCostKey,
            absl::StrCat("Set ", kNetworkCostKey,
                         " to what the network costs, or change the job's "
                         "cost_flags with UpdateJob."));
  Advise(absl::StrCat("Change the job's cost_flags with UpdateJob, or ",
                      kNetworkCostKey, "."));
}

void Explainer::ExplainConnecting() {
  if (input_.running.empty()) {
    Say("The job opens its files.");
  } else {
    const RunningFile& first = input_.running.front();
    const std::string activity = first.news.activity.empty()
                                     ? "asking for its first bytes"
                                     : first.news.activity;
    const std::size_t others = input_.running.size() - 1;
    Say(absl::StrCat(
        "The job connects: ", activity, " (file ", first.file_index,
        others == 0 ? ")" : absl::StrCat(", and ", Files(others), " more)"),
        "."));
  }
  AddConnections();
  AddHolds();
  AddLink();
  AddNoProgress();
  AddDownloadTime();
  AddMaximumSize();
  AddDemand();
}

void Explainer::ExplainTransferring() {
  if (input_.running.empty()) {
    Say(absl::StrCat("The job goes on to its next files: ", ProgressText(),
                     "."));
  } else {
    const std::string rate =
        input_.rate_bytes_per_second > 0
            ? absl::StrCat("at ", Bytes(input_.rate_bytes_per_second), "/s")
            : "without bytes in the last seconds";
    Say(absl::StrCat("The job transfers ", input_.running.size(), " of ",
                     Files(total_files()), " ", rate, ": ", ProgressText(),
                     "."));
  }
  AddWaitingFiles();
  AddConnections();
  AddHolds();
  if (input_.running_jobs > 1) {
    const int others = input_.running_jobs - 1;
    AddFactor(absl::StrCat("It shares the link with ", others, " other job",
                           others == 1 ? "." : "s."),
              "", "Suspend jobs that are less urgent.");
  }
  AddLink();
  if (input_.rate_bytes_per_second <= 0) AddNoProgress();
  AddDownloadTime();
  AddMaximumSize();
  AddDemand();
}

void Explainer::ExplainTransientError() {
  const std::string what = job_.failure == nullptr ? "the last try failed"
                                                   : FailureText(*job_.failure);
  const bool waits = job_.next_retry_time > input_.now;
  Say(absl::StrCat(
      "The job waits after a failure, ", what, "; it is tried ",
      waits ? absl::StrCat("again at ", At(job_.next_retry_time)) : "again now",
      "."));
  AddFailure();
  AddRetryWait();
  AddNoProgress();
  const std::string help =
      job_.failure == nullptr
          ? ""
          : absl::StrCat(RemedyOf(job_.failure->detail), " ");
  Advise(absl::StrCat(help, "ResumeJob tries at once."));
  if (waits) SetNextAction(std::min(job_.next_retry_time, NoProgressEnd()));
}

void Explainer::ExplainError() {
  if (job_.failure == nullptr) {
    Say("The job failed and waits for somebody to look at it.");
    Advise("Call ResumeJob to try again.");
  } else {
    Say(absl::StrCat("The job stopped: ", FailureText(*job_.failure), "."));
    Advise(
        absl::StrCat(RemedyOf(job_.failure->detail), " Then call ResumeJob."));
  }
  AddFailure();
  AddInactivity();
}

void Explainer::ExplainTransferred() {
  const std::string whole = absl::StrCat(
      total_files() == 1 ? "The job's file is" : "All files of the job are",
      " whole, checked and on disk");
  if (job_.complete_when_transferred) {
    Say(absl::StrCat(whole, "; Fetch completes it."));
    Advise("Call CompleteJob if it stays so.");
  } else {
    Say(absl::StrCat(whole, "; it waits for CompleteJob."));
    Advise("Call CompleteJob.");
  }
  AddInactivity();
}

void Explainer::ExplainAcknowledged() {
  const auto completed = absl::c_count_if(
      job_.files, [](const JobFile& file) { return file.completed; });
  if (completed == total_files()) {
    return Say(
        absl::StrCat("The job is complete: ", Files(completed),
                     completed == 1 ? " has its name." : " have their names."));
  }
  Say(absl::StrCat("The job was completed early: ", completed, " of ",
                   Files(total_files()),
                   " were whole and have their names; the rest is removed."));
}

void Explainer::SetNextAction(absl::Time time) {
  SetTime(time, answer_.mutable_next_action_time());
}

void Explainer::AddFactor(std::string text, absl::string_view policy,
                          std::string remedy) {
  v1::Factor* factor = answer_.add_factors();
  factor->set_text(std::move(text));
  factor->set_policy(std::string(policy));
  if (!policy.empty()) {
    factor->set_provider(input_.settings->ProviderOf(std::string(policy)));
  }
  factor->set_remedy(std::move(remedy));
}

void Explainer::AddInactivity() {
  const absl::Time end =
      job_.modify_time +
      absl::Seconds(config_.limits().job_inactivity_seconds());
  AddFactor(absl::StrCat("If nothing changes, the job is cancelled at ",
                         At(end), "."),
            "limits.job_inactivity_seconds",
            "Any change of the job begins that time anew.");
  if (end > input_.now) SetNextAction(end);
}

absl::Time Explainer::NoProgressEnd() const {
  const absl::Duration timeout = NoProgressTimeout(job_, *input_.settings);
  // Who waits for peers is not timed.
  if (input_.needed.has_value() &&
      input_.needed->phase == NeededByPhase::kPeers) {
    return absl::InfiniteFuture();
  }
  // Without a timeout every failure is final at once.
  if (job_.last_progress_time == absl::InfinitePast() ||
      timeout == absl::ZeroDuration()) {
    return absl::InfiniteFuture();
  }
  return job_.last_progress_time + timeout;
}

void Explainer::AddNoProgress() {
  const absl::Time end = NoProgressEnd();
  if (end == absl::InfiniteFuture()) return;
  const bool urgent = IsForeground() || job_.priority == v1::JOB_PRIORITY_HIGH;
  const absl::string_view policy =
      job_.no_progress_timeout.has_value() ? ""
      : urgent ? "limits.no_progress_timeout_foreground_seconds"
               : "limits.no_progress_timeout_background_seconds";
  AddFactor(
      absl::StrCat("No progress since ", At(job_.last_progress_time),
                   "; without any until ", At(end), " the job goes to ERROR."),
      policy, "Set the job's no_progress_timeout with UpdateJob.");
}

void Explainer::AddDownloadTime() {
  const absl::Duration most = MaximumDownloadTime(job_, *input_.settings);
  if (most - job_.download_time > kDownloadTimeNotice) return;
  const bool own = ExtrasOf(job_).maximum_download_time == most;
  AddFactor(absl::StrCat("After ", absl::FormatDuration(most),
                         " of connecting and transferring, all runs together, "
                         "the job goes to ERROR."),
            own ? "" : "limits.max_download_seconds",
            "Raise the job's maximum_download_time with UpdateJob.");
}

// Of files whose sizes are known the job would have failed already.
void Explainer::AddMaximumSize() {
  const std::int64_t most = ExtrasOf(job_).maximum_download_bytes;
  if (most == 0 || progress_.has_total_bytes()) return;
  AddFactor(absl::StrCat("If its files are larger than ", Bytes(most),
                         " together, the job goes to ERROR."),
            "", "Raise the job's maximum_download_bytes with UpdateJob.");
}

void Explainer::AddDemand() {
  if (!ExtrasOf(job_).on_demand) return;
  AddFactor(
      "The job is on demand: it fetches what RequestRanges asks for, and is "
      "suspended when that is there.",
      "",
      "Ask for more with RequestRanges, or clear the job's on_demand with "
      "UpdateJob; then call ResumeJob.");
}

void Explainer::AddFailure() {
  if (job_.failure == nullptr) return;
  const v1::ErrorDetail& detail = job_.failure->detail;
  std::string text = FailureText(*job_.failure);
  text.front() = absl::ascii_toupper(text.front());
  AddFactor(absl::StrCat(text, " (", ReasonName(detail.reason()), ")."),
            detail.policy(), RemedyOf(detail));
}

void Explainer::AddRetryWait() {
  if (job_.failure == nullptr || job_.next_retry_time <= input_.now) return;
  const absl::Duration minimum = MinimumRetryDelay(job_, *input_.settings);
  const absl::Duration wait = job_.next_retry_time - job_.failure->time;
  // The longest that growth and jitter alone lead to.
  const absl::Duration own =
      RetryDelay(minimum, job_.attempts_without_progress, std::nullopt, 1.0);
  if (wait > own + absl::Seconds(1)) {
    AddFactor("The origin asked to wait that long (Retry-After).", "",
              "ResumeJob tries at once; the origin may refuse.");
    return;
  }
  const absl::string_view policy =
      job_.minimum_retry_delay.has_value() ? ""
      : IsForeground() ? "limits.minimum_retry_delay_foreground_seconds"
                       : "limits.minimum_retry_delay_background_seconds";
  AddFactor(absl::StrCat("The wait begins with ", absl::FormatDuration(minimum),
                         " and doubles with each failure without progress; ",
                         job_.attempts_without_progress, " in a row so far."),
            policy,
            "ResumeJob tries at once; UpdateJob (minimum_retry_delay) sets the "
            "shortest wait.");
}

// Places that other jobs have taken.
void Explainer::AddPlaces() {
  const v1::SchedulerConfig& scheduler = config_.scheduler();
  if (input_.running_jobs >= scheduler.max_running_jobs()) {
    AddFactor(absl::StrCat("All places for running jobs are taken: ",
                           input_.running_jobs, " of ",
                           scheduler.max_running_jobs(), "."),
              "scheduler.max_running_jobs",
              "Raise scheduler.max_running_jobs, or suspend another job.");
  }
  if (input_.running_files >= scheduler.max_running_files()) {
    AddFactor(absl::StrCat("All places for files that transfer are taken: ",
                           input_.running_files, " of ",
                           scheduler.max_running_files(), "."),
              "scheduler.max_running_files",
              "Raise scheduler.max_running_files, or suspend another job.");
  }
}

// Files of a running job that could transfer and do not.
void Explainer::AddWaitingFiles() {
  const int max = config_.scheduler().max_running_files();
  const auto pending = absl::c_count_if(
      job_.files, [](const JobFile& file) { return !file.transferred; });
  const auto waiting =
      pending - static_cast<std::ptrdiff_t>(input_.running.size());
  if (waiting <= 0 || input_.running_files < max) return;
  AddFactor(
      absl::StrCat(Files(waiting), waiting == 1 ? " waits" : " wait", ": all ",
                   max, " places for files that transfer are taken."),
      "scheduler.max_running_files",
      "Raise scheduler.max_running_files, or suspend another job.");
}

void Explainer::AddConnections() {
  const int max = config_.http().max_connections_per_file();
  std::int64_t full = 0;
  std::int64_t diverted = 0;
  for (const RunningFile& running : input_.running) {
    const TransferNews& news = running.news;
    if (max > 1 && news.connections >= max) ++full;
    if (news.url_index > 0) ++diverted;
  }
  if (full > 0) {
    AddFactor(
        absl::StrCat(Files(full), full == 1 ? " uses" : " use",
                     " as many connections as a file may have: ", max, "."),
        "http.max_connections_per_file",
        "Raise http.max_connections_per_file, if the origin bears it.");
  }
  if (diverted > 0) {
    AddFactor(absl::StrCat(Files(diverted),
                           diverted == 1 ? " comes from a mirror, since its"
                                         : " come from mirrors, since their",
                           " remote_url failed."),
              "", "Give another remote_url with UpdateFile.");
  }
}

void Explainer::AddHolds() {
  // By policy: of many files the first tells enough.
  std::map<std::string, std::pair<std::string, int>> holds;
  for (const RunningFile& running : input_.running) {
    if (!running.news.hold.has_value()) continue;
    const TransferHold& hold = *running.news.hold;
    auto& [text, files] = holds[hold.policy];
    if (files++ == 0) text = hold.text;
  }
  for (const auto& [policy, held] : holds) {
    const auto& [text, files] = held;
    AddFactor(
        absl::StrCat(text,
                     files == 1 ? "." : absl::StrCat(" (", Files(files), ").")),
        policy,
        absl::StrCat("Lower ", policy,
                     " in the configuration, if the origin may be asked "
                     "sooner."));
  }
}

void Explainer::AddNeededBy() {
  if (!input_.needed.has_value()) return;
  const NeededByPlan& plan = *input_.needed;
  const std::string by =
      absl::StrCat("The job is needed by ", At(job_.needed_by));
  constexpr char kKey[] = "bandwidth.schedule";
  constexpr char kHelp[] =
      "Give another needed_by, or foreground priority, with UpdateJob.";
  switch (plan.phase) {
    case NeededByPhase::kPeers:
      if (!input_.running.empty()) {
        Say(
            absl::StrCat("The job waits for peers and cheaper hours, for there "
                         "is time: ",
                         ProgressText(), "."));
      }
      AddFactor(
          absl::StrCat(by, ": its origins are asked from ", At(plan.to_origin),
                       " on, and at foreground rates from ",
                       At(plan.to_foreground), " on."),
          config_.bandwidth().schedule().empty() ? "" : kKey, kHelp);
      return SetNextAction(plan.next);
    case NeededByPhase::kCheapHours:
      return AddFactor(
          absl::StrCat(by, "; no hour until then is cheaper than this one."),
          kKey, kHelp);
    case NeededByPhase::kOrigin:
      AddFactor(absl::StrCat(
                    by, ": there is no more time to wait for peers, and from ",
                    At(plan.to_foreground),
                    " on it is as urgent as foreground jobs."),
                "", kHelp);
      return;
    case NeededByPhase::kForeground:
      return AddFactor(
          absl::StrCat(by, ": it is as urgent as foreground jobs."), "", "");
  }
}

void Explainer::AddLink() {
  for (const LinkRule& rule : ExplainLink(input_)) {
    AddFactor(rule.text, rule.policy, rule.remedy);
  }
}

void Explainer::AddDownloadMode() {
  if (job_.is_private || IsFinal(job_.state) ||
      job_.state == v1::JOB_STATE_TRANSFERRED ||
      !AsksForMore(job_, *input_.settings)) {
    return;
  }
  AddFactor(absl::StrCat("The job asks for the download mode ",
                         ModeName(job_.download_mode), "; allowed is ",
                         config_.swarm().download_mode(), "."),
            kDownloadModeKey,
            absl::StrCat("Raise ", kDownloadModeKey, " in the configuration."));
}

void Explainer::AddHost(const v1::SourceExplanation& source) {
  if (source.policy() != kPerHostKey) return;
  AddFactor(
      absl::StrCat("No more connections may be made to ", source.address(),
                   ": a host has at most ",
                   config_.http().max_connections_per_host(), "."),
      source.policy(),
      absl::StrCat("Raise ", source.policy(), ", if the origin bears it."));
}

std::string Explainer::ProgressText() const {
  const std::string got = Bytes(progress_.transferred_bytes());
  return progress_.has_total_bytes()
             ? absl::StrCat(got, " of ", Bytes(progress_.total_bytes()),
                            " are on disk")
             : absl::StrCat(got, " are on disk, and the size is not known yet");
}

}  // namespace

v1::ExplainJobResponse ExplainJob(const ExplainInput& input) {
  return Explainer(input).Explain();
}

}  // namespace convoy
