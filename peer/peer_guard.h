#ifndef CONVOY_PEER_PEER_GUARD_H_
#define CONVOY_PEER_PEER_GUARD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "peer/block_blame.h"
#include "peer/piece_layout.h"
#include "peer/share_machines.h"
#include "peer/shunned_peers.h"
#include "peer/swarm_storage.h"

namespace convoy {

// Keeps bad peers out of one content: who sent wrong bytes loses its
// connection, and no new one from its address is taken, by later memberships
// neither. Others at that address stay as long as they behave, for several
// machines may share one. Each address that is shunned is a line in the log.
//
// What it says is to be done in a later task: libtorrent, which tells these
// things, is in the middle of something. Not thread-safe.
class PeerGuard {
 public:
  // One address cannot take all places.
  static constexpr int kMaxConnections = 64;
  // Pieces of which an address may relay false hashes.
  static constexpr std::size_t kForgiven = 3;

  // `content`: its info-hash. `shunned` is not owned.
  PeerGuard(std::shared_ptr<SwarmStorage> storage, std::string content,
            ShunnedPeers* shunned);
  PeerGuard(const PeerGuard&) = delete;
  PeerGuard& operator=(const PeerGuard&) = delete;

  // False: the connection must go, and is not known here.
  bool Admit(ConnectionId peer, const std::string& address);
  void Leave(ConnectionId peer);
  // No new connections from its address, if that is known.
  void Shun(ConnectionId peer, ShunReason reason);
  // The address of this peer, which is connected, is known when it has gone,
  // too. Who sends blocks is remembered anyway.
  void Remember(ConnectionId peer);
  // The peer told a false hash of the piece, as one that others told it: that,
  // and what it gave of the piece, is not held against it. False: it is, for it
  // told those of too many pieces; peers of one address count as one.
  bool Forgives(ConnectionId peer, PieceIndex piece);
  bool IsShunned(const std::string& address) const {
    return shunned_.Has(content_, address);
  }
  ShunnedPeers::Counts shunned() const { return shunned_.CountsOf(content_); }
  // Addresses that have all connections that one may have, and wanted more.
  int crowded_addresses() const { return static_cast<int>(crowded_.size()); }

  // The peer was asked for the block that begins there in the piece.
  void Asked(ConnectionId peer, PieceIndex piece, std::int64_t begin);
  // A block has come. False: nobody asked the peer for it. libtorrent would
  // take it all the same, and so anybody could spoil every piece.
  bool Arrived(ConnectionId peer, PieceIndex piece, std::int64_t begin);
  // The block that has just arrived is in the file.
  void Written(PieceIndex piece, std::int64_t begin);

  // The hash of the piece was wrong, or right; its bytes are in the file.
  // Connections that are to go; their addresses are shunned. None where the
  // hash is only a peer's word: that one may have lied, and not the senders.
  std::vector<ConnectionId> Failed(PieceIndex piece);
  std::vector<ConnectionId> Passed(PieceIndex piece);
  // The senders were asked, and none says that the bytes are right: as Failed,
  // whatever the hash is.
  std::vector<ConnectionId> Disowned(PieceIndex piece);
  // Who sent blocks of the piece's bytes is connected, all of them.
  bool SendersAreHere(PieceIndex piece) const;
  bool HasSent(ConnectionId peer, PieceIndex piece) const;
  // Blocks of the piece's bytes came from one that has gone and is shunned.
  bool IsOfShunned(PieceIndex piece) const;

 private:
  struct Peer {
    std::string address;
    // Blocks it was asked for, as often as it was.
    std::unordered_multiset<std::uint64_t> asked;
  };

  static std::uint64_t KeyOf(PieceIndex piece, std::int64_t begin) {
    return static_cast<std::uint64_t>(piece.value) << 32 |
           static_cast<std::uint64_t>(begin);
  }
  // Null: not known.
  const std::string* AddressOf(ConnectionId peer) const;
  std::optional<std::string> ReadBlock(PieceIndex piece, std::int32_t block);

  const std::shared_ptr<SwarmStorage> storage_;
  const std::string content_;
  ShunnedPeers& shunned_;
  BlockBlame blame_;
  std::unordered_map<ConnectionId, Peer> peers_;
  std::unordered_map<std::string, int> connections_;
  std::unordered_set<std::string> crowded_;
  // Addresses of those that are remembered, also when they have gone.
  std::map<ConnectionId, std::string> remembered_;
  // Pieces of which false hashes were relayed, by address.
  std::unordered_map<std::string, std::set<std::int32_t>> relayed_;
  ConnectionId arriving_from_ = 0;
  std::uint64_t arriving_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_PEER_GUARD_H_
