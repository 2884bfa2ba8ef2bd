#include "peer/file_link.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr absl::string_view kTemporaryPrefix = ".new-";
constexpr std::size_t kIdSize = 20;
constexpr std::int64_t kStatBlock = 512;  // stat(2), whatever the file system.

int SystemClone(int destination, int source) {
  return ioctl(destination, FICLONE, source);
}

absl::Status LocalError(v1::ErrorReason reason, absl::string_view message) {
  return Error(reason, v1::ERROR_CONTEXT_LOCAL_FILE).Status(message);
}

absl::Status SystemError(int error, absl::string_view doing) {
  v1::ErrorReason reason = v1::ERROR_REASON_LOCAL_FILE_IO;
  // ELOOP: what stands there is a symbolic link, and so not ours.
  if (error == ENOENT || error == ELOOP) {
    reason = v1::ERROR_REASON_PATH_NOT_FOUND;
  } else if (error == EACCES || error == EPERM) {
    reason = v1::ERROR_REASON_ACCESS_DENIED;
  } else if (error == ENOSPC || error == EDQUOT) {
    reason = v1::ERROR_REASON_DISK_FULL;
  } else if (error == EROFS) {
    reason = v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM;
  }
  return LocalError(reason, absl::ErrnoToStatus(error, doing).message());
}

std::string LinkName(absl::string_view content_id) {
  return absl::BytesToHexString(content_id);
}

std::string TemporaryName(const std::string& name) {
  return absl::StrCat(kTemporaryPrefix, name);
}

// The id of a link's name; empty: another program's file.
std::string IdOfName(absl::string_view name) {
  const bool is_id =
      name.size() == 2 * kIdSize &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isxdigit(static_cast<unsigned char>(c)) &&
               !absl::ascii_isupper(static_cast<unsigned char>(c));
      });
  return is_id ? absl::HexStringToBytes(name) : "";
}

absl::Status Changed() {
  return LocalError(v1::ERROR_REASON_LOCAL_FILE_CHANGED,
                    "the file was written while it was linked");
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

// The names in `folder`, which may be read once.
absl::StatusOr<std::vector<std::string>> NamesIn(UniqueFd folder) {
  const std::unique_ptr<DIR, CloseFolder> stream(fdopendir(folder.get()));
  if (stream == nullptr) {
    return SystemError(errno, "cannot list the cache's folder");
  }
  folder.release();  // The stream closes it.
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const struct dirent* const entry = readdir(stream.get());
    if (entry == nullptr) break;
    names.emplace_back(entry->d_name);
  }
  if (errno != 0) return SystemError(errno, "cannot list the cache's folder");
  return names;
}

}  // namespace

FileLinkFolder::FileLinkFolder(std::string path)
    : FileLinkFolder(std::move(path), SystemClone) {}

FileLinkFolder::FileLinkFolder(std::string path, Helper helper)
    : path_(std::move(path)), clone_(SystemClone), helper_(std::move(helper)) {}

FileLinkFolder::FileLinkFolder(std::string path, Clone clone)
    : path_(std::move(path)), clone_(std::move(clone)) {}

