#include "daemon/daemon_paths.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "convoy/v1/config.pb.h"
#include "daemon/config_file.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// A folder of the XDG base directory specification, which says that relative
// paths are to be ignored.
std::optional<std::string> BaseDirectory(const Environment& environment,
                                         const std::string& variable,
                                         const std::string& below_home) {
  const auto named = environment(variable);
  if (named.has_value() && absl::StartsWith(*named, "/")) return *named;
  const auto home = environment("HOME");
  if (below_home.empty() || !home.has_value() ||
      !absl::StartsWith(*home, "/")) {
    return std::nullopt;
  }
  return absl::StrCat(*home, "/", below_home);
}

absl::Status LocalError(v1::ErrorReason reason, const std::string& path,
                        const std::string& message) {
  return Error(reason, v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .LocalPath(path)
      .Status(message);
}

absl::Status MakeDirectory(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) {
    // Whatever the umask took away.
    if (::chmod(path.c_str(), mode) == 0) return absl::OkStatus();
  } else if (errno == EEXIST) {
    struct stat attributes = {};
    if (::stat(path.c_str(), &attributes) == 0 && S_ISDIR(attributes.st_mode)) {
      return absl::OkStatus();
    }
    return LocalError(v1::ERROR_REASON_PATH_NOT_REGULAR, path,
                      absl::StrCat(path, " is not a folder"));
  }
  return LocalError(errno == EACCES ? v1::ERROR_REASON_ACCESS_DENIED
                                    : v1::ERROR_REASON_LOCAL_FILE_IO,
                    path,
                    absl::StrCat("cannot make the folder ", path, ": ",
                                 std::strerror(errno)));
}

}  // namespace

DaemonIdentity ThisIdentity() { return {::geteuid(), ::getegid()}; }

std::string DefaultConfigFile(const DaemonIdentity& identity,
                              const Environment& environment) {
  if (identity.serves_all_users()) return kDefaultConfigPath;
  const auto base = BaseDirectory(environment, "XDG_CONFIG_HOME", ".config");
  return base.has_value() ? absl::StrCat(*base, "/convoy/convoyd.yaml") : "";
}

absl::StatusOr<DaemonPaths> MakeDaemonPaths(const v1::PathsConfig& config,
                                            const DaemonIdentity& identity,
                                            const Environment& environment) {
  DaemonPaths paths;
  if (!config.state_directory().empty()) {
    paths.state_directory = config.state_directory();
  } else if (identity.serves_all_users()) {
    paths.state_directory = "/var/lib/convoy";
  } else {
    const auto base =
        BaseDirectory(environment, "XDG_STATE_HOME", ".local/state");
    if (!base.has_value()) {
      return LocalError(
          v1::ERROR_REASON_PATH_NOT_FOUND, "",
          "there is no default for the state directory, as neither "
          "XDG_STATE_HOME nor HOME is set; use --state-dir, or set "
          "paths.state_directory");
    }
    paths.state_directory = absl::StrCat(*base, "/convoy");
  }
  if (!config.socket().empty()) {
    paths.socket = config.socket();
  } else if (identity.serves_all_users()) {
    paths.socket = "/run/convoy/convoyd.sock";
  } else {
    const auto base = BaseDirectory(environment, "XDG_RUNTIME_DIR", "");
    paths.socket = base.has_value()
                       ? absl::StrCat(*base, "/convoy/convoyd.sock")
                       : absl::StrCat(paths.state_directory, "/convoyd.sock");
  }
  return paths;
}

absl::Status MakeDirectories(const std::string& path, mode_t mode) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (::access(parent.c_str(), F_OK) == 0) continue;
    CONVOY_RETURN_IF_ERROR(MakeDirectory(parent, mode));
  }
  return MakeDirectory(path, mode);
}

}  // namespace convoy
