#include "client/cli/host_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"

namespace convoy {
namespace {

constexpr int kKeyWidth = 16;

std::string Line(const std::string& key, const std::string& value) {
  return absl::StrCat(PadRight(key + ":", kKeyWidth), Printable(value));
}

std::string JobsText(const v1::HostStatistics& statistics) {
  std::vector<std::string> parts;
  for (const v1::JobState state : AllStates()) {
    const auto found =
        statistics.jobs_by_state().find(v1::JobState_Name(state));
    if (found != statistics.jobs_by_state().end() && found->second > 0) {
      parts.push_back(absl::StrCat(found->second, " ", StateText(state)));
    }
  }
  return parts.empty() ? "none" : absl::StrJoin(parts, ", ");
}

absl::Duration SpanFrom(const google::protobuf::Duration& span) {
  return absl::Seconds(span.seconds()) + absl::Nanoseconds(span.nanos());
}

}  // namespace

std::vector<std::string> StatisticsLines(bool serving,
                                         const v1::HostStatistics& statistics) {
  std::vector<std::string> lines = {
      Line("daemon", absl::StrCat(serving ? "serving" : "not serving",
                                  ", version ", statistics.version())),
      Line("up for", FormatSpan(SpanFrom(statistics.uptime()))),
      Line("jobs", JobsText(statistics)),
      Line("running", absl::StrCat(statistics.running_jobs(), " jobs, ",
                                   statistics.running_files(), " files")),
      Line("watchers", absl::StrCat(statistics.watchers())),
      Line("from origins", FormatBytes(statistics.origin_bytes())),
      Line("from mirrors", FormatBytes(statistics.mirror_bytes())),
      Line("from disk", FormatBytes(statistics.local_bytes())),
      Line("done", absl::StrCat(statistics.files_transferred(), " files, ",
                                statistics.jobs_completed(), " jobs")),
      Line("memory", FormatBytes(statistics.resident_memory_bytes()))};
  for (const auto& [reason, count] : statistics.failures_by_reason()) {
    lines.push_back(Line("failures", absl::StrCat(count, " ", reason)));
  }
  std::sort(lines.end() - statistics.failures_by_reason_size(), lines.end());
  return lines;
}

std::vector<std::string> SelfTestLines(const v1::RunSelfTestResponse& result) {
  std::vector<std::string> lines;
  for (const v1::SelfTestCheck& check : result.checks()) {
    lines.push_back(absl::StrCat(check.passed() ? "ok      " : "FAILED  ",
                                 Printable(check.name()), ": ",
                                 Printable(check.message())));
  }
  lines.push_back(result.passed() ? "self test passed" : "self test FAILED");
  return lines;
}

std::string StatusToJson(bool serving, const v1::HostStatistics& statistics) {
  return absl::StrCat("{\"serving\":", serving ? "true" : "false",
                      ",\"statistics\":", ToJson(statistics), "}");
}

}  // namespace convoy
