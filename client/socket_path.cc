#include "client/socket_path.h"

#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

using GetEnv = std::function<const char*(const char*)>;

// A folder that a variable names; empty: it is not set, or relative, which the
// XDG base directory specification says to ignore.
std::string Folder(const GetEnv& getenv, const char* variable) {
  const char* value = getenv(variable);
  return value != nullptr && *value == '/' ? value : "";
}

// Where a daemon of this user listens; empty: it has no place for a socket.
std::string UsersSocketPath(const GetEnv& getenv) {
  std::string base = Folder(getenv, "XDG_RUNTIME_DIR");
  if (base.empty()) base = Folder(getenv, "XDG_STATE_HOME");
  if (base.empty()) {
    const std::string home = Folder(getenv, "HOME");
    if (home.empty()) return "";
    base = absl::StrCat(home, "/.local/state");
  }
  return absl::StrCat(base, "/convoy/convoyd.sock");
}

}  // namespace

std::string DefaultSocketPath() {
  return DefaultSocketPath(
      geteuid(), [](const char* name) { return std::getenv(name); },
      [](const std::string& path) { return access(path.c_str(), F_OK) == 0; });
}

std::string DefaultSocketPath(
    uid_t uid, const std::function<const char*(const char*)>& getenv,
    const std::function<bool(const std::string&)>& exists) {
  const char* named = getenv("CONVOY_SOCKET");
  if (named != nullptr && *named != '\0') return named;
  if (uid != 0) {
    const std::string path = UsersSocketPath(getenv);
    if (!path.empty() && exists(path)) return path;
  }
  return "/run/convoy/convoyd.sock";
}

}  // namespace convoy
