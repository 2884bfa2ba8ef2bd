#include "daemon/small_file.h"

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "daemon/owner_folder.h"
#include "proto/error_detail.h"

namespace convoy {

absl::StatusOr<std::string> ReadSmallFile(int fd, const std::string& path,
                                          std::size_t max_bytes, unsigned uid) {
  std::string bytes(max_bytes + 1, '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = read(fd, &bytes[have], bytes.size() - have);
    if (got == 0) break;
    if (got < 0 && errno != EINTR) return FileError(errno, path, "read", uid);
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  if (have > max_bytes) {
    return Error(v1::ERROR_REASON_INVALID_ARGUMENT,
                 v1::ERROR_CONTEXT_LOCAL_FILE)
        .LocalPath(path)
        .Status(absl::StrCat(path, " is larger than the ", max_bytes,
                             " bytes that are read; is it the right file?"));
  }
  bytes.resize(have);
  bytes.shrink_to_fit();
  return bytes;
}

}  // namespace convoy
