#ifndef CONVOY_PEER_GROUP_MEMBERSHIP_H_
#define CONVOY_PEER_GROUP_MEMBERSHIP_H_

#include <memory>
#include <string>

#include "peer/base/clock.h"
#include "peer/group_identity.h"
#include "peer/swarm_settings.h"

namespace convoy {

// Whether this machine is of an authenticated group, and if not, why. A machine
// that is meant to be of one, and cannot, meets no peers at all. Any thread.
class GroupMembership {
 public:
  // Logs what is wrong. `clock` is not owned.
  GroupMembership(const SwarmSettings& settings, const Clock& clock);

  // An authority is configured: peers are members of its group, or there are
  // none.
  bool is_configured() const { return is_configured_; }
  // Null: not a member.
  const std::shared_ptr<const GroupIdentity>& identity() const {
    return identity_;
  }
  // Empty: not a member.
  std::string group_key() const {
    return identity_ == nullptr ? "" : identity_->group_key();
  }
  // Why members of a group cannot be met now, and the configuration key that
  // decides it. Empty: they can.
  std::string Refusal(std::string* policy) const;

 private:
  void Enter(const SwarmSettings& settings);
  void Refuse(std::string reason, std::string policy);

  const Clock& clock_;
  const bool is_configured_;
  std::shared_ptr<const GroupIdentity> identity_;
  std::string reason_;
  std::string policy_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_GROUP_MEMBERSHIP_H_
