#ifndef CONVOY_PEER_BEACON_NEWS_H_
#define CONVOY_PEER_BEACON_NEWS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "peer/peer_filter.h"

namespace convoy {

// A peer that discovery found.
struct BeaconFound {
  std::string info_hash;  // 20 bytes.
  std::string address;    // "10.1.2.3", "fe80::1%2".
  int port = 0;           // TCP.
  std::uint64_t machine = 0;
  bool has_all = false;
  bool has_some = false;
  // It asks for the content itself, so it will dial; it may be dialed as well.
  bool wants = false;
  bool authenticated = false;
  PeerKind kind = PeerKind::kLan;
};

// What this machine has of a content.
enum class BeaconHolding {
  // Pieces of it, while it is being fetched.
  kSome,
  // All, and peers that dial get it.
  kAll,
  // All, but it must be loaded first: who asks is answered when Hold(kAll) is
  // called within BeaconLogic::kPatience after OnAsked.
  kResting,
};

// Hears what the beacon finds out. On the beacon's thread.
class BeaconListener {
 public:
  virtual ~BeaconListener() = default;
  // Of contents that are wanted or held here; of each peer at most every 10 s,
  // unless something about it changed.
  virtual void OnFound(const BeaconFound& found) = 0;
  // Somebody asked for a content that is held here, and is not left to others.
  // At most once a second for each content.
  virtual void OnAsked(const std::string& info_hash) = 0;
  // Interfaces or addresses changed. Once at the start, too.
  virtual void OnNetwork(const std::shared_ptr<const PeerFilter>& filter) = 0;
};

// What happened since the start.
struct BeaconCounts {
  std::int64_t datagrams_sent = 0;
  std::int64_t send_errors = 0;
  std::int64_t datagrams_heard = 0;
  std::int64_t wants_heard = 0;    // Of others, after all checks.
  std::int64_t answers_heard = 0;  // To questions of this machine.
  std::int64_t answers_sent = 0;
  // Not looked at, and why: the sender's address may not be a peer; too many
  // came; no message, or one of another version; no member of the group, or a
  // member where there is no group; too old, or from a clock that is wrong; a
  // repetition; an answer that nobody asked for.
  std::int64_t dropped_address = 0;
  std::int64_t dropped_rate = 0;
  std::int64_t dropped_malformed = 0;
  std::int64_t dropped_unauthenticated = 0;
  std::int64_t dropped_time = 0;
  std::int64_t dropped_repeated = 0;
  std::int64_t dropped_unasked = 0;
  // Not answered: others are near enough; too many answers.
  std::int64_t left_to_others = 0;
  std::int64_t unanswered_rate = 0;
  // Why the beacon's port is not listened on. Empty: it is, or there are no
  // peers at all.
  std::string port_problem;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BEACON_NEWS_H_
