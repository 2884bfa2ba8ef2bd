#include "daemon/explain_running.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "convoy/v1/config.pb.h"
#include "daemon/explain_sources.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "peer/transfer_engine.h"

namespace convoy {

void AddPlaces(const ExplainInput& input, ExplainAnswer* answer) {
  const v1::SchedulerConfig& scheduler = input.settings->config.scheduler();
  if (input.running_jobs >= scheduler.max_running_jobs()) {
    answer->AddFactor(
        absl::StrCat(
            "All places for running jobs are taken: ", input.running_jobs,
            " of ", scheduler.max_running_jobs(), "."),
        "scheduler.max_running_jobs",
        "Raise scheduler.max_running_jobs, or suspend another job.");
  }
  if (input.running_files >= scheduler.max_running_files()) {
    answer->AddFactor(
        absl::StrCat("All places for files that transfer are taken: ",
                     input.running_files, " of ", scheduler.max_running_files(),
                     "."),
        "scheduler.max_running_files",
        "Raise scheduler.max_running_files, or suspend another job.");
  }
}

void AddWaitingFiles(const ExplainInput& input, ExplainAnswer* answer) {
  const int max = input.settings->config.scheduler().max_running_files();
  const auto pending = absl::c_count_if(
      input.job->files, [](const JobFile& file) { return !file.transferred; });
  const auto waiting =
      pending - static_cast<std::ptrdiff_t>(input.running.size());
  if (waiting <= 0 || input.running_files < max) return;
  answer->AddFactor(
      absl::StrCat(FileText(waiting), waiting == 1 ? " waits" : " wait",
                   ": all ", max, " places for files that transfer are taken."),
      "scheduler.max_running_files",
      "Raise scheduler.max_running_files, or suspend another job.");
}

void AddConnections(const ExplainInput& input, ExplainAnswer* answer) {
  const int max = input.settings->config.http().max_connections_per_file();
  std::int64_t full = 0;
  std::int64_t diverted = 0;
  for (const RunningFile& running : input.running) {
    if (running.news.connections >= max) ++full;
    if (running.news.url_index > 0) ++diverted;
  }
  if (full > 0) {
    answer->AddFactor(
        absl::StrCat(FileText(full), full == 1 ? " uses" : " use",
                     " as many connections as a file may have: ", max, "."),
        "http.max_connections_per_file",
        "Raise http.max_connections_per_file, if the origin bears it.");
  }
  if (diverted > 0) {
    answer->AddFactor(
        absl::StrCat(FileText(diverted),
                     diverted == 1 ? " comes from a mirror, since its"
                                   : " come from mirrors, since their",
                     " remote_url failed."),
        "", "Give another remote_url with UpdateFile.");
  }
}

void AddHolds(const ExplainInput& input, ExplainAnswer* answer) {
  // By policy: of many files the first tells enough.
  std::map<std::string, std::pair<std::string, int>> holds;
  for (const RunningFile& running : input.running) {
    if (!running.news.hold.has_value()) continue;
    const TransferHold& hold = *running.news.hold;
    auto& [text, files] = holds[hold.policy];
    if (files++ == 0) text = hold.text;
  }
  for (const auto& [policy, held] : holds) {
    const auto& [text, files] = held;
    answer->AddFactor(
        absl::StrCat(
            text, files == 1 ? "." : absl::StrCat(" (", FileText(files), ").")),
        policy,
        absl::StrCat("Lower ", policy,
                     " in the configuration, if the origin may be asked "
                     "sooner."));
  }
}

void AddHost(const ExplainInput& input, const v1::SourceExplanation& source,
             ExplainAnswer* answer) {
  if (source.policy() != kPerHostKey) return;
  answer->AddFactor(
      absl::StrCat("No more connections may be made to ", source.address(),
                   ": a host has at most ",
                   input.settings->config.http().max_connections_per_host(),
                   "."),
      source.policy(),
      absl::StrCat("Raise ", source.policy(), ", if the origin bears it."));
}

}  // namespace convoy
