#ifndef CONVOY_DAEMON_POLICY_REFERENCE_H_
#define CONVOY_DAEMON_POLICY_REFERENCE_H_

#include <string>

#include "absl/status/statusor.h"

namespace convoy {

// docs/policies.md: each key of the configuration with its type, default,
// allowed values, when a change holds, and the policy of Windows that it stands
// for, all from the schema; what it means, from the comments in
// `proto_root`/convoy/v1/config.proto. NOT_FOUND: that cannot be read.
absl::StatusOr<std::string> PolicyReference(const std::string& proto_root);

}  // namespace convoy

#endif  // CONVOY_DAEMON_POLICY_REFERENCE_H_
