#ifndef CONVOY_BENCH_REPORT_H_
#define CONVOY_BENCH_REPORT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/arguments.h"

namespace convoy::bench {

// What a number shall be.
struct Target {
  enum class Of { kValue, kRatio };
  enum class Side { kAtMost, kAtLeast };

  Of of = Of::kValue;
  Side side = Side::kAtMost;
  double bound = 0;
};

Target RatioAtMost(double bound);
Target RatioAtLeast(double bound);
Target AtMost(double bound);
Target AtLeast(double bound);

// One measured number, beside that of a rival in the same run.
struct Row {
  std::string metric;
  std::string unit;
  double value = 0;        // convoyd's; NaN: it did not take part.
  std::string rival = "";  // Empty: none.
  double rival_value = 0;
  std::optional<Target> target = std::nullopt;

  // value / rival_value; nothing without a rival.
  std::optional<double> Ratio() const;
  // Nothing without a target.
  std::optional<bool> Met() const;
};

// Collects the rows of one question and prints them with the machine's facts: a
// table in Markdown, or one JSON object on one line.
class Report {
 public:
  Report(std::string question, const Arguments& arguments);

  void Add(Row row) { rows_.push_back(std::move(row)); }
  // Something a reader of the numbers must know.
  void Note(std::string note) { notes_.push_back(std::move(note)); }
  void Print() const;

 private:
  void PrintTable() const;
  void PrintJson() const;

  const std::string question_;
  const bool quick_;
  const bool json_;
  const std::string load_before_;
  std::vector<Row> rows_;
  std::vector<std::string> notes_;
};

// The middle value; the mean of the middle two. REQUIRES: not empty.
double Median(std::vector<double> values);
// The smallest value that `share` (0–1) of the values do not exceed. REQUIRES:
// not empty.
double Percentile(std::vector<double> values, double share);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_REPORT_H_
