#ifndef CONVOY_PEER_BEACON_H_
#define CONVOY_PEER_BEACON_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/base/clock.h"
#include "peer/beacon_news.h"
#include "peer/group_identity.h"
#include "peer/network_interface.h"
#include "peer/peer_filter.h"

namespace convoy {

struct BeaconOptions {
  // Random, another one for each daemon, also on one machine.
  std::uint64_t machine = 0;
  // TCP, where peers dial. 0: not known yet; nothing is answered until then.
  int tcp_port = 0;
  // UDP, shared by the daemons of one machine.
  int beacon_port = 6772;
  PeerRules rules;
  // SwarmSettings.peers.
  std::vector<std::string> peers;
  // SwarmSettings.group_id, for open contents.
  std::string group_id;
  // Then only members of the group are heard and answered. Null: everybody is.
  std::shared_ptr<const GroupIdentity> identity;
  InterfaceReader read_interfaces = ReadNetworkInterfaces;
};

// Discovery: asks the machines of the allowed networks who has, or wants, a
// content, and answers their questions. Speaks only of what it was told by Want
// and Hold. How: peer/README.md, "Discovery".
//
// Any thread; no call waits for the network. `listener` is called on the
// beacon's own thread, without a lock: it may call the beacon, but must not
// destroy it. Networks that fail are no errors: counts() and filter() tell.
class Beacon {
 public:
  // Neither `clock` nor `listener` is owned; both must outlive the beacon.
  // INVALID_ARGUMENT: an item of `peers`; a certificate that leaves no room in
  // a datagram.
  static absl::StatusOr<std::unique_ptr<Beacon>> Start(
      BeaconOptions options, const Clock& clock, BeaconListener* listener);
  // No call of the listener runs or begins after this.
  ~Beacon();
  Beacon(const Beacon&) = delete;
  Beacon& operator=(const Beacon&) = delete;

  // Asks now, and again until Unwant. Others that were heard in the last 10 s
  // are reported at once. A second call asks anew, from the start. False: there
  // are BeaconQuestions::kMaxWanted already. `info_hash`: 20 bytes, here and
  // below.
  bool Want(absl::string_view info_hash);
  void Unwant(absl::string_view info_hash);
  // Peers this machine is connected to: the more it has, the fewer answer.
  void SetPeerCount(absl::string_view info_hash, int peers);

  // Others who ask are answered. False: there are BeaconLogic::kMaxHeld
  // already.
  bool Hold(absl::string_view info_hash, BeaconHolding holding);
  void Unhold(absl::string_view info_hash);

  // Distinct machines heard in the last 10 s to have or want it.
  int Crowd(absl::string_view info_hash) const;

  void SetTcpPort(int port);
  // filter() follows them when it returns, networks and listener soon after.
  void SetRules(PeerRules rules);
  // Others are asked from now on. What is no HOST:PORT is left out.
  void SetPeers(std::vector<std::string> peers);
  // As the interfaces are now. Never null.
  std::shared_ptr<const PeerFilter> filter() const;
  BeaconCounts counts() const;

 private:
  class Impl;
  explicit Beacon(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BEACON_H_
