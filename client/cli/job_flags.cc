#include "client/cli/job_flags.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"
#include "google/protobuf/duration.pb.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

absl::StatusOr<google::protobuf::Duration> SpanOfFlag(const std::string& flag,
                                                      const std::string& text) {
  const std::optional<absl::Duration> parsed = ParseSpan(text);
  if (!parsed.has_value()) {
    return UsageError(absl::StrCat(flag, ": \"", text, "\" is no time span"),
                      "give it as 90s, 10m, 1h30m or 2d");
  }
  absl::Duration span = *parsed;
  google::protobuf::Duration proto;
  const std::int64_t seconds =
      absl::IDivDuration(span, absl::Seconds(1), &span);
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(span)));
  return proto;
}

}  // namespace

void AddJobFlags(CLI::App& command, JobFlags& flags) {
  command.add_option("--name", flags.name, "The job's display name")
      ->type_name("TEXT");
  command.add_option("--description", flags.description, "More about the job")
      ->type_name("TEXT");
  command
      .add_option("--priority", flags.priority,
                  "foreground, high, normal or low")
      ->type_name("WHICH")
      ->check(CLI::IsMember({"foreground", "high", "normal", "low"}));
  command
      .add_option("--no-progress-timeout", flags.no_progress_timeout,
                  "How long failures are tried again, e.g. 10m; 0: not at all")
      ->type_name("SPAN");
  command
      .add_option("--retry-delay", flags.retry_delay,
                  "Shortest wait before a failure is tried again, e.g. 30s")
      ->type_name("SPAN");
}

absl::Status FillJob(const JobFlags& flags, v1::Job& job,
                     std::vector<std::string>& fields) {
  if (!flags.name.empty()) {
    job.set_display_name(flags.name);
    fields.push_back("display_name");
  }
  if (!flags.description.empty()) {
    job.set_description(flags.description);
    fields.push_back("description");
  }
  if (!flags.priority.empty()) {
    v1::JobPriority priority = v1::JOB_PRIORITY_UNSPECIFIED;
    v1::JobPriority_Parse(
        absl::StrCat("JOB_PRIORITY_", absl::AsciiStrToUpper(flags.priority)),
        &priority);
    job.set_priority(priority);
    fields.push_back("priority");
  }
  if (!flags.no_progress_timeout.empty()) {
    CONVOY_ASSIGN_OR_RETURN(
        *job.mutable_no_progress_timeout(),
        SpanOfFlag("--no-progress-timeout", flags.no_progress_timeout));
    fields.push_back("no_progress_timeout");
  }
  if (!flags.retry_delay.empty()) {
    CONVOY_ASSIGN_OR_RETURN(*job.mutable_minimum_retry_delay(),
                            SpanOfFlag("--retry-delay", flags.retry_delay));
    fields.push_back("minimum_retry_delay");
  }
  return absl::OkStatus();
}

}  // namespace convoy
