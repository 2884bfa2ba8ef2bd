#include "daemon/owner_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

Error LocalError(v1::ErrorReason reason, const std::string& path) {
  return Error(reason, v1::ERROR_CONTEXT_LOCAL_FILE).LocalPath(path);
}

v1::ErrorReason ReasonOf(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return v1::ERROR_REASON_ACCESS_DENIED;
    case ENOENT:
    case ENOTDIR:
      return v1::ERROR_REASON_PATH_NOT_FOUND;
    case ELOOP:
    case EISDIR:
    case ENXIO:
      return v1::ERROR_REASON_PATH_NOT_REGULAR;
    case ENOSPC:
    case EDQUOT:
      return v1::ERROR_REASON_DISK_FULL;
    case EROFS:
      return v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM;
    case ENAMETOOLONG:
      return v1::ERROR_REASON_INVALID_ARGUMENT;
    default:
      return v1::ERROR_REASON_LOCAL_FILE_IO;
  }
}

std::string Advice(v1::ErrorReason reason, uid_t uid) {
  switch (reason) {
    case v1::ERROR_REASON_ACCESS_DENIED:
      return absl::StrCat("; uid ", uid, " needs the right to do this");
    case v1::ERROR_REASON_PATH_NOT_FOUND:
      return "; it must exist";
    case v1::ERROR_REASON_PATH_NOT_REGULAR:
      return "; name a plain file in a real folder";
    case v1::ERROR_REASON_DISK_FULL:
      return "; make room, or raise the quota";
    case v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM:
      return "; name a folder on another file system";
    case v1::ERROR_REASON_INVALID_ARGUMENT:
      return "; choose a shorter name";
    default:
      return "";
  }
}

// File systems whose files are doors into the kernel or into other processes:
// what a file there does is decided by who reads or writes, which the daemon
// does later, with its own rights.
bool IsKernelFileSystem(const struct statfs& system) {
  switch (static_cast<std::uint32_t>(system.f_type)) {
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case DEBUGFS_MAGIC:
    case TRACEFS_MAGIC:
    case SECURITYFS_MAGIC:
    case SELINUX_MAGIC:
    case SMACK_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
    case BPF_FS_MAGIC:
    case EFIVARFS_MAGIC:
    case PSTOREFS_MAGIC:
    case BINFMTFS_MAGIC:
    case DEVPTS_SUPER_MAGIC:
    case 0x62656570:  // configfs
    case 0x65735543:  // fusectl
      return true;
    default:
      return false;
  }
}

bool KeepsOwners(const struct statfs& system) {
  switch (static_cast<std::uint32_t>(system.f_type)) {
    case MSDOS_SUPER_MAGIC:
    case EXFAT_SUPER_MAGIC:
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case CIFS_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case FUSE_SUPER_MAGIC:
    case V9FS_MAGIC:
    case AFS_SUPER_MAGIC:
    case AFS_FS_MAGIC:
    case 0x5346544e:  // ntfs
    case 0x7366746e:  // ntfs3
    case 0x786f4256:  // vboxsf
      return false;
    default:
      return true;
  }
}

// The file system of an open file, which must not be one of the kernel's.
absl::StatusOr<struct statfs> UsableFileSystem(int fd, const std::string& path,
                                               uid_t uid) {
  struct statfs system = {};
  if (fstatfs(fd, &system) != 0) return FileError(errno, path, "look at", uid);
  if (IsKernelFileSystem(system)) {
    return LocalError(v1::ERROR_REASON_PATH_NOT_REGULAR, path)
        .Status(absl::StrCat(path,
                             " lies in a file system of the kernel's, which "
                             "jobs cannot use; name a plain file elsewhere"));
  }
  return system;
}

absl::string_view KindOf(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFLNK:
      return "a symbolic link";
    case S_IFDIR:
      return "a folder";
    case S_IFIFO:
      return "a FIFO";
    case S_IFSOCK:
      return "a socket";
    case S_IFCHR:
    case S_IFBLK:
      return "a device";
    default:
      return "something unknown";
  }
}

absl::Status InvalidPath(const std::string& path, absl::string_view why) {
  return LocalError(v1::ERROR_REASON_INVALID_ARGUMENT, path)
      .Status(absl::StrCat("the path \"", path, "\" ", why));
}

// openat2(2); the C library has no name for it.
int OpenAt2(int folder, const char* path, std::uint64_t flags,
            std::uint64_t resolve) {
  struct open_how how = {};
  how.flags = flags;
  how.resolve = resolve;
  return static_cast<int>(
      syscall(SYS_openat2, folder, path, &how, sizeof(how)));
}

}  // namespace

absl::StatusOr<SplitPath> SplitAbsolutePath(const std::string& path) {
  if (path.empty() || path[0] != '/') {
    return InvalidPath(path, "is not absolute; begin it with a slash");
  }
  if (path.size() >= PATH_MAX) {
    return InvalidPath(path, "is too long; 4,095 bytes are allowed");
  }
  if (path.find('\0') != std::string::npos) {
    return InvalidPath(path, "holds a NUL byte");
  }
  if (path.back() == '/') {
    return InvalidPath(path, "names a folder; name a file in it");
  }
  for (const absl::string_view component : absl::StrSplit(path, '/')) {
    if (component == "." || component == "..") {
      return InvalidPath(
          path, "has a \".\" or \"..\" component; write it without them");
    }
  }
  const std::size_t slash = path.rfind('/');
  return SplitPath{slash == 0 ? "/" : path.substr(0, slash),
                   path.substr(slash + 1)};
}

