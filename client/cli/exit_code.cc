#include "client/cli/exit_code.h"

#include <optional>

#include "client/job_client.h"
#include "proto/error_detail.h"

namespace convoy {

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  if (IsDaemonUnreachable(status)) return kExitUnreachable;
  if (absl::IsNotFound(status)) return kExitNoSuchJob;
  // The daemon's own INVALID_ARGUMENT has a detail.
  const bool from_here = !GetErrorDetail(status).has_value();
  if (from_here && absl::IsInvalidArgument(status)) return kExitUsage;
  return kExitFailed;
}

}  // namespace convoy
