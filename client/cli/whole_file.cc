#include "client/cli/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr int kMaxTries = 100;

v1::ErrorReason ReasonOf(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return v1::ERROR_REASON_PATH_NOT_FOUND;
    case EACCES:
    case EPERM:
      return v1::ERROR_REASON_ACCESS_DENIED;
    case ELOOP:
      return v1::ERROR_REASON_PATH_NOT_REGULAR;
    case ENOSPC:
    case EDQUOT:
      return v1::ERROR_REASON_DISK_FULL;
    case EROFS:
      return v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM;
    default:
      return v1::ERROR_REASON_LOCAL_FILE_IO;
  }
}

// A new file in the folder of the one that it shall become.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string folder) : folder_(std::move(folder)) {}
  ~TemporaryFile() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  absl::Status Create() {
    for (int i = 0; i < kMaxTries; ++i) {
      const std::string path =
          absl::StrCat(folder_, "/.convoy-publish-", getpid(), "-", i);
      fd_ = UniqueFd(
          open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
      if (fd_.valid()) {
        path_ = path;
        return absl::OkStatus();
      }
      if (errno != EEXIST) break;
    }
    return LocalFileError(errno, "create a file in", folder_);
  }

  absl::Status Write(absl::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return LocalFileError(errno, "write into", folder_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(fd_.get()) != 0) {
      return LocalFileError(errno, "write into", folder_);
    }
    return absl::OkStatus();
  }

  absl::Status Become(const std::string& path) {
    if (rename(path_.c_str(), path.c_str()) != 0) {
      return LocalFileError(errno, "replace", path);
    }
    path_.clear();
    const UniqueFd folder(
        open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid() || fsync(folder.get()) != 0) {
      return LocalFileError(errno, "write the folder", folder_);
    }
    return absl::OkStatus();
  }

 private:
  const std::string folder_;
  std::string path_;  // Empty: there is none.
  UniqueFd fd_;
};

bool IsAbsent(const absl::Status& status) {
  return ErrorDetailOf(status).reason() == v1::ERROR_REASON_PATH_NOT_FOUND;
}

absl::StatusOr<std::string> ReadAll(int fd, const std::string& path,
                                    std::size_t max_size) {
  std::string bytes;
  std::string buffer(64 << 10, '\0');
  while (true) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return LocalFileError(errno, "read", path);
    if (got == 0) return bytes;
    bytes.append(buffer, 0, static_cast<std::size_t>(got));
    if (bytes.size() > max_size) return LocalFileError(EFBIG, "read", path);
  }
}

}  // namespace

absl::Status LocalFileError(int error, absl::string_view doing,
                            const std::string& path) {
  return Error(ReasonOf(error), v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path)
      .Status(
          absl::ErrnoToStatus(error, absl::StrCat("cannot ", doing, " ", path))
              .message());
}

absl::StatusOr<UniqueFd> OpenPlainFile(const std::string& path,
                                       bool follow_link) {
  // O_NONBLOCK: a pipe without a writer would hold the call up.
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
                    (follow_link ? 0 : O_NOFOLLOW);
  UniqueFd fd(open(path.c_str(), flags));
  const bool is_link = !fd.valid() && errno == ELOOP;
  if (!fd.valid() && !is_link) return LocalFileError(errno, "open", path);
  struct stat info = {};
  if (is_link || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return Error(v1::ERROR_REASON_PATH_NOT_REGULAR,
                 v1::ERROR_CONTEXT_LOCAL_FILE)
        .LocalPath(path)
        .Status(absl::StrCat(path, " is no plain file"));
  }
  return fd;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          std::size_t max_size) {
  const absl::StatusOr<UniqueFd> fd = OpenPlainFile(path, false);
  if (!fd.ok()) {
    if (IsAbsent(fd.status())) return std::string();
    return fd.status();
  }
  return ReadAll(fd->get(), path, max_size);
}

absl::StatusOr<std::string> ReadKeyFile(const std::string& path,
                                        std::size_t max_size) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd.valid()) return LocalFileError(errno, "open", path);
  return ReadAll(fd.get(), path, max_size);
}

absl::StatusOr<bool> WriteWholeFile(const std::string& path,
                                    absl::string_view bytes) {
  const absl::StatusOr<UniqueFd> old = OpenPlainFile(path, false);
  if (!old.ok() && !IsAbsent(old.status())) return old.status();
  struct stat info = {};
  if (old.ok() && fstat(old->get(), &info) == 0 &&
      static_cast<std::size_t>(info.st_size) == bytes.size()) {
    CONVOY_ASSIGN_OR_RETURN(const std::string before,
                            ReadAll(old->get(), path, bytes.size()));
    if (before == bytes) return false;
  }
  TemporaryFile file(std::filesystem::path(path).parent_path().string());
  CONVOY_RETURN_IF_ERROR(file.Create());
  CONVOY_RETURN_IF_ERROR(file.Write(bytes));
  CONVOY_RETURN_IF_ERROR(file.Become(path));
  return true;
}

}  // namespace convoy
