#ifndef CONVOY_CLIENT_CLI_EXIT_CODE_H_
#define CONVOY_CLIENT_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace convoy {

// What the `convoy` command ends with. Documented in its --help: scripts rely
// on the numbers.
enum ExitCode {
  kExitOk = 0,
  // The daemon refused or failed the call, or the job was cancelled.
  kExitFailed = 1,
  // The command line is wrong; nothing was sent.
  kExitUsage = 2,
  // The job is in state ERROR.
  kExitJobError = 3,
  // No daemon answers.
  kExitUnreachable = 4,
  // No such job, or not the caller's.
  kExitNoSuchJob = 5,
  kExitInterrupted = 130,
};

// For the status of a call or of a check of the command line.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_EXIT_CODE_H_
