#ifndef CONVOY_BENCH_LAB_SCENARIO_H_
#define CONVOY_BENCH_LAB_SCENARIO_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/lab_node.h"
#include "bench/lab_outcome.h"
#include "bench/report.h"

namespace convoy::bench {

// What a metric shall be.
struct Goal {
  std::string metric;
  Target target;
  // Whose number is beside ours, and what a ratio is of.
  std::string rival = "";
  // Holds instead where the cores were the bottleneck: kIdleMetric under 10 %.
  std::optional<Target> when_saturated = std::nullopt;
};

// One thing to do, by convoyd and by each rival.
struct Case {
  std::string label;  // "N=8"
  std::vector<LabProgram> programs;
  std::function<Outcome(const LabProgram&)> run;
  std::vector<Goal> goals;
};

// Runs the programs in turn, `rounds` times, and adds a row for each metric and
// rival with the medians. `ours` is the name of the program that the others are
// rivals of; where it is not among the programs its column stays empty.
void RunCase(const Case& one, const std::string& ours, int rounds,
             Report& report);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_LAB_SCENARIO_H_
