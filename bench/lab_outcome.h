#ifndef CONVOY_BENCH_LAB_OUTCOME_H_
#define CONVOY_BENCH_LAB_OUTCOME_H_

#include <functional>
#include <string>
#include <vector>

namespace convoy::bench {

struct Measurement {
  std::string metric;
  std::string unit;
  double value = 0;
};

// What one run of one program gave.
struct Outcome {
  // The same metrics in the same order in every run of a case.
  std::vector<Measurement> measurements;
  // What did not go as it should.
  std::vector<std::string> notes;
};

// Share of the cores that nothing used, in %; in each outcome of a crowd.
constexpr char kIdleMetric[] = "idle share of the cores";

// Asks every few milliseconds. The seconds until the condition held; `limit` if
// it did not within it.
double SecondsUntil(const std::function<bool()>& condition, double limit);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_LAB_OUTCOME_H_
