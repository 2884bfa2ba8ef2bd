#include "daemon/explain_answer.h"

#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "convoy/v1/job.pb.h"
#include "daemon/job_proto.h"
#include "daemon/proto_time.h"
#include "proto/error_detail.h"

namespace convoy {

void ExplainAnswer::SetNextAction(absl::Time time) {
  SetTime(time, response_.mutable_next_action_time());
}

void ExplainAnswer::AddFactor(std::string text, absl::string_view policy,
                              std::string remedy) {
  v1::Factor* factor = response_.add_factors();
  factor->set_text(std::move(text));
  factor->set_policy(std::string(policy));
  if (!policy.empty()) {
    factor->set_provider(settings_.ProviderOf(std::string(policy)));
  }
  factor->set_remedy(std::move(remedy));
}

void ExplainAnswer::AddRules(const std::vector<ExplainedRule>& rules) {
  for (const ExplainedRule& rule : rules) {
    AddFactor(rule.text, rule.policy, rule.remedy);
  }
}

std::string ByteText(std::int64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, bytes == 1 ? " byte" : " bytes");
  constexpr absl::string_view kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

std::string FileText(std::int64_t count) {
  return absl::StrCat(count, count == 1 ? " file" : " files");
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string FailureText(const JobFailure& failure) {
  absl::string_view message = failure.message;
  while (absl::EndsWith(message, ".")) message.remove_suffix(1);
  const std::string text = message.empty() ? ReasonName(failure.detail.reason())
                                           : std::string(message);
  return failure.file_index.has_value()
             ? absl::StrCat("file ", *failure.file_index, " failed: ", text)
             : text;
}

std::string ProgressText(const Job& job, const Settings& settings) {
  const v1::JobProgress progress = JobSnapshot(job, {}, settings)->progress();
  const std::string got = ByteText(progress.transferred_bytes());
  return progress.has_total_bytes()
             ? absl::StrCat(got, " of ", ByteText(progress.total_bytes()),
                            " are on disk")
             : absl::StrCat(got, " are on disk, and the size is not known yet");
}

}  // namespace convoy
