#include "client/cli/rollout_plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"

namespace convoy {
namespace {

std::string StartText(absl::Time start, absl::Time now, absl::TimeZone zone) {
  if (start == absl::InfiniteFuture()) return "never";
  return start <= now ? "now" : FormatMoment(start, zone);
}

// As RolloutPlan.better_percent. `ranks` are those of the machines with the
// job's labels.
int BetterPercent(std::vector<int> ranks, int percent, int selected) {
  const auto count = static_cast<std::int64_t>(ranks.size());
  const std::int64_t wanted = (count * percent + 5000) / 10000;
  if (wanted == 0 || std::abs(selected - wanted) * 100 <= count) return 0;
  std::sort(ranks.begin(), ranks.end());
  return ranks[static_cast<std::size_t>(wanted - 1)] + 1;
}

}  // namespace

absl::StatusOr<std::vector<RolloutMachine>> ParseMachines(
    absl::string_view text) {
  std::vector<RolloutMachine> machines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = line.substr(0, line.find('#'));
    for (absl::string_view part : absl::StrSplit(line, ',')) {
      RolloutMachine machine;
      for (absl::string_view word :
           absl::StrSplit(part, absl::ByAnyChar(" \t\r"), absl::SkipEmpty())) {
        if (machine.id.empty()) {
          machine.id = std::string(word);
          continue;
        }
        const std::size_t equals = word.find('=');
        if (equals == absl::string_view::npos || equals == 0) {
          return UsageError(
              absl::StrCat("--machines: \"", Printable(word.substr(0, 60)),
                           "\" is no label of ", Printable(machine.id)),
              "a line is an id and its labels: web-1 ring=canary");
        }
        machine.labels.emplace_back(word);
      }
      if (!machine.id.empty()) machines.push_back(std::move(machine));
    }
  }
  if (machines.empty()) {
    return UsageError("--machines names no machine",
                      "give a file with an id on each line, -, or id,id,...");
  }
  return machines;
}

RolloutPlan PlanRollout(const Declaration& job,
                        const std::vector<RolloutMachine>& machines,
                        absl::Time now, absl::TimeZone zone) {
  RolloutPlan plan;
  const absl::Time start = NextOpening(job.rollout, now, zone);
  RolloutRule labels;
  labels.labels = job.rollout.labels;
  std::vector<int> ranks;
  for (const RolloutMachine& machine : machines) {
    v1::RolloutPlanLine line;
    line.set_job(job.name);
    line.set_machine(machine.id);
    const int rank = RolloutRank(job.name, machine.id);
    line.set_rank_percent(absl::StrFormat("%d.%02d", rank / 100, rank % 100));
    if (WhyNotSelected(labels, job.name, machine).empty()) {
      ranks.push_back(rank);
    }
    line.set_reason(WhyNotSelected(job.rollout, job.name, machine));
    line.set_selected(line.reason().empty());
    if (line.selected()) {
      ++plan.selected;
      plan.first_start = std::min(plan.first_start, start);
      if (start != absl::InfiniteFuture()) {
        line.set_start_time(absl::FormatTime(absl::RFC3339_sec, start, zone));
      }
    }
    plan.lines.push_back(std::move(line));
  }
  plan.labelled = static_cast<int>(ranks.size());
  plan.better_percent =
      BetterPercent(std::move(ranks), job.rollout.percent, plan.selected);
  return plan;
}

std::string SummaryOf(const Declaration& job, const RolloutPlan& plan,
                      absl::Time now, absl::TimeZone zone) {
  const auto total = static_cast<double>(plan.lines.size());
  std::string text = absl::StrCat(
      job.name, ": ", plan.selected, " of ", plan.lines.size(),
      plan.lines.size() == 1 ? " machine" : " machines", " take part (",
      absl::StrFormat("%.1f", 100.0 * plan.selected / total),
      " %; percent: ", PercentText(job.rollout.percent), ")");
  if (plan.selected > 0) {
    absl::StrAppend(&text, ", from ", StartText(plan.first_start, now, zone),
                    plan.first_start == absl::InfiniteFuture() ? "" : " on");
  }
  if (!job.rollout.labels.empty()) {
    absl::StrAppend(&text, "; ", plan.labelled, " of them ",
                    plan.labelled == 1 ? "has" : "have", " the labels ",
                    absl::StrJoin(job.rollout.labels, ", "));
  }
  if (plan.better_percent > 0) {
    absl::StrAppend(&text, "; for ", PercentText(job.rollout.percent), " % of ",
                    plan.labelled,
                    " say percent: ", PercentText(plan.better_percent));
  }
  return text;
}

}  // namespace convoy
