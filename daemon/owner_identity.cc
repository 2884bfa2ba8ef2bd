#include "daemon/owner_identity.h"

#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/base/log.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// setfsuid(2) with an impossible uid changes nothing and tells the present one.
uid_t FileSystemUid() {
  return static_cast<uid_t>(setfsuid(static_cast<uid_t>(-1)));
}
gid_t FileSystemGid() {
  return static_cast<gid_t>(setfsgid(static_cast<gid_t>(-1)));
}

bool SetFileSystemUid(uid_t uid) {
  setfsuid(uid);
  return FileSystemUid() == uid;
}

bool SetFileSystemGid(gid_t gid) {
  setfsgid(gid);
  return FileSystemGid() == gid;
}

// The system calls themselves: the C library's setgroups() would change all
// threads.
bool SetThreadGroups(const std::vector<gid_t>& groups) {
  return syscall(SYS_setgroups, groups.size(), groups.data()) == 0;
}

bool GetThreadGroups(std::vector<gid_t>* groups) {
  const long count = syscall(SYS_getgroups, 0, nullptr);
  if (count < 0) return false;
  groups->resize(static_cast<std::size_t>(count));
  return syscall(SYS_getgroups, groups->size(), groups->data()) == count;
}

// The kernel takes these away with the file-system uid 0, unless somebody set
// the secure bit SECBIT_NO_SETUID_FIXUP.
bool OverridesFilePermissions() {
  constexpr std::uint32_t kOverriding =
      1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH |
      1u << CAP_FOWNER | 1u << CAP_FSETID;
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capget, &header, data) != 0) return true;
  return (data[0].effective & kOverriding) != 0;
}

absl::Status Denied(const std::string& message) {
  return Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_LOCAL_FILE)
      .Status(message);
}

}  // namespace

OwnerIdentity::OwnerIdentity(std::unique_ptr<Saved> saved)
    : saved_(std::move(saved)) {}

absl::StatusOr<std::unique_ptr<OwnerIdentity>> OwnerIdentity::Take(
    const JobOwner& owner, const std::vector<gid_t>& groups) {
  const uid_t self = geteuid();
  if (self != 0) {
    if (owner.uid == self) {
      return std::unique_ptr<OwnerIdentity>(new OwnerIdentity(nullptr));
    }
    return Denied(absl::StrCat("this convoyd runs as uid ", self,
                               " and cannot touch files of uid ", owner.uid,
                               ": use the machine's convoyd"));
  }
  // From here on its destructor restores what was changed.
  std::unique_ptr<OwnerIdentity> identity(new OwnerIdentity(
      std::make_unique<Saved>(Saved{FileSystemUid(), FileSystemGid(), {}})));
  if ((owner.uid != 0 && !identity->TakeGroups(groups)) ||
      !SetFileSystemGid(owner.gid) || !SetFileSystemUid(owner.uid) ||
      (owner.uid != 0 && OverridesFilePermissions())) {
    return Denied(absl::StrCat(
        "convoyd cannot take the rights of uid ", owner.uid,
        ": it needs the capabilities CAP_SETUID and CAP_SETGID, and the secure "
        "bit no-setuid-fixup must be off"));
  }
  return identity;
}

bool OwnerIdentity::TakeGroups(const std::vector<gid_t>& groups) {
  std::vector<gid_t> own;
  if (!GetThreadGroups(&own) || !SetThreadGroups(groups)) return false;
  saved_->groups = std::move(own);
  return true;
}

OwnerIdentity::~OwnerIdentity() {
  if (saved_ == nullptr) return;
  if (SetFileSystemUid(saved_->uid) && SetFileSystemGid(saved_->gid) &&
      (!saved_->groups.has_value() || SetThreadGroups(*saved_->groups))) {
    return;
  }
  // To go on as another user would be a danger to both.
  LogError("the thread cannot get its own rights back");
  std::abort();
}

}  // namespace convoy
