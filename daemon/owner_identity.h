#ifndef CONVOY_DAEMON_OWNER_IDENTITY_H_
#define CONVOY_DAEMON_OWNER_IDENTITY_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/job.h"

namespace convoy {

// Lends the calling thread the rights of a user on files: file-system uid and
// gid and supplementary groups; the capabilities that override file permissions
// go with the uid. Other threads are not touched, and no process of that user
// can signal or trace this thread.
//
// Used and destroyed by the thread that made it, and not nested. When the
// thread cannot get its own rights back, the process ends at once.
class OwnerIdentity {
 public:
  // Takes the identity until the result is destroyed. A daemon that does not
  // run as root has its own rights only, and nothing is changed. ACCESS_DENIED:
  // they are not the owner's, or the kernel refused.
  static absl::StatusOr<std::unique_ptr<OwnerIdentity>> Take(
      const JobOwner& owner, const std::vector<gid_t>& groups);
  ~OwnerIdentity();
  OwnerIdentity(const OwnerIdentity&) = delete;
  OwnerIdentity& operator=(const OwnerIdentity&) = delete;

 private:
  struct Saved {
    uid_t uid;
    gid_t gid;
    // Absent: not changed.
    std::optional<std::vector<gid_t>> groups;
  };

  explicit OwnerIdentity(std::unique_ptr<Saved> saved);
  bool TakeGroups(const std::vector<gid_t>& groups);

  const std::unique_ptr<Saved> saved_;  // Null: nothing was changed.
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_OWNER_IDENTITY_H_
