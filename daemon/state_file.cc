#include "daemon/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

Error StoreError(const std::string& path) {
  return Error(v1::ERROR_REASON_STORE_UNAVAILABLE,
               v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .LocalPath(path);
}

absl::Status SystemError(const std::string& path, absl::string_view what) {
  const int error = errno;
  return StoreError(path).Status(
      absl::StrCat(what, " ", path, ": ", std::strerror(error)));
}

absl::Status Untrusted(const std::string& path, absl::string_view why) {
  return StoreError(path).StatusWithCode(absl::StatusCode::kFailedPrecondition,
                                         absl::StrCat(path, " ", why));
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A new name is there after a power loss only if its folder was synced.
absl::Status SyncFolder(const std::string& folder) {
  const UniqueFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) {
    return SystemError(folder, "cannot sync");
  }
  return absl::OkStatus();
}

absl::Status PrepareFolder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0700) == 0) {
    CONVOY_RETURN_IF_ERROR(SyncFolder(FolderOf(folder)));
  } else if (errno != EEXIST) {
    return SystemError(folder, "cannot make the state directory");
  }
  struct stat found = {};
  if (stat(folder.c_str(), &found) != 0) {
    return SystemError(folder, "cannot read the state directory");
  }
  if (!S_ISDIR(found.st_mode)) return Untrusted(folder, "is no folder");
  if (found.st_uid != geteuid() && found.st_uid != 0) {
    return Untrusted(folder, absl::StrCat("belongs to uid ", found.st_uid,
                                          ": use a folder of uid ", geteuid()));
  }
  const bool others_write =
      (found.st_mode & S_IWOTH) != 0 ||
      ((found.st_mode & S_IWGRP) != 0 && found.st_gid != getegid());
  if (others_write) {
    return Untrusted(folder, "may be written by others: chmod 700 it");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PrepareStateFile(const std::string& path) {
  const std::string folder = FolderOf(path);
  CONVOY_RETURN_IF_ERROR(PrepareFolder(folder));
  const UniqueFd created(
      open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (created.valid()) {
    if (fchmod(created.get(), 0600) != 0) return SystemError(path, "chmod 600");
    return SyncFolder(folder);
  }
  if (errno != EEXIST) return SystemError(path, "cannot make");

  struct stat found = {};
  if (lstat(path.c_str(), &found) != 0) return SystemError(path, "cannot read");
  if (!S_ISREG(found.st_mode)) return Untrusted(path, "is no plain file");
  if (found.st_uid != geteuid()) {
    return Untrusted(path, absl::StrCat("belongs to uid ", found.st_uid,
                                        ": run convoyd as that user, or chown "
                                        "the file"));
  }
  if ((found.st_mode & 0777) != 0600) {
    LogWarning(path, " could be read by others: its mode is now 0600");
    if (chmod(path.c_str(), 0600) != 0) return SystemError(path, "chmod 600");
  }
  return absl::OkStatus();
}

bool HasContent(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0 && found.st_size > 0;
}

}  // namespace convoy
