#ifndef CONVOY_DAEMON_NETWORK_MANAGER_H_
#define CONVOY_DAEMON_NETWORK_MANAGER_H_

#include <optional>
#include <string>

#include "absl/time/time.h"

namespace convoy {

// The primary connection of NetworkManager, which the default route goes
// through: also a VPN that has no interface of its own, as IPsec by policies.
struct PrimaryConnection {
  // As NetworkManager names kinds: "802-3-ethernet", "vpn", "wireguard" ...
  // Empty: it does not run here, or has none.
  std::string type;
  std::string name;  // Of a VPN, as its user calls it. Empty: not told.

  bool IsVpn() const { return type == "vpn" || type == "wireguard"; }

  friend bool operator==(const PrimaryConnection& a,
                         const PrimaryConnection& b) {
    return a.type == b.type && a.name == b.name;
  }
};

// Asks NetworkManager over the system bus (D-Bus); does not start it. Empty
// where there is no bus, or nobody of that name. Nothing: it does not answer
// within `patience`, for which this blocks at most.
std::optional<PrimaryConnection> AskNetworkManager(
    absl::Duration patience = absl::Seconds(1));

}  // namespace convoy

#endif  // CONVOY_DAEMON_NETWORK_MANAGER_H_
