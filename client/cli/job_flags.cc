#include "client/cli/job_flags.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"
#include "client/cli/local_path.h"
#include "google/protobuf/duration.pb.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

absl::StatusOr<google::protobuf::Duration> SpanOfFlag(const std::string& flag,
                                                      const std::string& text) {
  const std::optional<absl::Duration> parsed = ParseSpan(text);
  if (!parsed.has_value()) {
    return UsageError(
        absl::StrCat(flag, ": \"", Printable(text), "\" is no time span"),
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

absl::Status FillNeededBy(const JobFlags& flags, v1::Job& job,
                          std::vector<std::string>& fields) {
  if (!flags.needed_by) return absl::OkStatus();
  absl::Time time;
  std::string error;
  if (const auto span = ParseSpan(*flags.needed_by)) {
    time = absl::Now() + *span;
  } else if (!absl::ParseTime(absl::RFC3339_full, *flags.needed_by, &time,
                              &error)) {
    return UsageError(
        absl::StrCat("--needed-by: \"", Printable(*flags.needed_by),
                     "\" is no time"),
        "give it as 2026-12-01T06:00:00Z, or as a span from now: 8h");
  }
  if (time <= absl::Now()) {
    return UsageError(
        absl::StrCat("--needed-by: \"", Printable(*flags.needed_by),
                     "\" is not in the future"),
        "for at once, give --priority foreground instead");
  }
  job.mutable_needed_by()->set_seconds(absl::ToUnixSeconds(time));
  fields.push_back("needed_by");
  return absl::OkStatus();
}

// What the job may do with peers.
void FillPeers(const JobFlags& flags, v1::Job& job,
               std::vector<std::string>& fields) {
  if (!flags.download_mode.empty()) {
    v1::DownloadMode mode = v1::DOWNLOAD_MODE_UNSPECIFIED;
    v1::DownloadMode_Parse(
        absl::StrCat(
            "DOWNLOAD_MODE_",
            absl::StrReplaceAll(absl::AsciiStrToUpper(flags.download_mode),
                                {{"-", "_"}})),
        &mode);
    job.set_download_mode(mode);
    fields.push_back("download_mode");
  }
  if (flags.is_private) {
    job.set_private_(true);
    fields.push_back("private");
  }
}

absl::Status FillAnnotations(const JobFlags& flags, v1::Job& job) {
  for (const std::string& annotation : flags.annotations) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(annotation, absl::MaxSplits('=', 1));
    if (parts.first.empty() || parts.first.size() == annotation.size()) {
      return UsageError(
          absl::StrCat("--annotation: \"", annotation, "\" is not KEY=VALUE"),
          "give it as --annotation ticket=17");
    }
    (*job.mutable_annotations())[parts.first] = parts.second;
  }
  return absl::OkStatus();
}

// BITS' BITS_COST_STATE_ bits; several of them are one kind of network here.
std::uint32_t CostBits(const std::string& cost) {
  if (cost == "unrestricted") return 0x1;
  if (cost == "capped") return 0x3e;
  if (cost == "usage-based") return 0x40;
  if (cost == "roaming") return 0x80;
  return 0xff;
}

absl::Status FillExtras(const JobFlags& flags, v1::Job& job,
                        std::vector<std::string>& fields) {
  if (!flags.notify_command.empty()) {
    v1::NotifyCommand& command = *job.mutable_notify_command();
    // As it is: some programs look at the name by which they are called.
    command.set_program(absl::StartsWith(flags.notify_command, "/")
                            ? flags.notify_command
                            : AbsolutePath(flags.notify_command));
    for (const std::string& argument : flags.notify_arguments) {
      command.add_arguments(argument);
    }
    fields.push_back("notify_command");
  }
  if (flags.max_time) {
    CONVOY_ASSIGN_OR_RETURN(*job.mutable_maximum_download_time(),
                            SpanOfFlag("--max-time", *flags.max_time));
    fields.push_back("maximum_download_time");
  }
  if (flags.max_size) {
    std::int64_t bytes = 0;
    if (!absl::SimpleAtoi(*flags.max_size, &bytes) || bytes < 0) {
      return UsageError(
          absl::StrCat("--max-size: \"", Printable(*flags.max_size),
                       "\" is no number of bytes"),
          "give it as --max-size 1048576; 0: no limit");
    }
    job.set_maximum_download_bytes(bytes);
    fields.push_back("maximum_download_bytes");
  }
  if (!flags.costs.empty()) {
    std::uint32_t bits = 0;
    for (const std::string& cost : flags.costs) bits |= CostBits(cost);
    job.set_cost_flags(bits == 0xff ? 0 : bits);
    fields.push_back("cost_flags");
  }
  if (!flags.annotations.empty()) {
    CONVOY_RETURN_IF_ERROR(FillAnnotations(flags, job));
    fields.push_back("annotations");
  }
  return absl::OkStatus();
}

void AddExtraFlags(CLI::App& command, JobFlags& flags) {
  CLI::Option* const notify =
      command
          .add_option("--notify-command", flags.notify_command,
                      "Run this program, as you, when the job is transferred "
                      "or in error; again after the retry delay until it "
                      "ends with exit code 0 or the job is completed (convoy "
                      "get does that at once). A path; PATH is not searched")
          ->type_name("PROGRAM");
  command
      .add_option("--notify-argument", flags.notify_arguments,
                  "An argument for that program. Can be repeated")
      ->type_name("TEXT")
      ->needs(notify)
      ->expected(1)
      ->take_all();
  command
      .add_option("--max-time", flags.max_time,
                  "How long the job may connect and transfer, e.g. 2h")
      ->type_name("SPAN");
  command
      .add_option("--max-size", flags.max_size,
                  "Fail if the files are larger than this together")
      ->type_name("BYTES");
  command
      .add_option("--annotation", flags.annotations,
                  "A note that is kept with the job; those before are "
                  "replaced. Can be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  command
      .add_option("--cost", flags.costs,
                  "Networks the job may use, by what they cost: unrestricted, "
                  "capped, usage-based, roaming; all. Can be repeated")
      ->type_name("WHICH")
      ->check(CLI::IsMember(
          {"unrestricted", "capped", "usage-based", "roaming", "all"}))
      ->expected(1)
      ->take_all();
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
  command
      .add_option("--inactivity-timeout", flags.inactivity_timeout,
                  "Cancel the job when nothing has changed it for so long, "
                  "e.g. 90d, unless the daemon's configuration says how long")
      ->type_name("SPAN");
  command
      .add_option("--download-mode", flags.download_mode,
                  "Whom bytes may come from: simple, http-only, lan, group or "
                  "internet; at most what the daemon allows")
      ->type_name("WHICH")
      ->check(
          CLI::IsMember({"simple", "http-only", "lan", "group", "internet"}));
  command.add_flag("--private", flags.is_private,
                   "Ask no peers, and give them nothing of it");
  command
      .add_option("--needed-by", flags.needed_by,
                  "By when it should be done: 2026-12-01T06:00:00Z, or a span "
                  "from now, such as 8h. Until there is no more time to wait, "
                  "peers and cheap hours are waited for")
      ->type_name("TIME");
  AddExtraFlags(command, flags);
}

absl::Status FillJob(const JobFlags& flags, v1::Job& job,
                     std::vector<std::string>& fields) {
  CONVOY_RETURN_IF_ERROR(FillNeededBy(flags, job, fields));
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
  if (flags.no_progress_timeout) {
    CONVOY_ASSIGN_OR_RETURN(
        *job.mutable_no_progress_timeout(),
        SpanOfFlag("--no-progress-timeout", *flags.no_progress_timeout));
    fields.push_back("no_progress_timeout");
  }
  if (flags.retry_delay) {
    CONVOY_ASSIGN_OR_RETURN(*job.mutable_minimum_retry_delay(),
                            SpanOfFlag("--retry-delay", *flags.retry_delay));
    fields.push_back("minimum_retry_delay");
  }
  if (flags.inactivity_timeout) {
    CONVOY_ASSIGN_OR_RETURN(
        *job.mutable_inactivity_timeout(),
        SpanOfFlag("--inactivity-timeout", *flags.inactivity_timeout));
    fields.push_back("inactivity_timeout");
  }
  FillPeers(flags, job, fields);
  return FillExtras(flags, job, fields);
}

}  // namespace convoy
