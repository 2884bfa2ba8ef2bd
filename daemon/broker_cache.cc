#include "daemon/broker_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/owner_folder.h"
#include "daemon/owner_identity.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr absl::string_view kTemporaryPrefix = ".new-";
constexpr std::size_t kDigits = 40;

absl::Status Refused(v1::ErrorReason reason, const std::string& path,
                     absl::string_view why) {
  return Error(reason, v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path)
      .Status(absl::StrCat(path, " ", why));
}

bool IsLinkName(absl::string_view name) {
  absl::ConsumePrefix(&name, kTemporaryPrefix);
  return name.size() == kDigits &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

absl::StatusOr<UniqueFd> OpenFolder(const JobOwner& daemon,
                                    const std::string& folder) {
  CONVOY_RETURN_IF_ERROR(SplitAbsolutePath(folder).status());
  UniqueFd fd;
  {
    CONVOY_ASSIGN_OR_RETURN(const auto rights, OwnerIdentity::Take(daemon, {}));
    fd.reset(
        open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid()) return FileError(errno, folder, "open", daemon.uid);
  }
  struct stat found = {};
  if (fstat(fd.get(), &found) != 0) {
    return FileError(errno, folder, "look at", daemon.uid);
  }
  if (found.st_uid != daemon.uid || (found.st_mode & 0077) != 0) {
    return Refused(v1::ERROR_REASON_ACCESS_DENIED, folder,
                   absl::StrCat("is no cache: it must be uid ", daemon.uid,
                                "'s, with mode 0700"));
  }
  return fd;
}

absl::Status CheckName(const std::string& path, const std::string& name,
                       bool temporary) {
  if (IsLinkName(name) &&
      (!temporary || absl::StartsWith(name, kTemporaryPrefix))) {
    return absl::OkStatus();
  }
  return Refused(v1::ERROR_REASON_INVALID_ARGUMENT, path,
                 "is not the name of a link in the cache");
}

// May `file` get a name in the cache?
absl::Status CheckFile(int file, const JobOwner& owner,
                       const std::string& path) {
  struct stat found = {};
  const int flags = fcntl(file, F_GETFL);
  if (flags < 0 || fstat(file, &found) != 0) {
    return FileError(errno, path, "link", owner.uid);
  }
  CONVOY_RETURN_IF_ERROR(CheckPlain(found, path));
  if (found.st_uid != owner.uid) {
    return Refused(v1::ERROR_REASON_ACCESS_DENIED, path,
                   absl::StrCat("would be a link of a file of uid ",
                                found.st_uid, ", not of uid ", owner.uid));
  }
  if ((flags & O_PATH) != 0 || (found.st_mode & (S_ISUID | S_ISGID)) != 0) {
    return Refused(v1::ERROR_REASON_ACCESS_DENIED, path,
                   "would be a link of a file that nobody has read, or of a "
                   "program with others' rights");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status LinkIntoCache(const JobOwner& daemon, const JobOwner& owner,
                           int file, const std::string& folder,
                           const std::string& name) {
  const std::string path = absl::StrCat(folder, "/", name);
  CONVOY_RETURN_IF_ERROR(CheckName(path, name, true));
  CONVOY_RETURN_IF_ERROR(CheckFile(file, owner, path));
  CONVOY_ASSIGN_OR_RETURN(const UniqueFd opened, OpenFolder(daemon, folder));
  unlinkat(opened.get(), name.c_str(), 0);
  // By the descriptor, not by a path: what was checked is what is linked.
  if (linkat(AT_FDCWD, absl::StrCat("/proc/self/fd/", file).c_str(),
             opened.get(), name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return FileError(errno, path, "link", owner.uid);
  }
  return absl::OkStatus();
}

absl::StatusOr<UniqueFd> OpenInCache(const JobOwner& daemon, uid_t min_uid,
                                     const std::string& folder,
                                     const std::string& name) {
  const std::string path = absl::StrCat(folder, "/", name);
  CONVOY_RETURN_IF_ERROR(CheckName(path, name, false));
  CONVOY_ASSIGN_OR_RETURN(const UniqueFd opened, OpenFolder(daemon, folder));
  struct stat found = {};
  // Looked at first, as merely opening a device can do something.
  if (fstatat(opened.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
    return FileError(errno, path, "open", daemon.uid);
  }
  CONVOY_RETURN_IF_ERROR(CheckPlain(found, path));
  UniqueFd fd(
      openat(opened.get(), name.c_str(),
             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd.valid() || fstat(fd.get(), &found) != 0) {
    return FileError(errno, path, "open", daemon.uid);
  }
  CONVOY_RETURN_IF_ERROR(CheckPlain(found, path));
  if (found.st_uid != daemon.uid && found.st_uid < min_uid) {
    return Refused(v1::ERROR_REASON_ACCESS_DENIED, path,
                   absl::StrCat("is uid ", found.st_uid,
                                "'s, whom the broker does not serve"));
  }
  return fd;
}

}  // namespace convoy
