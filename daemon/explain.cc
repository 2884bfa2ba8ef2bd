#include "daemon/explain.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/cost_policy.h"
#include "daemon/download_policy.h"
#include "daemon/error_remedy.h"
#include "daemon/explain_answer.h"
#include "daemon/explain_input.h"
#include "daemon/explain_limits.h"
#include "daemon/explain_link.h"
#include "daemon/explain_peer_rules.h"
#include "daemon/explain_running.h"
#include "daemon/explain_sources.h"
#include "daemon/job.h"
#include "daemon/settings.h"

namespace convoy {
namespace {

// Builds one answer.
class Explainer {
 public:
  explicit Explainer(const ExplainInput& input)
      : input_(input),
        job_(*input.job),
        config_(input.settings->config),
        answer_(*input.settings) {}

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

  // What stands between a job that runs and its sources.
  void AddRunningRules();
  // The job asks for more peers than the configuration allows.
  void AddDownloadMode();

  std::string Progress() const { return ProgressText(job_, *input_.settings); }
  bool IsForeground() const {
    return job_.priority == v1::JOB_PRIORITY_FOREGROUND;
  }
  int total_files() const { return static_cast<int>(job_.files.size()); }

  const ExplainInput& input_;
  const Job& job_;
  const v1::Config& config_;
  ExplainAnswer answer_;
};

v1::ExplainJobResponse Explainer::Explain() {
  answer_.response().set_state(job_.state);
  if (input_.busy_publishing && !IsFinal(job_.state)) {
    answer_.Say("CompleteJob gives the files their names.");
  } else {
    ExplainState();
    AddNeededBy(input_, &answer_);
    AddDownloadMode();
  }
  SourceList list = ExplainSources(input_);
  for (v1::SourceExplanation& source : list.sources) {
    AddHost(input_, source, &answer_);
    *answer_.response().add_sources() = std::move(source);
  }
  if (list.left_out > 0) {
    answer_.AddFactor(
        absl::StrCat("The list of sources ends after ", list.sources.size(),
                     "; ", list.left_out, " more are not shown."),
        "", "");
  }
  return std::move(answer_.response());
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
      answer_.Say("The job was cancelled, and what it had fetched is removed.");
      AddNotification(input_, &answer_);
      return AddFailure(input_, &answer_);
    default:
      return answer_.Say(
          "The job is in a state that this version does not know.");
  }
}

void Explainer::ExplainSuspended() {
  if (job_.files.empty()) {
    answer_.Say("The job is suspended and has no files.");
    answer_.Advise("Add files with AddFiles, then call ResumeJob.");
  } else if (job_.declared != nullptr && !job_.declared->hold.empty()) {
    answer_.Say(job_.declared->hold);
    answer_.Advise("Wait, change what its file says, or call ResumeJob.");
  } else {
    const bool begun = absl::c_any_of(job_.files, [](const JobFile& file) {
      return file.transfer != nullptr || file.transferred;
    });
    answer_.Say(begun ? absl::StrCat("The job is suspended: ", Progress(), ".")
                      : "The job is new and waits for ResumeJob.");
    answer_.Advise("Call ResumeJob.");
  }
  AddDemand(input_, &answer_);
  AddInactivity(input_, &answer_);
}

void Explainer::ExplainQueued() {
  if (!CostAllows(job_, *input_.settings)) return ExplainCost();
  const bool jobs_full =
      input_.running_jobs >= config_.scheduler().max_running_jobs();
  const bool files_full =
      input_.running_files >= config_.scheduler().max_running_files();
  if (!jobs_full && !files_full && input_.jobs_ahead == 0) {
    return answer_.Say("The job is about to begin.");
  }
  const std::string ahead =
      input_.jobs_ahead == 1
          ? "1 job is ahead of it"
          : absl::StrCat(input_.jobs_ahead, " jobs are ahead of it");
  const absl::string_view full = jobs_full    ? "all places for jobs are taken"
                                 : files_full ? "all places for files are taken"
                                              : "";
  answer_.Say(
      absl::StrCat("The job waits for its turn: ", full,
                   !full.empty() && input_.jobs_ahead > 0 ? ", and " : "",
                   input_.jobs_ahead > 0 ? ahead : "", "."));
  AddPlaces(input_, &answer_);
  if (input_.jobs_ahead > 0) {
    answer_.AddFactor(
        IsForeground()
            ? absl::StrCat(ahead, ", of foreground priority like this one.")
            : absl::StrCat(ahead, ", of a higher priority or queued earlier."),
        "scheduler.time_slice_seconds",
        IsForeground() ? "Jobs of one priority take turns."
                       : "Jobs of one priority take turns; raise this job's "
                         "priority with UpdateJob.");
  }
  answer_.Advise(IsForeground()
                     ? "Wait, or suspend jobs that are less urgent."
                     : "Wait, or raise the job's priority with UpdateJob.");
}

void Explainer::ExplainCost() {
  const std::string text =
      absl::StrCat("the network is ", config_.network().cost(),
                   ", and the job's cost_flags allow ", AllowedCosts(job_));
  answer_.Say(absl::StrCat("The job waits for another network: ", text, "."));
  answer_.AddFactor(
      absl::StrCat("T", text.substr(1), "."), kNetworkCostKey,
      absl::StrCat("Set ", kNetworkCostKey,
                   " to what the network costs, or change the job's "
                   "cost_flags with UpdateJob."));
  answer_.Advise(absl::StrCat("Change the job's cost_flags with UpdateJob, or ",
                              kNetworkCostKey, "."));
}

void Explainer::ExplainConnecting() {
  if (input_.running.empty()) {
    answer_.Say("The job opens its files.");
  } else {
    const RunningFile& first = input_.running.front();
    const std::string activity = first.news.activity.empty()
                                     ? "asking for its first bytes"
                                     : first.news.activity;
    const std::size_t others = input_.running.size() - 1;
    answer_.Say(absl::StrCat(
        "The job connects: ", activity, " (file ", first.file_index,
        others == 0 ? ")" : absl::StrCat(", and ", FileText(others), " more)"),
        "."));
  }
  AddConnections(input_, &answer_);
  AddHolds(input_, &answer_);
  AddRunningRules();
  AddNoProgress(input_, &answer_);
  AddDownloadTime(input_, &answer_);
  AddMaximumSize(input_, &answer_);
  AddDemand(input_, &answer_);
}

void Explainer::ExplainTransferring() {
  if (input_.running.empty()) {
    answer_.Say(
        absl::StrCat("The job goes on to its next files: ", Progress(), "."));
  } else {
    const std::string rate =
        input_.rate_bytes_per_second > 0
            ? absl::StrCat("at ", ByteText(input_.rate_bytes_per_second), "/s")
            : "without bytes in the last seconds";
    answer_.Say(absl::StrCat("The job transfers ", input_.running.size(),
                             " of ", FileText(total_files()), " ", rate, ": ",
                             Progress(), "."));
  }
  AddWaitingFiles(input_, &answer_);
  AddConnections(input_, &answer_);
  AddHolds(input_, &answer_);
  if (input_.running_jobs > 1) {
    const int others = input_.running_jobs - 1;
    answer_.AddFactor(absl::StrCat("It shares the link with ", others,
                                   " other job", others == 1 ? "." : "s."),
                      "", "Suspend jobs that are less urgent.");
  }
  AddRunningRules();
  if (input_.rate_bytes_per_second <= 0) AddNoProgress(input_, &answer_);
  AddDownloadTime(input_, &answer_);
  AddMaximumSize(input_, &answer_);
  AddDemand(input_, &answer_);
}

void Explainer::ExplainTransientError() {
  const std::string what = job_.failure == nullptr ? "the last try failed"
                                                   : FailureText(*job_.failure);
  const bool waits = job_.next_retry_time > input_.now;
  answer_.Say(absl::StrCat(
      "The job waits after a failure, ", what, "; it is tried ",
      waits ? absl::StrCat("again at ", TimeText(job_.next_retry_time))
            : "again now",
      "."));
  AddFailure(input_, &answer_);
  AddRetryWait(input_, &answer_);
  AddNoProgress(input_, &answer_);
  const std::string help =
      job_.failure == nullptr
          ? ""
          : absl::StrCat(RemedyOf(job_.failure->detail), " ");
  answer_.Advise(absl::StrCat(help, "ResumeJob tries at once."));
  if (waits) {
    answer_.SetNextAction(
        std::min(job_.next_retry_time, NoProgressEnd(input_)));
  }
}

void Explainer::ExplainError() {
  if (job_.failure == nullptr) {
    answer_.Say("The job failed and waits for somebody to look at it.");
    answer_.Advise("Call ResumeJob to try again.");
  } else {
    answer_.Say(
        absl::StrCat("The job stopped: ", FailureText(*job_.failure), "."));
    answer_.Advise(
        absl::StrCat(RemedyOf(job_.failure->detail), " Then call ResumeJob."));
  }
  AddFailure(input_, &answer_);
  AddInactivity(input_, &answer_);
  AddNotification(input_, &answer_);
}

void Explainer::ExplainTransferred() {
  const std::string whole = absl::StrCat(
      total_files() == 1 ? "The job's file is" : "All files of the job are",
      " whole, checked and on disk");
  if (job_.complete_when_transferred) {
    answer_.Say(absl::StrCat(whole, "; Fetch completes it."));
    answer_.Advise("Call CompleteJob if it stays so.");
  } else {
    answer_.Say(absl::StrCat(whole, "; it waits for CompleteJob."));
    answer_.Advise("Call CompleteJob.");
  }
  AddInactivity(input_, &answer_);
  AddNotification(input_, &answer_);
}

void Explainer::ExplainAcknowledged() {
  const auto completed = absl::c_count_if(
      job_.files, [](const JobFile& file) { return file.completed; });
  answer_.Say(
      completed == total_files()
          ? absl::StrCat(
                "The job is complete: ", FileText(completed),
                completed == 1 ? " has its name." : " have their names.")
          : absl::StrCat(
                "The job was completed early: ", completed, " of ",
                FileText(total_files()),
                " were whole and have their names; the rest is removed."));
  AddNotification(input_, &answer_);
  answer_.AddRules(ExplainKept(input_));
}

void Explainer::AddRunningRules() {
  answer_.AddRules(ExplainPeerRules(input_));
  answer_.AddRules(ExplainLink(input_));
}

void Explainer::AddDownloadMode() {
  if (job_.is_private || IsFinal(job_.state) ||
      job_.state == v1::JOB_STATE_TRANSFERRED ||
      !AsksForMore(job_, *input_.settings)) {
    return;
  }
  answer_.AddFactor(
      absl::StrCat("The job asks for the download mode ",
                   ModeName(job_.download_mode), "; allowed is ",
                   config_.swarm().download_mode(), "."),
      kDownloadModeKey,
      absl::StrCat("Raise ", kDownloadModeKey, " in the configuration."));
}

}  // namespace

v1::ExplainJobResponse ExplainJob(const ExplainInput& input) {
  return Explainer(input).Explain();
}

}  // namespace convoy
