#ifndef CONVOY_PEER_PEER_HOLDINGS_H_
#define CONVOY_PEER_PEER_HOLDINGS_H_

#include <cstdint>
#include <vector>

#include "peer/open_pieces.h"
#include "peer/piece_layout.h"

namespace convoy {

// What one peer has; OpenPieces is told. One bit a piece, once it has anything.
// Not thread-safe.
class PeerHoldings {
 public:
  // True: the first peer that has it.
  bool Add(PieceIndex piece, OpenPieces* pieces);
  void AddAll(OpenPieces* pieces);
  // It is gone.
  void Clear(OpenPieces* pieces);
  bool has_all() const { return has_all_; }

 private:
  std::vector<std::uint64_t> bits_;
  bool has_all_ = false;
};

}  // namespace convoy

#endif  // CONVOY_PEER_PEER_HOLDINGS_H_
