#ifndef CONVOY_DAEMON_CONFIG_PEM_FILES_H_
#define CONVOY_DAEMON_CONFIG_PEM_FILES_H_

#include "absl/status/status.h"
#include "daemon/settings.h"

namespace convoy {

// Reads the certificates and keys that the configuration names, as those who
// use them would: http, swarm, group and remote_control. Sets
// settings->signers_pem and signers. INVALID_ARGUMENT: a line "FILE:LINE: KEY:
// what" for each section in which one is wrong; Blocks.
absl::Status ReadPemFiles(Settings* settings);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CONFIG_PEM_FILES_H_
