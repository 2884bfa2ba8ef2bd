#include "daemon/owner_groups.h"

#include <grp.h>

#include <cstddef>
#include <string>

#include "daemon/user_names.h"

namespace convoy {
namespace {

constexpr absl::Duration kBelieved = absl::Minutes(1);
constexpr std::size_t kMaxOwners = 1024;
constexpr int kMaxGroups = 65536;  // NGROUPS_MAX of the kernel.

}  // namespace

OwnerGroups::OwnerGroups(const Clock& clock, Lookup lookup)
    : clock_(clock), lookup_(std::move(lookup)) {}

std::vector<gid_t> OwnerGroups::GroupsOf(const JobOwner& owner) {
  const std::pair<uid_t, gid_t> key(owner.uid, owner.gid);
  const absl::Duration now = clock_.Monotonic();
  {
    MutexLock lock(&mutex_);
    const auto found = known_.find(key);
    if (found != known_.end() && now - found->second.looked_up < kBelieved) {
      return found->second.groups;
    }
  }
  std::vector<gid_t> groups = lookup_(owner);
  MutexLock lock(&mutex_);
  if (known_.size() >= kMaxOwners) known_.clear();
  known_[key] = {groups, now};
  return groups;
}

std::vector<gid_t> LookUpGroups(const JobOwner& owner) {
  const std::string name = LookUpUserName(owner.uid);
  if (name.empty()) return {};
  std::vector<gid_t> groups(64);
  int count = static_cast<int>(groups.size());
  while (getgrouplist(name.c_str(), owner.gid, groups.data(), &count) < 0) {
    if (groups.size() >= kMaxGroups) return {};
    groups.resize(groups.size() * 4);
    count = static_cast<int>(groups.size());
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

}  // namespace convoy