absl::StatusOr<UniqueFd> FileLinkFolder::OpenFolder(bool make) const {
  const std::string doing = absl::StrCat("cannot open ", path_);
  if (make && mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) {
    return SystemError(errno, absl::StrCat("cannot make ", path_));
  }
  UniqueFd folder(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return SystemError(errno, doing);
  struct stat found = {};
  if (fstat(folder.get(), &found) != 0) return SystemError(errno, doing);
  if (found.st_uid != geteuid()) {
    return LocalError(
        v1::ERROR_REASON_ACCESS_DENIED,
        absl::StrCat(path_, " belongs to uid ", found.st_uid,
                     ": give the cache a folder of uid ", geteuid()));
  }
  if ((found.st_mode & 0077) != 0) {
    return LocalError(
        v1::ERROR_REASON_ACCESS_DENIED,
        absl::StrCat("others may enter ", path_, ": chmod 700 it"));
  }
  return folder;
}

absl::StatusOr<HeldFile> FileLinkFolder::Reflink(
    int folder, int fd, const std::string& name) const {
  const std::string temporary = TemporaryName(name);
  unlinkat(folder, temporary.c_str(), 0);
  const UniqueFd copy(openat(folder, temporary.c_str(),
                             O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                             0600));
  if (!copy.valid()) return SystemError(errno, "reflink");
  // Synced: after a power loss the name must not stand for a shorter copy.
  if (clone_(copy.get(), fd) != 0 || fsync(copy.get()) != 0 ||
      renameat(folder, temporary.c_str(), folder, name.c_str()) != 0) {
    const int error = errno;
    unlinkat(folder, temporary.c_str(), 0);
    return SystemError(error, "reflink");
  }
  HeldFile held;
  held.holding = ContentHolding::kReflink;
  CONVOY_ASSIGN_OR_RETURN(held.identity, StampOf(copy.get()));
  return held;
}

absl::StatusOr<HeldFile> FileLinkFolder::HardLink(
    int folder, int fd, uid_t owner, const std::string& name) const {
  HeldFile held;
  held.holding = ContentHolding::kHardLink;
  CONVOY_ASSIGN_OR_RETURN(held.identity, StampOf(fd));
  struct stat found = {};
  if (fstat(fd, &found) != 0) return SystemError(errno, "hard link");
  if (found.st_uid != owner) {
    return LocalError(v1::ERROR_REASON_ACCESS_DENIED,
                      absl::StrCat("hard link: the file is uid ", found.st_uid,
                                   "'s, not uid ", owner, "'s"));
  }
  const std::string temporary = TemporaryName(name);
  unlinkat(folder, temporary.c_str(), 0);
  if (helper_.link) {
    CONVOY_RETURN_IF_ERROR(helper_.link(fd, owner, path_, temporary));
    // By the descriptor, not by a path: what was checked is what is linked.
  } else if (linkat(AT_FDCWD, absl::StrCat("/proc/self/fd/", fd).c_str(),
                    folder, temporary.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return SystemError(errno, "hard link");
  }
  // A link that cannot be opened later is of no use.
  const absl::StatusOr<UniqueFd> reopened = OpenLink(folder, temporary);
  if (!reopened.ok()) {
    unlinkat(folder, temporary.c_str(), 0);
    return reopened.status();
  }
  if (renameat(folder, temporary.c_str(), folder, name.c_str()) != 0) {
    const int error = errno;
    unlinkat(folder, temporary.c_str(), 0);
    return SystemError(error, "hard link");
  }
  // A rename onto another name of the same file does nothing.
  unlinkat(folder, temporary.c_str(), 0);
  return held;
}

absl::StatusOr<HeldFile> FileLinkFolder::Add(
    int fd, uid_t owner, absl::string_view content_id) const {
  CONVOY_ASSIGN_OR_RETURN(const FileIdentityStamp before, StampOf(fd));
  const std::string name = LinkName(content_id);
  const absl::StatusOr<UniqueFd> folder = OpenFolder(true);
  std::string why(folder.status().message());
  if (folder.ok()) {
    absl::StatusOr<HeldFile> held = Reflink(folder->get(), fd, name);
    if (!held.ok()) {
      why = absl::StrCat(held.status().message(), "; ");
      held = HardLink(folder->get(), fd, owner, name);
    }
    if (held.ok() && held->identity.size == before.size &&
        StillSame(fd, before)) {
      return held;
    }
    // What is there is of an older file, or of bytes that nobody checked.
    unlinkat(folder->get(), name.c_str(), 0);
    if (held.ok()) return Changed();
    absl::StrAppend(&why, held.status().message());
  }
  struct stat found = {};
  if (fstat(fd, &found) != 0) return SystemError(errno, "cannot look at it");
  if (found.st_nlink == 0) {
    return LocalError(v1::ERROR_REASON_PATH_NOT_FOUND,
                      absl::StrCat("the file is gone, and not linked: ", why));
  }
  return HeldFile{ContentHolding::kFinalPath, before, why};
}

absl::StatusOr<UniqueFd> FileLinkFolder::Open(
    absl::string_view content_id) const {
  CONVOY_ASSIGN_OR_RETURN(const UniqueFd folder, OpenFolder(false));
  return OpenLink(folder.get(), LinkName(content_id));
}

absl::StatusOr<UniqueFd> FileLinkFolder::OpenLink(
    int folder, const std::string& name) const {
  // Not blocking: whatever somebody put there.
  UniqueFd fd(
      openat(folder, name.c_str(),
             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (fd.valid()) return fd;
  const int error = errno;
  if (helper_.open && (error == EACCES || error == EPERM)) {
    return helper_.open(path_, name);
  }
  return SystemError(error, "cannot open the link");
}

absl::Status FileLinkFolder::Remove(absl::string_view content_id) const {
  const absl::StatusOr<UniqueFd> folder = OpenFolder(false);
  if (ErrorDetailOf(folder.status()).reason() ==
      v1::ERROR_REASON_PATH_NOT_FOUND) {
    return absl::OkStatus();
  }
  CONVOY_RETURN_IF_ERROR(folder.status());
  if (unlinkat(folder->get(), LinkName(content_id).c_str(), 0) != 0 &&
      errno != ENOENT) {
    return SystemError(errno, "cannot remove the link");
  }
  return absl::OkStatus();
}

absl::StatusOr<int> FileLinkFolder::RemoveAllBut(
    const std::vector<std::string>& content_ids) const {
  CONVOY_ASSIGN_OR_RETURN(const UniqueFd folder, OpenFolder(false));
  CONVOY_ASSIGN_OR_RETURN(UniqueFd listed, OpenFolder(false));
  CONVOY_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          NamesIn(std::move(listed)));
  int removed = 0;
  for (const std::string& name : names) {
    absl::string_view link = name;
    const bool temporary = absl::ConsumePrefix(&link, kTemporaryPrefix);
    const std::string id = IdOfName(link);
    if (id.empty()) continue;
    if (!temporary &&
        std::binary_search(content_ids.begin(), content_ids.end(), id)) {
      continue;
    }
    if (unlinkat(folder.get(), name.c_str(), 0) == 0) ++removed;
  }
  return removed;
}

absl::StatusOr<std::vector<LinkUse>> FileLinkFolder::Measure(
    const std::vector<std::string>& content_ids) const {
  CONVOY_ASSIGN_OR_RETURN(const UniqueFd folder, OpenFolder(false));
  std::vector<LinkUse> uses;
  uses.reserve(content_ids.size());
  for (const std::string& id : content_ids) {
    LinkUse use;
    struct stat found = {};
    if (fstatat(folder.get(), LinkName(id).c_str(), &found,
                AT_SYMLINK_NOFOLLOW) == 0) {
      use.exists = true;
      use.shared = found.st_nlink > 1;
      use.allocated_bytes = found.st_blocks * kStatBlock;
    } else if (errno != ENOENT) {
      return SystemError(errno, "cannot look at a link");
    }
    uses.push_back(use);
  }
  return uses;
}

absl::StatusOr<FileSystemSpace> FileLinkFolder::Space() const {
  CONVOY_ASSIGN_OR_RETURN(const UniqueFd folder, OpenFolder(false));
  struct statvfs found = {};
  if (fstatvfs(folder.get(), &found) != 0) {
    return SystemError(errno, "cannot read the free space");
  }
  const auto unit = static_cast<std::int64_t>(found.f_frsize);
  return FileSystemSpace{static_cast<std::int64_t>(found.f_blocks) * unit,
                         static_cast<std::int64_t>(found.f_bavail) * unit};
}

absl::StatusOr<std::uint64_t> FileLinkFolder::Device() const {
  CONVOY_ASSIGN_OR_RETURN(const UniqueFd folder, OpenFolder(false));
  struct stat found = {};
  if (fstat(folder.get(), &found) != 0) {
    return SystemError(errno, "cannot look at the cache's folder");
  }
  return std::uint64_t{found.st_dev};
}

}  // namespace convoy
