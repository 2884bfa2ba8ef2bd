#include "client/cli/cli_context.h"

#include <cstdio>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/cli/command_words.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/hints.h"
#include "client/cli/json_output.h"
#include "client/job_client.h"
#include "proto/error_detail.h"

namespace convoy {

int Fail(const CliContext& context, const absl::Status& status,
         absl::string_view job_id) {
  if (context.json) PrintLine(ErrorToJson(status));
  const bool remote = context.client.remote.has_value();
  std::fputs(
      ErrorText(remote && IsDaemonUnreachable(status)
                    ? WithHint(status,
                               "check --connect, --ca, --cert and --key here, "
                               "and remote_control.* in the daemon's "
                               "configuration")
                    : status,
                job_id)
          .c_str(),
      stderr);
  return ExitCodeOf(status);
}

int FailWithJobError(const CliContext& context, const v1::Job& job) {
  Fail(context, JobErrorStatus(job), ShortId(job.id()));
  return kExitJobError;
}

std::string ErrorText(const absl::Status& status, absl::string_view job_id) {
  std::string text = absl::StrCat(
      "convoy: ", Printable(InCommandWords(status.message(), job_id)), "\n");
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  if (detail.has_value() && !detail->policy().empty()) {
    absl::StrAppend(&text, "policy: ", Printable(detail->policy()), "\n");
  }
  const std::string hint = HintFor(status, job_id);
  if (!hint.empty()) {
    absl::StrAppend(&text, "hint: ", InCommandWords(hint, job_id), "\n");
  }
  return text;
}

absl::Status JobErrorStatus(const v1::Job& job) {
  return Error(job.error().detail())
      .Status(absl::StrCat("job ", ShortId(job.id()),
                           " is in error: ", job.error().message()));
}

void PrintLine(absl::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

}  // namespace convoy
