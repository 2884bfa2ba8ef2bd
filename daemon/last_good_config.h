#ifndef CONVOY_DAEMON_LAST_GOOD_CONFIG_H_
#define CONVOY_DAEMON_LAST_GOOD_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/config_file.h"
#include "daemon/settings.h"

namespace convoy {

// The texts of the configuration's files as they were when nothing was wrong in
// them, in the state directory: from them the daemon starts when the files have
// mistakes. All calls block.

// Replaces what is kept, if it is another one. `config_file`: whose they are;
// may be empty. On disk when it returns.
absl::Status KeepLastGoodConfig(const std::string& state_directory,
                                const std::string& config_file,
                                const std::vector<ConfigSource>& files);

// NOT_FOUND: none is kept, or it is of another `config_file`. Errors of
// ParseConfig, for the keys of another version. DATA_LOSS: it is damaged.
absl::StatusOr<Settings> LoadLastGoodConfig(
    const std::string& state_directory, const std::string& config_file,
    const ConfigOverrides& command_line);

}  // namespace convoy

#endif  // CONVOY_DAEMON_LAST_GOOD_CONFIG_H_
