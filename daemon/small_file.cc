#include "daemon/small_file.h"

#include "absl/strings/str_cat.h"
#include "daemon/owner_folder.h"
#include "peer/base/bounded_read.h"
#include "proto/error_detail.h"

namespace convoy {

absl::StatusOr<std::string> ReadSmallFile(int fd, const std::string& path,
                                          std::size_t max_bytes, unsigned uid) {
  std::string bytes;
  const int error = BoundedRead(fd, max_bytes, &bytes);
  if (error != 0) return FileError(error, path, "read", uid);
  if (bytes.size() > max_bytes) {
    return Error(v1::ERROR_REASON_INVALID_ARGUMENT,
                 v1::ERROR_CONTEXT_LOCAL_FILE)
        .LocalPath(path)
        .Status(absl::StrCat(path, " is larger than the ", max_bytes,
                             " bytes that are read; is it the right file?"));
  }
  bytes.shrink_to_fit();
  return bytes;
}

}  // namespace convoy
