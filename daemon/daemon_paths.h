#ifndef CONVOY_DAEMON_DAEMON_PATHS_H_
#define CONVOY_DAEMON_DAEMON_PATHS_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "convoy/v1/config.pb.h"
#include "daemon/environment.h"

namespace convoy {

// For whom the daemon works: root's for all users of the machine, any other
// user's for that user alone.
struct DaemonIdentity {
  uid_t uid = 0;
  gid_t gid = 0;

  bool serves_all_users() const { return uid == 0; }
};

// Of this process.
DaemonIdentity ThisIdentity();

// The config file that is read when nobody names one: /etc/convoy/convoyd.yaml
// for root, else convoy/convoyd.yaml in $XDG_CONFIG_HOME or ~/.config. Empty:
// there is no such folder, as neither variable is set.
std::string DefaultConfigFile(const DaemonIdentity& identity,
                              const Environment& environment);

struct DaemonPaths {
  std::string state_directory;
  std::string socket;
};

// What `config` says, else the defaults that config.proto documents.
// FAILED_PRECONDITION: there is no default without XDG_STATE_HOME and HOME.
absl::StatusOr<DaemonPaths> MakeDaemonPaths(const v1::PathsConfig& config,
                                            const DaemonIdentity& identity,
                                            const Environment& environment);

// Makes a folder with the given mode, and those above it that do not exist,
// with the same mode. A folder that exists is left as it is.
absl::Status MakeDirectories(const std::string& path, mode_t mode);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DAEMON_PATHS_H_
