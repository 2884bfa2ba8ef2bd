#ifndef CONVOY_PEER_HEARD_PEERS_H_
#define CONVOY_PEER_HEARD_PEERS_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "peer/beacon_key.h"
#include "peer/ip_address.h"
#include "peer/swarm_settings.h"

namespace convoy {

// What one machine was heard to say of one content.
struct HeardPeer {
  std::uint64_t machine = 0;
  IpAddress address;
  int port = 0;            // TCP. 0: cannot be dialed.
  std::uint8_t flags = 0;  // Of BeaconMessage.
  bool authenticated = false;
  PeerKind kind = PeerKind::kLan;
  absl::Duration heard;     // Monotonic, as all times here.
  absl::Duration reported;  // For the last time; -InfiniteDuration(): never.

  bool SaysTheSameAs(const HeardPeer& other) const {
    return address == other.address && port == other.port &&
           flags == other.flags && authenticated == other.authenticated;
  }
};

// Who was heard of in the last 10 seconds, whether this machine cares for the
// content or not: so that who begins to want it knows the others at once, and a
// crowd knows how large it is. Bounded, also against one sender that speaks of
// ever new contents and machines. Not thread-safe.
class HeardPeers {
 public:
  static constexpr absl::Duration kMemory = absl::Seconds(10);
  static constexpr std::size_t kMaxEntries = 4096;
  static constexpr int kMaxEntriesOfAddress = 1024;

  // Takes it in; where all places are taken the oldest one goes. The entry,
  // which lives until the next call, with `reported` as it was; never if it
  // says something new. Null: the address has its share of the places.
  HeardPeer* Note(const BeaconKey& key, const HeardPeer& heard);
  // Forgets what is older than kMemory.
  void Expire(absl::Duration now);

  // Machines that were heard of it.
  int CountOf(const BeaconKey& key) const;
  // The same, one by one; they live until the next Note or Expire.
  std::vector<HeardPeer*> Of(const BeaconKey& key);

  std::size_t size() const { return by_name_.size(); }

 private:
  using Name = std::pair<BeaconKey, std::uint64_t>;  // Content and machine.
  struct Entry {
    Name name;
    HeardPeer peer;
  };
  using Entries = std::list<Entry>;

  void ForgetOldest();
  void CountAddress(const IpAddress& address, int by);

  Entries entries_;  // As they were heard, the oldest first.
  std::map<Name, Entries::iterator> by_name_;
  absl::flat_hash_map<BeaconKey, int> counts_;
  absl::flat_hash_map<IpAddress, int> addresses_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_HEARD_PEERS_H_
