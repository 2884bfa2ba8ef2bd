#ifndef CONVOY_DAEMON_REMOTE_CONTROL_H_
#define CONVOY_DAEMON_REMOTE_CONTROL_H_

#include <optional>

#include "absl/status/statusor.h"
#include "daemon/secure_port.h"
#include "daemon/settings.h"

namespace convoy {

// The port that remote_control.* ask for, its files read and checked; nothing
// where remote_control.listen is unset. Errors name the line, the key and the
// file: one that cannot be read, holds no certificate or key, a key with a
// passphrase, or one that is not the certificate's.
absl::StatusOr<std::optional<SecurePort>> MakeSecurePort(
    const Settings& settings);

}  // namespace convoy

#endif  // CONVOY_DAEMON_REMOTE_CONTROL_H_
