#ifndef CONVOY_DAEMON_CONFIG_FILE_H_
#define CONVOY_DAEMON_CONFIG_FILE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "convoy/v1/admin_service.pb.h"
#include "convoy/v1/config.pb.h"
#include "daemon/settings.h"
#include "peer/http_settings.h"

namespace convoy {

// The configuration as text. The schema is convoy/v1/config.proto: keys, types,
// defaults, ranges and allowed values are read from the message's descriptor,
// so that a new key needs no code here.
//
// All errors (up to 20) are reported at once, one a line:
// "FILE:LINE: KEY: what is wrong; allowed: what would be right".

// Key ("http.max_redirects") and value, as in YAML but without quotes. For a
// list, each value is one item: the first replaces what the files say, the next
// ones are appended; an empty value empties the list.
using ConfigOverrides = std::vector<std::pair<std::string, std::string>>;

// `files` in order, then `command_line`; a later one wins, key by key.
// INVALID_ARGUMENT: see above.
absl::StatusOr<Settings> ParseConfig(const std::vector<ConfigSource>& files,
                                     const ConfigOverrides& command_line);

// root's default file.
constexpr char kDefaultConfigPath[] = "/etc/convoy/convoyd.yaml";

// Reads `path`, which must exist, then conf.d/*.yaml beside it in name order.
// Errors of ParseConfig; FAILED_PRECONDITION or PERMISSION_DENIED for a file
// that cannot be read.
absl::StatusOr<Settings> LoadConfig(const std::string& path,
                                    const ConfigOverrides& command_line);
// As LoadConfig, but `path` need not exist; empty: there is no file at all.
absl::StatusOr<Settings> LoadDefaultConfig(const std::string& path,
                                           const ConfigOverrides& command_line);

// `paths` of a configuration that has mistakes, as far as they can be read.
v1::PathsConfig PathsOfWrongConfig(const std::string& path,
                                   const ConfigOverrides& command_line);

// Looks for mistakes in one file, alone. Errors of LoadConfig.
absl::Status CheckConfigFile(const std::string& path);

// What transfers need of it.
HttpLimits MakeHttpLimits(const Settings& settings);

// Every key in the order of the schema. User name and password of URLs are left
// out.
v1::GetEffectiveConfigResponse EffectiveConfig(const Settings& settings);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CONFIG_FILE_H_
