#ifndef CONVOY_CLIENT_CLI_CLI_CONTEXT_H_
#define CONVOY_CLIENT_CLI_CLI_CONTEXT_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/client_options.h"
#include "convoy/v1/job.pb.h"

namespace convoy {

// What all commands share. Lives as long as the process.
struct CliContext {
  ClientOptions client;
  bool json = false;
  // The command that the command line names; returns the exit code. Set by the
  // parser, run afterwards.
  std::function<int()> command;
};

// Says on standard error what failed and what helps, with --json also on
// standard output. Returns the exit code. `job_id`: the job's, or empty.
int Fail(const CliContext& context, const absl::Status& status,
         absl::string_view job_id = "");

// As Fail, for a job in state ERROR.
int FailWithJobError(const CliContext& context, const v1::Job& job);

// The lines of Fail: "convoy: ...", then "policy: ..." and "hint: ..." if there
// is anything to say.
std::string ErrorText(const absl::Status& status, absl::string_view job_id);

// The error of a job as a status.
absl::Status JobErrorStatus(const v1::Job& job);

// Writes a line to standard output.
void PrintLine(absl::string_view line);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_CLI_CONTEXT_H_
