#ifndef CONVOY_PEER_OFFERED_PIECES_H_
#define CONVOY_PEER_OFFERED_PIECES_H_

#include <cstdint>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "peer/piece_layout.h"
#include "peer/swarm_storage.h"

namespace convoy {

// Wanted pieces that are not here and that connected peers have; and those of
// them that are fetched from the origin all the same, because the peers are
// slow or their hashes are disputed. The latter are no claims: who has a piece
// is asked for it by nobody else.
//
// `availability`: how many connected peers have each piece. Not thread-safe.
class OfferedPieces {
 public:
  OfferedPieces(std::shared_ptr<SwarmStorage> storage,
                const PieceLayout& layout)
      : storage_(std::move(storage)), layout_(layout) {}

  std::int64_t Bytes(const std::vector<int>& availability) const;

  // Neighbours to be fetched, at most `max_pieces`, the last ones first; they
  // are taken until Remove. Empty: none is left.
  PieceSpan Take(const std::vector<int>& availability, int max_pieces);
  // Takes this one, offered or not.
  void Add(PieceIndex piece) { taken_.insert(piece.value); }
  bool any_taken() const { return !taken_.empty(); }
  bool IsTaken(PieceIndex piece) const { return taken_.count(piece.value) > 0; }
  // False: it was not taken.
  bool Remove(PieceIndex piece) { return taken_.erase(piece.value) > 0; }
  // Nothing is taken any more.
  void Clear() { taken_.clear(); }

 private:
  bool IsOffered(const std::vector<int>& availability,
                 std::int32_t piece) const;

  const std::shared_ptr<SwarmStorage> storage_;
  const PieceLayout layout_;
  std::set<std::int32_t> taken_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_OFFERED_PIECES_H_
