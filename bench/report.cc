#include "bench/report.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/machine.h"

namespace convoy::bench {
namespace {

// Three significant digits, and all digits before the point.
std::string Digits(double value) {
  const double magnitude = std::fabs(value);
  const int decimals = magnitude >= 100  ? 0
                       : magnitude >= 10 ? 1
                       : magnitude >= 1  ? 2
                                         : 3;
  return absl::StrFormat("%.*f", decimals, value);
}

std::string OwnText(const Row& row) {
  if (std::isnan(row.value)) return "";
  return absl::StrCat(Digits(row.value), " ", row.unit);
}

std::string TargetText(const Row& row) {
  if (!row.target.has_value()) return "";
  const Target& target = *row.target;
  return absl::StrCat(
      target.side == Target::Side::kAtMost ? "≤ " : "≥ ", target.bound,
      target.of == Target::Of::kRatio ? "×" : absl::StrCat(" ", row.unit));
}

std::string Verdict(const Row& row) {
  const std::optional<bool> met = row.Met();
  if (!met.has_value()) return "";
  return *met ? "met" : "MISSED";
}

}  // namespace

Target RatioAtMost(double bound) {
  return {Target::Of::kRatio, Target::Side::kAtMost, bound};
}
Target RatioAtLeast(double bound) {
  return {Target::Of::kRatio, Target::Side::kAtLeast, bound};
}
Target AtMost(double bound) {
  return {Target::Of::kValue, Target::Side::kAtMost, bound};
}
Target AtLeast(double bound) {
  return {Target::Of::kValue, Target::Side::kAtLeast, bound};
}

std::optional<double> Row::Ratio() const {
  if (rival.empty() || rival_value == 0 || std::isnan(value)) {
    return std::nullopt;
  }
  return value / rival_value;
}

std::optional<bool> Row::Met() const {
  if (!target.has_value() || std::isnan(value)) return std::nullopt;
  double measured = value;
  if (target->of == Target::Of::kRatio) {
    const std::optional<double> ratio = Ratio();
    if (!ratio.has_value()) return std::nullopt;
    measured = *ratio;
  }
  return target->side == Target::Side::kAtMost ? measured <= target->bound
                                               : measured >= target->bound;
}

Report::Report(std::string question, const Arguments& arguments)
    : question_(std::move(question)),
      quick_(arguments.quick()),
      json_(arguments.json()),
      load_before_(LoadAverage()) {}

void Report::Print() const {
  if (json_) {
    PrintJson();
  } else {
    PrintTable();
  }
}

void Report::PrintTable() const {
  std::string text = absl::StrCat("## ", question_, "\n\n");
  for (const Fact& fact : MachineFacts()) {
    absl::StrAppend(&text, "- ", fact.name, ": ", fact.value, "\n");
  }
  absl::StrAppend(&text, "- load average: ", load_before_, " before, ",
                  LoadAverage(), " after\n");
  for (const std::string& note : notes_) {
    absl::StrAppend(&text, "- ", note, "\n");
  }
  if (!OptimizedBuild()) {
    absl::StrAppend(&text, "- NOT OPTIMIZED: these numbers do not count;",
                    " build with --config=opt\n");
  }
  if (quick_) {
    absl::StrAppend(&text, "- --quick: these numbers do not count\n");
  }
  absl::StrAppend(&text,
                  "\n| measured | convoyd | rival | ratio | target | |\n"
                  "| --- | --- | --- | --- | --- | --- |\n");
  for (const Row& row : rows_) {
    const std::optional<double> ratio = row.Ratio();
    absl::StrAppend(&text, "| ", row.metric, " | ", OwnText(row), " | ",
                    row.rival.empty()
                        ? ""
                        : absl::StrCat(row.rival, ": ", Digits(row.rival_value),
                                       " ", row.unit),
                    " | ",
                    ratio.has_value() ? absl::StrFormat("%.2f×", *ratio) : "",
                    " | ", TargetText(row), " | ", Verdict(row), " |\n");
  }
  std::printf("%s\n", text.c_str());
}

void Report::PrintJson() const {
  google::protobuf::Struct json;
  auto& fields = *json.mutable_fields();
  fields["question"].set_string_value(question_);
  fields["quick"].set_bool_value(quick_);
  fields["optimized"].set_bool_value(OptimizedBuild());
  fields["load_before"].set_string_value(load_before_);
  fields["load_after"].set_string_value(LoadAverage());
  auto& machine = *fields["machine"].mutable_struct_value()->mutable_fields();
  for (const Fact& fact : MachineFacts()) {
    machine[fact.name].set_string_value(fact.value);
  }
  auto& notes = *fields["notes"].mutable_list_value();
  for (const std::string& note : notes_) {
    notes.add_values()->set_string_value(note);
  }
  auto& rows = *fields["rows"].mutable_list_value();
  for (const Row& row : rows_) {
    auto& out = *rows.add_values()->mutable_struct_value()->mutable_fields();
    out["metric"].set_string_value(row.metric);
    out["unit"].set_string_value(row.unit);
    if (!std::isnan(row.value)) out["convoyd"].set_number_value(row.value);
    if (!row.rival.empty()) {
      out["rival"].set_string_value(row.rival);
      out["rival_value"].set_number_value(row.rival_value);
    }
    const std::optional<double> ratio = row.Ratio();
    if (ratio.has_value()) out["ratio"].set_number_value(*ratio);
    const std::optional<bool> met = row.Met();
    if (met.has_value()) {
      out["target"].set_string_value(TargetText(row));
      out["met"].set_bool_value(*met);
    }
  }
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(json, &text).ok()) return;
  std::printf("%s\n", text.c_str());
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

double Percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(
      std::ceil(share * static_cast<double>(values.size())));
  return values[std::min(values.size() - 1, rank > 0 ? rank - 1 : 0)];
}

}  // namespace convoy::bench
