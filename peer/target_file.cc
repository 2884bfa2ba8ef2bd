#include "peer/target_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// `doing`: "cannot write the file", without the cause.
absl::Status FileError(int error, absl::string_view doing) {
  v1::ErrorReason reason = v1::ERROR_REASON_LOCAL_FILE_IO;
  if (error == ENOSPC || error == EDQUOT) reason = v1::ERROR_REASON_DISK_FULL;
  if (error == EROFS) reason = v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM;
  return Error(reason, v1::ERROR_CONTEXT_LOCAL_FILE)
      .Status(absl::ErrnoToStatus(error, doing).message());
}

// Through user space. Returns the number of bytes copied, 0 at the end.
absl::StatusOr<std::int64_t> CopyByBuffer(int source,
                                          std::int64_t source_offset,
                                          TargetFile* target,
                                          std::int64_t offset,
                                          std::int64_t length) {
  std::vector<char> buffer(
      static_cast<std::size_t>(std::min<std::int64_t>(length, 256 << 10)));
  std::int64_t copied = 0;
  while (copied < length) {
    const auto want = static_cast<std::size_t>(std::min<std::int64_t>(
        length - copied, static_cast<std::int64_t>(buffer.size())));
    const ssize_t got =
        pread(source, buffer.data(), want, source_offset + copied);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError(errno, "cannot read the source file");
    if (got == 0) break;
    CONVOY_RETURN_IF_ERROR(target->Write(
        offset + copied,
        absl::string_view(buffer.data(), static_cast<std::size_t>(got))));
    copied += got;
  }
  return copied;
}

bool IsInMemory(int fd) {
  struct statfs file_system = {};
  return fstatfs(fd, &file_system) == 0 && file_system.f_type == TMPFS_MAGIC;
}

class DescriptorTargetFile final : public TargetFile {
 public:
  explicit DescriptorTargetFile(UniqueFd fd)
      : fd_(std::move(fd)), in_memory_(IsInMemory(fd_.get())) {}

  absl::StatusOr<std::int64_t> Size() override {
    struct stat info = {};
    if (fstat(fd_.get(), &info) != 0) {
      return FileError(errno, "cannot read the file's size");
    }
    return static_cast<std::int64_t>(info.st_size);
  }

  absl::Status Allocate(std::int64_t size) override {
    if (size == 0) return absl::OkStatus();
    if (in_memory_) return AllocateInMemory(size);
    while (fallocate(fd_.get(), 0, 0, size) != 0) {
      if (errno == EINTR) continue;
      // The file system cannot; writing tells when the disk is full.
      if (errno == EOPNOTSUPP || errno == ENOSYS) return absl::OkStatus();
      return NoRoom(errno, size);
    }
    return absl::OkStatus();
  }

  absl::Status SetSize(std::int64_t size) override {
    while (ftruncate(fd_.get(), size) != 0) {
      if (errno != EINTR) return FileError(errno, "cannot cut the file");
    }
    return absl::OkStatus();
  }

  absl::Status Write(std::int64_t offset, absl::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written =
          pwrite(fd_.get(), bytes.data(), bytes.size(), offset);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return FileError(errno, "cannot write the file");
      offset += written;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::int64_t> CopyFrom(int source, std::int64_t source_offset,
                                        std::int64_t offset,
                                        std::int64_t length) override {
    while (true) {
      loff_t from = source_offset;
      loff_t to = offset;
      const ssize_t copied = copy_file_range(
          source, &from, fd_.get(), &to, static_cast<std::size_t>(length), 0);
      if (copied > 0) return static_cast<std::int64_t>(copied);
      if (copied < 0 && errno == EINTR) continue;
      if (copied < 0 && (errno == ENOSPC || errno == EDQUOT)) {
        return FileError(errno, "cannot write the file");
      }
      // Not between these two file systems; or one, such as /proc, where the
      // call wrongly says that the file is at its end. pread decides.
      return CopyByBuffer(source, source_offset, this, offset, length);
    }
  }

  absl::Status Read(std::int64_t offset, char* buffer,
                    std::size_t length) override {
    while (length > 0) {
      const ssize_t got = pread(fd_.get(), buffer, length, offset);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return FileError(errno, "cannot read the file");
      if (got == 0) {
        return Error(v1::ERROR_REASON_LOCAL_FILE_CHANGED,
                     v1::ERROR_CONTEXT_LOCAL_FILE)
            .Status("somebody cut the temporary file while it was checked");
      }
      offset += got;
      buffer += got;
      length -= static_cast<std::size_t>(got);
    }
    return absl::OkStatus();
  }

  bool TryRead(std::int64_t offset, char* buffer, std::size_t length) override {
    iovec bytes = {buffer, length};
    const auto wanted = static_cast<ssize_t>(length);
    // tmpfs has no RWF_NOWAIT, and nothing to wait for.
    if (in_memory_) return preadv(fd_.get(), &bytes, 1, offset) == wanted;
    // Short where only the first bytes are in memory.
    return preadv2(fd_.get(), &bytes, 1, offset, RWF_NOWAIT) == wanted;
  }

  absl::StatusOr<FileStamp> Stamp() override {
    struct stat info = {};
    if (fstat(fd_.get(), &info) != 0) {
      return FileError(errno, "cannot look at the file");
    }
    return FileStamp{info.st_size, info.st_mtim.tv_sec * 1'000'000'000 +
                                       info.st_mtim.tv_nsec};
  }

  absl::StatusOr<UniqueFd> Duplicate() override {
    UniqueFd other(fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
    if (!other.valid()) return FileError(errno, "cannot open the file again");
    return other;
  }

  void StartWriteback(std::int64_t offset, std::int64_t length) override {
    sync_file_range(fd_.get(), offset, length, SYNC_FILE_RANGE_WRITE);
  }

  absl::Status Sync() override {
    while (fdatasync(fd_.get()) != 0) {
      if (errno != EINTR) {
        return FileError(errno, "cannot bring the file to the disk");
      }
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status NoRoom(int error, std::int64_t size) {
    return FileError(error, absl::StrCat("cannot make room for ", size,
                                         " bytes on the disk"));
  }

  // fallocate would clear all pages of the file now, which takes as long as the
  // file is large; they are cleared as they are written.
  absl::Status AllocateInMemory(std::int64_t size) {
    struct stat info = {};
    struct statfs file_system = {};
    if (fstat(fd_.get(), &info) != 0 || fstatfs(fd_.get(), &file_system) != 0) {
      return FileError(errno, "cannot look at the file");
    }
    const std::int64_t missing = size - std::int64_t{info.st_blocks} * 512;
    const auto free = static_cast<std::int64_t>(file_system.f_bavail) *
                      static_cast<std::int64_t>(file_system.f_bsize);
    // Without blocks it has no limit.
    if (file_system.f_blocks != 0 && missing > free) {
      return NoRoom(ENOSPC, size);
    }
    return info.st_size < size ? SetSize(size) : absl::OkStatus();
  }

  const UniqueFd fd_;
  const bool in_memory_;
};

}  // namespace

std::shared_ptr<TargetFile> OpenTargetFile(UniqueFd fd) {
  return std::make_shared<DescriptorTargetFile>(std::move(fd));
}

}  // namespace convoy
