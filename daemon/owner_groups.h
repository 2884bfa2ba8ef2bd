#ifndef CONVOY_DAEMON_OWNER_GROUPS_H_
#define CONVOY_DAEMON_OWNER_GROUPS_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "daemon/job.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"

namespace convoy {

// The supplementary groups of owners, believed for a minute: the lookup may ask
// a directory server. Thread-safe.
class OwnerGroups {
 public:
  using Lookup = std::function<std::vector<gid_t>(const JobOwner& owner)>;

  // `clock` is not owned and must outlive this.
  OwnerGroups(const Clock& clock, Lookup lookup);

  std::vector<gid_t> GroupsOf(const JobOwner& owner);

 private:
  struct Entry {
    std::vector<gid_t> groups;
    absl::Duration looked_up;
  };

  const Clock& clock_;
  const Lookup lookup_;
  Mutex mutex_;
  std::map<std::pair<uid_t, gid_t>, Entry> known_ ABSL_GUARDED_BY(mutex_);
};

// getgrouplist(3) for the name of the uid. Without a name: no groups.
std::vector<gid_t> LookUpGroups(const JobOwner& owner);

}  // namespace convoy

#endif  // CONVOY_DAEMON_OWNER_GROUPS_H_