absl::Status FileError(int error, const std::string& path,
                       absl::string_view doing, uid_t uid) {
  const v1::ErrorReason reason = ReasonOf(error);
  return LocalError(reason, path)
      .Status(absl::StrCat("cannot ", doing, " ", path, ": ",
                           std::strerror(error), Advice(reason, uid)));
}

absl::Status CheckPlain(const struct stat& found, const std::string& path) {
  if (S_ISREG(found.st_mode)) return absl::OkStatus();
  return LocalError(v1::ERROR_REASON_PATH_NOT_REGULAR, path)
      .Status(absl::StrCat(path, " is ", KindOf(found.st_mode),
                           "; remove it, or name a plain file"));
}

absl::StatusOr<OwnerFolder> OwnerFolder::Open(const std::string& folder,
                                              uid_t uid) {
  UniqueFd fd(OpenAt2(AT_FDCWD, folder.c_str(),
                      O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_MAGICLINKS));
  if (!fd.valid()) {
    if (errno == ENOSYS) {
      return LocalError(v1::ERROR_REASON_LOCAL_FILE_IO, folder)
          .Status("this kernel has no openat2: Linux 5.6 or newer is needed");
    }
    return FileError(errno, folder, "open the folder", uid);
  }
  OwnerFolder opened(std::move(fd), folder, uid);
  CONVOY_ASSIGN_OR_RETURN(const struct statfs system,
                          UsableFileSystem(opened.fd_.get(), folder, uid));
  opened.keeps_owners_ = KeepsOwners(system);
  if (fstat(opened.fd_.get(), &opened.stat_) != 0) {
    return FileError(errno, folder, "look at", uid);
  }
  return opened;
}

std::string OwnerFolder::PathOf(const std::string& name) const {
  return absl::StrCat(path_, path_ == "/" ? "" : "/", name);
}

absl::StatusOr<std::optional<struct stat>> OwnerFolder::Stat(
    const std::string& name) const {
  struct stat found = {};
  if (fstatat(fd_.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0) {
    return std::optional<struct stat>(found);
  }
  if (errno == ENOENT) return std::optional<struct stat>();
  return FileError(errno, PathOf(name), "look at", uid_);
}

absl::StatusOr<std::vector<std::string>> OwnerFolder::Names(
    std::size_t max) const {
  UniqueFd fd(openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return FileError(errno, path_, "read the folder", uid_);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(fd.get()),
                                                    closedir);
  if (entries == nullptr) {
    return FileError(errno, path_, "read the folder", uid_);
  }
  fd.release();  // It is the DIR's.
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const struct dirent* const entry = readdir(entries.get());
    if (entry == nullptr) break;
    const absl::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == max) {
      return InvalidPath(path_, absl::StrCat("holds more than ", max,
                                             " names; name a smaller folder"));
    }
    names.emplace_back(name);
  }
  if (errno != 0) return FileError(errno, path_, "read the folder", uid_);
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<UniqueFd> OwnerFolder::OpenPlain(const std::string& name,
                                                int flags) const {
  const std::string path = PathOf(name);
  // Looked at first, as merely opening a device can do something.
  CONVOY_ASSIGN_OR_RETURN(const std::optional<struct stat> before, Stat(name));
  if (!before.has_value()) return FileError(ENOENT, path, "open", uid_);
  CONVOY_RETURN_IF_ERROR(CheckPlain(*before, path));
  UniqueFd fd(openat(fd_.get(), name.c_str(),
                     flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd.valid()) return FileError(errno, path, "open", uid_);
  struct stat found = {};
  if (fstat(fd.get(), &found) != 0) {
    return FileError(errno, path, "look at", uid_);
  }
  CONVOY_RETURN_IF_ERROR(CheckPlain(found, path));
  CONVOY_RETURN_IF_ERROR(UsableFileSystem(fd.get(), path, uid_).status());
  return fd;
}

absl::StatusOr<UniqueFd> OwnerFolder::Create(const std::string& name) const {
  UniqueFd fd(openat(fd_.get(), name.c_str(),
                     O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid() && errno != EEXIST) {
    return FileError(errno, PathOf(name), "make", uid_);
  }
  return fd;
}

absl::Status OwnerFolder::Remove(const std::string& name) const {
  if (unlinkat(fd_.get(), name.c_str(), 0) == 0 || errno == ENOENT) {
    return absl::OkStatus();
  }
  return FileError(errno, PathOf(name), "remove", uid_);
}

absl::Status OwnerFolder::Rename(const std::string& from,
                                 const std::string& to) const {
  if (renameat(fd_.get(), from.c_str(), fd_.get(), to.c_str()) == 0) {
    return absl::OkStatus();
  }
  return FileError(errno, PathOf(to), "give a file the name", uid_);
}

absl::Status OwnerFolder::Sync(int file) const {
  const UniqueFd readable(
      openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  int result = 0;
  if (readable.valid()) {
    result = fsync(readable.get());
    // There are file systems that have nothing to sync in a folder.
    if (result != 0 && (errno == EINVAL || errno == EOPNOTSUPP)) result = 0;
  } else if (errno == EACCES) {
    // One may write into a folder without being allowed to read it. The whole
    // file system then.
    result = syncfs(file);
  } else {
    result = -1;
  }
  return result == 0 ? absl::OkStatus() : FileError(errno, path_, "sync", uid_);
}

absl::Status OwnerFolder::CheckWritable() const {
  // faccessat2(2), as the C library's faccessat() does not know of file-system
  // uids where the kernel is older than 5.8; there the file's making will tell.
  if (syscall(SYS_faccessat2, fd_.get(), ".", W_OK | X_OK, AT_EACCESS) == 0 ||
      errno == ENOSYS) {
    return absl::OkStatus();
  }
  return FileError(errno, path_, "make files in", uid_);
}

}  // namespace convoy
