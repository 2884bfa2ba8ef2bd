#include "bench/lab_scenario.h"

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace convoy::bench {
namespace {

constexpr double kSaturatedIdlePercent = 10;

struct Result {
  std::string name;
  std::vector<Measurement> medians;
};

std::vector<Measurement> Medians(const std::vector<Outcome>& outcomes) {
  std::vector<Measurement> medians = outcomes[0].measurements;
  for (std::size_t i = 0; i < medians.size(); ++i) {
    std::vector<double> values;
    for (const Outcome& outcome : outcomes) {
      values.push_back(outcome.measurements[i].value);
    }
    medians[i].value = Median(values);
  }
  return medians;
}

std::vector<Result> RunAll(const Case& one, int rounds, Report& report) {
  std::vector<std::vector<Outcome>> outcomes(one.programs.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < one.programs.size(); ++i) {
      outcomes[i].push_back(one.run(one.programs[i]));
      for (const std::string& note : outcomes[i].back().notes) {
        report.Note(absl::StrCat(one.label, ": ", note));
      }
      // A run takes long: show that it goes on.
      std::string line =
          absl::StrCat("swarm_lab: ", one.label, " ", one.programs[i].name);
      for (const Measurement& number : outcomes[i].back().measurements) {
        absl::StrAppend(&line, "; ", number.metric, " ", number.value, " ",
                        number.unit);
      }
      std::fprintf(stderr, "%s\n", line.c_str());
    }
  }
  std::vector<Result> results;
  for (std::size_t i = 0; i < one.programs.size(); ++i) {
    results.push_back({one.programs[i].name, Medians(outcomes[i])});
  }
  return results;
}

bool Saturated(const std::vector<Measurement>& numbers) {
  for (const Measurement& number : numbers) {
    if (number.metric == kIdleMetric) {
      return number.value < kSaturatedIdlePercent;
    }
  }
  return false;
}

std::optional<Target> TargetOf(const Goal* goal, bool saturated) {
  if (goal == nullptr) return std::nullopt;
  if (saturated && goal->when_saturated.has_value()) {
    return goal->when_saturated;
  }
  return goal->target;
}

const Goal* GoalOf(const Case& one, const std::string& metric) {
  for (const Goal& goal : one.goals) {
    if (goal.metric == metric) return &goal;
  }
  return nullptr;
}

}  // namespace

void RunCase(const Case& one, const std::string& ours, int rounds,
             Report& report) {
  const std::vector<Result> results = RunAll(one, rounds, report);
  const Result* own = nullptr;
  for (const Result& result : results) {
    if (result.name == ours) own = &result;
  }
  if (results.empty()) return;
  for (std::size_t i = 0; i < results[0].medians.size(); ++i) {
    const Measurement& shape = results[0].medians[i];
    const Goal* const goal = GoalOf(one, shape.metric);
    const std::optional<Target> target =
        TargetOf(goal, own != nullptr && Saturated(own->medians));
    const double value = own != nullptr
                             ? own->medians[i].value
                             : std::numeric_limits<double>::quiet_NaN();
    const std::string metric = absl::StrCat(one.label, ": ", shape.metric);
    const bool alone = goal == nullptr || goal->rival.empty();
    if (own != nullptr && (alone || results.size() == 1)) {
      report.Add(
          {metric, shape.unit, value, "", 0, alone ? target : std::nullopt});
    }
    for (const Result& rival : results) {
      if (&rival == own) continue;
      const bool against = !alone && rival.name == goal->rival;
      report.Add({metric, shape.unit, value, rival.name, rival.medians[i].value,
                  against ? target : std::nullopt});
    }
  }
}

}  // namespace convoy::bench
