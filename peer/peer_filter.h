#ifndef CONVOY_PEER_PEER_FILTER_H_
#define CONVOY_PEER_PEER_FILTER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/ip_address.h"
#include "peer/network_interface.h"
#include "peer/swarm_settings.h"

namespace convoy {

// What the configuration says of where peers may be: the keys
// swarm.download_mode, swarm.interfaces, swarm.allowed_networks and
// swarm.peer_selection, and what is known of the machine.
struct PeerRules {
  DownloadMode mode = DownloadMode::kLan;
  PeerSelection selection = PeerSelection::kAll;
  // SwarmSettings.refused.
  std::string refused;
  std::string refused_policy;
  std::vector<std::string> interfaces;  // Names; "*" and "?" match.
  std::vector<IpNetwork> allowed_networks;
};

// INVALID_ARGUMENT with a sentence: a name that no interface can have, a
// network that is none.
absl::StatusOr<PeerRules> MakePeerRules(const SwarmSettings& settings);

// The same for one item of each key.
absl::Status CheckInterfacePattern(absl::string_view text);
absl::Status CheckNetwork(absl::string_view text);
// swarm.peers: HOST:PORT.
absl::Status CheckPeer(absl::string_view text);

// Which addresses may be peers, by the rules and by the machine's interfaces as
// they were when it was made. Make a new one when they change: that costs some
// microseconds for each address of the machine. Immutable, so any thread.
//
// It fails closed: where no interface that the rules allow is up, nothing may
// be a peer. Networks of interfaces that are not used are refused, too,
// whatever else allows them: peers are met over the used interfaces only.
// Loopback is used only when it is named, without "*" and "?".
class PeerFilter {
 public:
  // An address of this machine that peers may be met on.
  struct LocalAddress {
    IpAddress address;
    int prefix_length = 0;
    std::string interface;
    std::uint32_t interface_index = 0;
    bool multicast = false;  // Groups are reached from it.
  };
  // One step of the decision: it starts with "refused" for all addresses, and
  // the last step that holds the address wins.
  struct Step {
    IpNetwork network;
    bool allowed = false;
  };

  // Nothing may be a peer.
  PeerFilter() = default;
  PeerFilter(const PeerRules& rules,
             const std::vector<NetworkInterface>& interfaces);

  // False: there are no peers; `reason` is the sentence that says why, and
  // `policy` the configuration key that decides it.
  bool usable() const { return reason_.empty(); }
  const std::string& reason() const { return reason_; }
  const std::string& policy() const { return policy_; }

  // Where to listen. Empty if not usable().
  const std::vector<LocalAddress>& listen_addresses() const {
    return listen_addresses_;
  }
  bool MayBePeer(const IpAddress& address) const;
  // Of an address that may be a peer. In mode lan every one is kLan, also where
  // swarm.allowed_networks reaches further than the interfaces.
  PeerKind KindOf(const IpAddress& address, bool authenticated) const;
  // An interface that peers are met over.
  bool UsesInterface(std::uint32_t index) const;
  // MayBePeer without the scopes of link-local addresses, for filters of other
  // libraries.
  const std::vector<Step>& steps() const { return steps_; }

 private:
  // A network that an interface of this machine is in.
  struct OnLink {
    IpNetwork network;
    bool used = false;
    bool multicast = false;
  };

  void Refuse(absl::string_view reason, absl::string_view policy);
  void AddInterface(const NetworkInterface& interface, bool used);
  // What `selection` leaves of `allowed`. REQUIRES, here and below:
  // AddInterface was called for all.
  std::vector<IpNetwork> Selected(PeerSelection selection,
                                  const std::vector<IpNetwork>& allowed) const;
  void MakeSteps(const PeerRules& rules);

  DownloadMode mode_ = DownloadMode::kSimple;
  std::string reason_ = "peers are off";
  std::string policy_ = "swarm.download_mode";
  std::vector<LocalAddress> listen_addresses_;
  std::vector<OnLink> on_link_;  // The widest network first.
  std::vector<Step> steps_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_PEER_FILTER_H_
