#ifndef CONVOY_PEER_TARGET_FILE_H_
#define CONVOY_PEER_TARGET_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// What tells that somebody changed a file: its size and the time of its last
// change.
struct FileStamp {
  std::int64_t size = 0;
  std::int64_t mtime_ns = 0;
  friend bool operator==(const FileStamp& a, const FileStamp& b) {
    return a.size == b.size && a.mtime_ns == b.mtime_ns;
  }
};

// The local file that a transfer fills. Thread-safe: Write, Sync and Read of
// different bytes may run at the same time.
//
// Errors: context LOCAL_FILE, reason DISK_FULL, READ_ONLY_FILE_SYSTEM or
// LOCAL_FILE_IO.
class TargetFile {
 public:
  virtual ~TargetFile() = default;

  virtual absl::StatusOr<std::int64_t> Size() = 0;
  // Makes room on the disk for `size` bytes, where the file system can, and
  // makes the file at least that long.
  virtual absl::Status Allocate(std::int64_t size) = 0;
  virtual absl::Status SetSize(std::int64_t size) = 0;
  // Writes all of `bytes`.
  virtual absl::Status Write(std::int64_t offset, absl::string_view bytes) = 0;
  // Copies at most `length` bytes of the open file `source`, from
  // `source_offset`. Returns how many; 0 at its end.
  virtual absl::StatusOr<std::int64_t> CopyFrom(int source,
                                                std::int64_t source_offset,
                                                std::int64_t offset,
                                                std::int64_t length) = 0;
  // Fills `buffer` from `offset`. A file that ends before: LOCAL_FILE_CHANGED.
  virtual absl::Status Read(std::int64_t offset, char* buffer,
                            std::size_t length) = 0;
  // As Read, but false where that would wait for the disk, or fails.
  virtual bool TryRead(std::int64_t offset, char* buffer,
                       std::size_t length) = 0;
  virtual absl::StatusOr<FileStamp> Stamp() = 0;
  // Another descriptor of the file.
  virtual absl::StatusOr<UniqueFd> Duplicate() = 0;
  // Begins to bring these bytes to the disk; does not wait. For speed only.
  virtual void StartWriteback(std::int64_t offset, std::int64_t length) = 0;
  // Everything written before is on the disk, and so is the file's size.
  virtual absl::Status Sync() = 0;
};

std::shared_ptr<TargetFile> OpenTargetFile(UniqueFd fd);

}  // namespace convoy

#endif  // CONVOY_PEER_TARGET_FILE_H_
