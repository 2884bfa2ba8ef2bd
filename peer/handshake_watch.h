#ifndef CONVOY_PEER_HANDSHAKE_WATCH_H_
#define CONVOY_PEER_HANDSHAKE_WATCH_H_

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "absl/time/time.h"
#include "peer/ip_address.h"

namespace convoy {

// Ends TCP connections that were accepted and have not become peers in time.
// libtorrent holds TLS handshakes without any limit of time or number, and asks
// which addresses are allowed only behind them; so anybody could take all file
// descriptors of the process.
//
// Thread: the one that owns the sockets, so that none is closed meanwhile.
class HandshakeWatch {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(10);
  static constexpr std::size_t kMost = 200;

  using Endpoint = std::pair<IpAddress, int>;  // And port.
  // May this address be a peer?
  using MayBePeer = std::function<bool(const IpAddress&)>;

  explicit HandshakeWatch(MayBePeer may_be_peer);

  // Looks at all sockets of the process whose local port is one of `ports`:
  // those of `peers` are well, others end when they have been seen for
  // kPatience, when there are more than kMost (the oldest first), or at once
  // where the address may not be a peer. Call it every second.
  void Sweep(const std::set<int>& ports, const std::set<Endpoint>& peers,
             absl::Duration now);

  // Seen, and no peers yet.
  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    Endpoint remote;
    absl::Duration since;
  };

  void EndSome(absl::Duration now);

  const MayBePeer may_be_peer_;
  std::map<int, Waiting> waiting_;  // By file descriptor.
};

}  // namespace convoy

#endif  // CONVOY_PEER_HANDSHAKE_WATCH_H_
