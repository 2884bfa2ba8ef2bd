#include "client/cli/job_text.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/command_words.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace convoy {
namespace {

constexpr int kKeyWidth = 16;

absl::Time TimeFrom(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

absl::Duration SpanFrom(const google::protobuf::Duration& span) {
  return absl::Seconds(span.seconds()) + absl::Nanoseconds(span.nanos());
}

// Adds "  key:   value", unless the value is empty.
void Add(std::vector<std::string>& lines, const std::string& indent,
         const std::string& key, const std::string& value) {
  if (value.empty()) return;
  lines.push_back(
      absl::StrCat(indent, PadRight(key + ":", kKeyWidth), Printable(value)));
}

std::string DoneText(std::int64_t done, bool has_total, std::int64_t total) {
  if (!has_total) return FormatBytes(done);
  return absl::StrCat(FormatBytes(done), " of ", FormatBytes(total), " (",
                      total == 0 ? "100%" : FormatPercent(done, total), ")");
}

// "unrestricted, capped": where a job with these cost flags may run.
std::string CostText(std::uint32_t flags) {
  std::vector<absl::string_view> costs;
  if ((flags & 0x1) != 0) costs.push_back("unrestricted");
  if ((flags & 0x3e) != 0) costs.push_back("capped");
  if ((flags & 0x40) != 0) costs.push_back("usage-based");
  if ((flags & 0x80) != 0) costs.push_back("roaming");
  return absl::StrJoin(costs, ", ");
}

// "exited with status 3, run 2"; empty: the notify command has not been run.
std::string LastRunText(const v1::JobNotification& notification) {
  if (notification.command_runs() == 0) return "";
  return absl::StrCat(notification.last_result().empty()
                          ? "runs now"
                          : notification.last_result(),
                      ", run ", notification.command_runs());
}

void AddExtras(std::vector<std::string>& lines, const v1::Job& job) {
  if (job.has_notify_command()) {
    const v1::NotifyCommand& command = job.notify_command();
    Add(lines, "", "notify command",
        command.arguments().empty()
            ? command.program()
            : absl::StrCat(command.program(), " ",
                           absl::StrJoin(command.arguments(), " ")));
    Add(lines, "", "last run", LastRunText(job.notification()));
  }
  if (job.maximum_download_bytes() > 0) {
    Add(lines, "", "size limit", FormatBytes(job.maximum_download_bytes()));
  }
  if (job.on_demand()) Add(lines, "", "fetches", "what is asked for");
  Add(lines, "", "networks", CostText(job.cost_flags()));
  const std::map<std::string, std::string> sorted(job.annotations().begin(),
                                                  job.annotations().end());
  for (const auto& [key, value] : sorted) {
    Add(lines, "", "annotation", absl::StrCat(key, "=", value));
  }
}

void AddTimes(std::vector<std::string>& lines, const v1::Job& job,
              absl::TimeZone zone) {
  const auto moment = [&](bool known, const google::protobuf::Timestamp& time) {
    return known ? FormatMoment(TimeFrom(time), zone) : "";
  };
  if (job.has_no_progress_timeout()) {
    Add(lines, "", "gives up after",
        FormatSpan(SpanFrom(job.no_progress_timeout())));
  }
  if (job.has_minimum_retry_delay()) {
    Add(lines, "", "retry delay",
        FormatSpan(SpanFrom(job.minimum_retry_delay())));
  }
  if (job.has_maximum_download_time()) {
    Add(lines, "", "time limit",
        FormatSpan(SpanFrom(job.maximum_download_time())));
  }
  if (job.has_inactivity_timeout()) {
    Add(lines, "", "if unchanged",
        absl::StrCat("cancelled after ",
                     FormatSpan(SpanFrom(job.inactivity_timeout()))));
  }
  Add(lines, "", "next run",
      moment(job.notification().has_next_run_time(),
             job.notification().next_run_time()));
  Add(lines, "", "next try",
      moment(job.has_next_retry_time(), job.next_retry_time()));
  Add(lines, "", "needed by", moment(job.has_needed_by(), job.needed_by()));
  Add(lines, "", "created", moment(job.has_create_time(), job.create_time()));
  Add(lines, "", "modified", moment(job.has_modify_time(), job.modify_time()));
  Add(lines, "", "transferred",
      moment(job.has_transfer_complete_time(), job.transfer_complete_time()));
}

std::string RangeText(const v1::FileRange& range) {
  std::string text = absl::StrCat(range.offset_bytes(), "-");
  if (range.has_length_bytes()) {
    absl::StrAppend(&text, range.offset_bytes() + range.length_bytes() - 1);
  }
  return text;
}

std::string EnumWord(absl::string_view name, absl::string_view prefix) {
  return absl::StrReplaceAll(
      absl::AsciiStrToLower(name.substr(std::min(prefix.size(), name.size()))),
      {{"_", " "}});
}

// "policy http.proxy_url, set by default".
std::string RuleText(const std::string& policy, const std::string& provider) {
  if (policy.empty()) return "";
  return provider.empty()
             ? absl::StrCat("policy ", policy)
             : absl::StrCat("policy ", policy, ", set by ", provider);
}

std::string SourceLine(const v1::SourceExplanation& source) {
  std::string line = absl::StrCat(
      "  ",
      PadRight(EnumWord(v1::SourceExplanation::Use_Name(source.use()), "USE_"),
               9),
      EnumWord(v1::SourceExplanation::Kind_Name(source.kind()), "KIND_"));
  if (!source.address().empty()) absl::StrAppend(&line, " ", source.address());
  if (source.bytes() > 0) {
    absl::StrAppend(&line, ", ", FormatBytes(source.bytes()));
  }
  if (source.connections() > 0) {
    absl::StrAppend(&line, ", ", source.connections(), " connection",
                    source.connections() == 1 ? "" : "s");
  }
  if (!source.reason().empty()) absl::StrAppend(&line, ": ", source.reason());
  const std::string rule = RuleText(source.policy(), source.provider());
  if (!rule.empty()) absl::StrAppend(&line, " (", rule, ")");
  return Printable(line);
}

// What the daemon does next is to run the job's notify command.
bool IsNextRun(const v1::Job& job, absl::Time next) {
  const v1::JobNotification& told = job.notification();
  return job.has_notify_command() && told.has_next_run_time() &&
         TimeFrom(told.next_run_time()) == next;
}

// The sentence about when the daemon acts next, in `wait`.
std::string NextActionText(v1::JobState state, absl::Duration wait,
                           bool is_next_run) {
  if (wait <= absl::ZeroDuration()) return "It acts now.";
  if (is_next_run) {
    return absl::StrCat("Its notify command is run again in ", FormatSpan(wait),
                        ".");
  }
  switch (state) {
    // Only the job's user can move it; the daemon gives it up some day.
    case v1::JOB_STATE_SUSPENDED:
    case v1::JOB_STATE_ERROR:
    case v1::JOB_STATE_TRANSFERRED:
      return absl::StrCat("It is cancelled in ", FormatSpan(wait),
                          ", if nothing changes.");
    default:
      return absl::StrCat("It acts by itself in ", FormatSpan(wait), ".");
  }
}

}  // namespace

std::string OwnerText(const v1::Owner& owner) {
  return owner.user_name().empty() ? absl::StrCat("uid ", owner.uid())
                                   : Printable(owner.user_name());
}

std::vector<std::string> JobLines(const v1::Job& job, absl::TimeZone zone) {
  const v1::JobProgress& progress = job.progress();
  std::vector<std::string> lines;
  Add(lines, "", "job", job.id());
  Add(lines, "", "name", job.display_name());
  Add(lines, "", "description", job.description());
  Add(lines, "", "state", StateText(job.state()));
  if (job.has_error()) {
    Add(lines, "", "error", job.error().message());
    Add(lines, "", "policy", job.error().detail().policy());
    const v1::ErrorDetail& detail = job.error().detail();
    if (!detail.server_key().empty()) {
      Add(lines, "", "hint", HintFor(detail, ShortId(job.id())));
    }
  }
  if (job.error_count() > 0) {
    Add(lines, "", "errors so far", absl::StrCat(job.error_count()));
  }
  Add(lines, "", "priority", PriorityText(job.priority()));
  Add(lines, "", "owner", OwnerText(job.owner()));
  Add(lines, "", "method", job.http().method());
  if (job.download_mode() != v1::DOWNLOAD_MODE_UNSPECIFIED) {
    Add(lines, "", "download mode",
        EnumWord(v1::DownloadMode_Name(job.download_mode()), "DOWNLOAD_MODE_"));
  }
  Add(lines, "", "private", job.private_() ? "yes" : "");
  AddExtras(lines, job);
  Add(lines, "", "done",
      DoneText(progress.transferred_bytes(), progress.has_total_bytes(),
               progress.total_bytes()));
  Add(lines, "", "files",
      absl::StrCat(progress.transferred_files(), " of ",
                   progress.total_files()));
  Add(lines, "", "from", AmountsText(progress.source_bytes()));
  if (progress.rate_bytes_per_second() > 0) {
    Add(lines, "", "rate", FormatRate(progress.rate_bytes_per_second()));
  }
  AddTimes(lines, job, zone);
  return lines;
}

std::vector<std::string> FileLines(const v1::JobFile& file) {
  const std::string indent = "  ";
  std::vector<std::string> lines = {absl::StrCat("file ", file.index(), ":")};
  Add(lines, indent, "url", file.remote_url());
  if (file.effective_url() != file.remote_url()) {
    Add(lines, indent, "answered by", file.effective_url());
  }
  Add(lines, indent, "server", file.server_address());
  if (file.http_status() != 0) {
    Add(lines, indent, "HTTP status", absl::StrCat(file.http_status()));
  }
  for (const std::string& mirror : file.mirror_urls()) {
    Add(lines, indent, "mirror", mirror);
  }
  Add(lines, indent, "path", file.local_path());
  for (const v1::FileRange& range : file.ranges()) {
    Add(lines, indent, "bytes", RangeText(range));
  }
  Add(lines, indent, "done",
      DoneText(file.transferred_bytes(), file.has_size_bytes(),
               file.size_bytes()));
  Add(lines, indent, "state",
      file.completed()     ? "complete"
      : file.transferred() ? "whole, under a temporary name"
                           : "");
  if (!file.completed()) {
    Add(lines, indent, "temporary path", file.temporary_path());
  }
  Add(lines, indent, "from", AmountsText(file.source_bytes()));
  Add(lines, indent, "integrity", file.integrity());
  if (file.has_validated()) {
    Add(lines, indent, "owner's check", file.validated() ? "right" : "wrong");
  }
  Add(lines, indent, "must be proved",
      file.required_integrity() == v1::INTEGRITY_MANDATORY ? "yes" : "");
  Add(lines, indent, "content", file.content_id());
  Add(lines, indent, "manifest", file.manifest().location());
  Add(lines, indent, "info-hash", file.manifest().info_hash());
  Add(lines, indent, "sha-256", file.expected_sha256());
  Add(lines, indent, "etag", file.validator().etag());
  Add(lines, indent, "last modified", file.validator().last_modified());
  if (file.has_error()) Add(lines, indent, "error", file.error().message());
  return lines;
}

std::vector<std::string> ExplanationLines(
    const v1::Job& job, const v1::ExplainJobResponse& explanation,
    absl::Time now) {
  const auto said = [&](const std::string& text) {
    return Printable(InCommandWords(text, ShortId(job.id())));
  };
  std::vector<std::string> lines = {
      absl::StrCat("job ", ShortId(job.id()), " (",
                   Printable(job.display_name()),
                   "): ", StateText(explanation.state())),
      said(explanation.summary())};
  if (explanation.has_next_action_time()) {
    const absl::Time next = TimeFrom(explanation.next_action_time());
    lines.push_back(
        NextActionText(explanation.state(), next - now, IsNextRun(job, next)));
  }
  if (!explanation.sources().empty()) lines.push_back("sources:");
  for (const v1::SourceExplanation& source : explanation.sources()) {
    lines.push_back(SourceLine(source));
  }
  if (!explanation.factors().empty()) {
    const bool ended = explanation.state() == v1::JOB_STATE_ACKNOWLEDGED ||
                       explanation.state() == v1::JOB_STATE_CANCELLED;
    lines.push_back(ended ? "rules:" : "held back by:");
  }
  for (const v1::Factor& factor : explanation.factors()) {
    const std::string rule = RuleText(factor.policy(), factor.provider());
    lines.push_back(
        said(absl::StrCat("  ", factor.text(),
                          rule.empty() ? "" : absl::StrCat(" (", rule, ")"))));
    // The advice for the whole job follows at the end.
    if (!absl::StrContains(explanation.remedy(), factor.remedy())) {
      lines.push_back(said(absl::StrCat("    hint: ", factor.remedy())));
    }
  }
  if (!explanation.remedy().empty()) {
    lines.push_back(said(absl::StrCat("hint: ", explanation.remedy())));
  }
  return lines;
}

}  // namespace convoy
