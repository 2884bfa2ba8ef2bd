#ifndef CONVOY_PEER_FILE_IDENTITY_STAMP_H_
#define CONVOY_PEER_FILE_IDENTITY_STAMP_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace convoy {

// Which file it is, and which state of its bytes: two files with equal stamps
// are taken for the same bytes. Whoever writes into a file moves its
// modification time; a new name, another name, or fewer names do not.
struct FileIdentityStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t mtime_ns = 0;  // Nanoseconds since 1970.

  friend bool operator==(const FileIdentityStamp& a,
                         const FileIdentityStamp& b) {
    return a.device == b.device && a.inode == b.inode && a.size == b.size &&
           a.mtime_ns == b.mtime_ns;
  }
  friend bool operator!=(const FileIdentityStamp& a,
                         const FileIdentityStamp& b) {
    return !(a == b);
  }
};

// The stamp of an open file. PATH_NOT_REGULAR: it is no plain file.
// LOCAL_FILE_IO. One fstat.
absl::StatusOr<FileIdentityStamp> StampOf(int fd);

// Are the bytes of the open file those that `stamp` was taken of? Cheap (one
// fstat): call it before each read for a peer.
bool StillSame(int fd, const FileIdentityStamp& stamp);

}  // namespace convoy

#endif  // CONVOY_PEER_FILE_IDENTITY_STAMP_H_
