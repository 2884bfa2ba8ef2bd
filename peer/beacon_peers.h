#ifndef CONVOY_PEER_BEACON_PEERS_H_
#define CONVOY_PEER_BEACON_PEERS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/ip_address.h"

namespace convoy {

// The addresses of the machines that swarm.peers names. Host names are looked
// up on a thread of their own, again every five minutes, and every half minute
// while one is not known. Any thread.
class BeaconPeers {
 public:
  using Address = std::pair<IpAddress, int>;  // And port.
  // The addresses of a host name; may block, and may outlive the BeaconPeers.
  using Resolver = std::function<std::vector<IpAddress>(const std::string&)>;

  static constexpr std::size_t kMaxAddressesOfName = 8;
  static constexpr absl::Duration kLookAgain = absl::Minutes(5);
  static constexpr absl::Duration kTryAgain = absl::Seconds(30);

  // `texts` are HOST:PORT. `changed` is called on the thread of names, when
  // there are other addresses than before; it must not call this. Not called
  // any more once the destructor has returned. INVALID_ARGUMENT: a text.
  static absl::StatusOr<std::unique_ptr<BeaconPeers>> Make(
      const std::vector<std::string>& texts, std::function<void()> changed,
      Resolver resolver = ResolveHost);
  // Does not wait for a name that is being looked up.
  ~BeaconPeers();
  BeaconPeers(const BeaconPeers&) = delete;
  BeaconPeers& operator=(const BeaconPeers&) = delete;

  std::vector<Address> addresses() const;

  // By the machine's resolver.
  static std::vector<IpAddress> ResolveHost(const std::string& host);

 private:
  struct State;
  explicit BeaconPeers(std::shared_ptr<State> state);
  static void Run(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BEACON_PEERS_H_
