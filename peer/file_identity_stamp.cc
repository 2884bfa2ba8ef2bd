#include "peer/file_identity_stamp.h"

#include <sys/stat.h>

#include <cerrno>

#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

}  // namespace

absl::StatusOr<FileIdentityStamp> StampOf(int fd) {
  struct stat found = {};
  if (fstat(fd, &found) != 0) {
    return Error(v1::ERROR_REASON_LOCAL_FILE_IO, v1::ERROR_CONTEXT_LOCAL_FILE)
        .Status(
            absl::ErrnoToStatus(errno, "cannot look at the file").message());
  }
  if (!S_ISREG(found.st_mode)) {
    return Error(v1::ERROR_REASON_PATH_NOT_REGULAR,
                 v1::ERROR_CONTEXT_LOCAL_FILE)
        .Status("it is no plain file");
  }
  FileIdentityStamp stamp;
  stamp.device = found.st_dev;
  stamp.inode = found.st_ino;
  stamp.size = found.st_size;
  stamp.mtime_ns =
      found.st_mtim.tv_sec * kNanosecondsPerSecond + found.st_mtim.tv_nsec;
  return stamp;
}

bool StillSame(int fd, const FileIdentityStamp& stamp) {
  const absl::StatusOr<FileIdentityStamp> now = StampOf(fd);
  return now.ok() && *now == stamp;
}

}  // namespace convoy
