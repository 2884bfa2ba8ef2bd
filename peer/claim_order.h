#ifndef CONVOY_PEER_CLAIM_ORDER_H_
#define CONVOY_PEER_CLAIM_ORDER_H_

#include <cstdint>
#include <vector>

#include "peer/open_pieces.h"
#include "peer/piece_layout.h"
#include "peer/share_message.h"

namespace convoy {

// Which open pieces a machine takes first, so that machines that know of each
// other seldom want the same ones: each extent has an owner, the machine with
// the highest score of those that fetch. A machine takes its own extents from
// the front, best score first; then those of others from the back, where it is
// the next best, and there those that their owners come to last; single ones
// anywhere. Not thread-safe.
class ClaimOrder {
 public:
  enum class Way {
    kInOrder,    // No other machine is known.
    kOwnFirst,   // As above.
    kScattered,  // One piece anywhere in an extent: others are not known yet.
  };

  // `pieces` is not owned.
  ClaimOrder(MachineId self, const OpenPieces* pieces)
      : self_(self), pieces_(*pieces) {}

  // All machines that fetch, this one included.
  void SetOwners(const std::vector<MachineId>& owners);
  // Neighbouring open pieces, at most `max`. REQUIRES: some piece is open.
  PieceSpan Choose(Way way, std::int32_t max) const;

 private:
  struct Extent {
    int index;
    int better;           // Machines with a higher score than this one's.
    std::uint64_t score;  // Of its owner.
  };

  PieceSpan FromFront(PieceIndex first, std::int32_t max, bool own) const;
  PieceSpan FromBack(PieceSpan extent, std::int32_t max) const;
  PieceSpan Scattered(PieceSpan extent) const;

  const MachineId self_;
  const OpenPieces& pieces_;
  std::vector<MachineId> owners_;
  std::vector<Extent> order_;
  // By extent.
  std::vector<bool> mine_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CLAIM_ORDER_H_
