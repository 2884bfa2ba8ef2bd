#ifndef CONVOY_PEER_SLOW_PEERS_H_
#define CONVOY_PEER_SLOW_PEERS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace convoy {

// Finds out whether the peers of one content give less than they are expected
// to, though they could: for five seconds they had enough on offer all the
// time, and gave less than the rate. Peers that have nothing new themselves,
// because the origin is slow, are not slow.
//
// Knows no clock; not thread-safe.
class SlowPeers {
 public:
  static constexpr absl::Duration kWindow = absl::Seconds(5);

  // Bytes per second; 0: they are never slow.
  explicit SlowPeers(std::int64_t rate) : rate_(rate) {}

  // About once a second. `now`: monotonic. `offered`: bytes of wanted pieces
  // that are not here and that connected peers have. `received`: from peers, in
  // all.
  void Sample(absl::Duration now, std::int64_t offered, std::int64_t received);
  // Stays true.
  bool slow() const { return slow_; }
  bool watches() const { return rate_ > 0 && !slow_; }

 private:
  const std::int64_t rate_;
  bool slow_ = false;
  // The window; nothing: not enough was on offer.
  bool open_ = false;
  absl::Duration since_;
  std::int64_t received_then_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_SLOW_PEERS_H_
