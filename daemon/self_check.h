#ifndef CONVOY_DAEMON_SELF_CHECK_H_
#define CONVOY_DAEMON_SELF_CHECK_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "convoy/v1/admin_service.pb.h"
#include "peer/base/clock.h"

namespace convoy {

// Adds a check to `response`: what `work` says, and how long it took.
void AddCheck(const std::string& name, const Clock& clock,
              const std::function<absl::Status()>& work,
              v1::RunSelfTestResponse& response);

// Makes, syncs, renames and removes a file in `directory`. Blocks.
absl::Status TryFileIn(const std::string& directory);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SELF_CHECK_H_
