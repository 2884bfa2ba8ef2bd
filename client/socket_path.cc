#include "client/socket_path.h"

#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace convoy {

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
  const char* runtime = getenv("XDG_RUNTIME_DIR");
  if (uid != 0 && runtime != nullptr && *runtime != '\0') {
    const std::string path = absl::StrCat(runtime, "/convoy/convoyd.sock");
    if (exists(path)) return path;
  }
  return "/run/convoy/convoyd.sock";
}

}  // namespace convoy
