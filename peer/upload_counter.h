#ifndef CONVOY_PEER_UPLOAD_COUNTER_H_
#define CONVOY_PEER_UPLOAD_COUNTER_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "peer/swarm_settings.h"

namespace convoy {

// Bytes given to peers, of all contents since the start. Any thread.
class UploadCounter {
 public:
  void Add(PeerKind kind, std::int64_t bytes) {
    bytes_[static_cast<std::size_t>(kind)] += bytes;
  }
  PeerBytes total() const { return {bytes_[0], bytes_[1], bytes_[2]}; }

 private:
  static_assert(static_cast<int>(PeerKind::kInternet) == 2);
  std::array<std::atomic<std::int64_t>, 3> bytes_ = {};
};

}  // namespace convoy

#endif  // CONVOY_PEER_UPLOAD_COUNTER_H_
