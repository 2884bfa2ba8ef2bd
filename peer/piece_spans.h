#ifndef CONVOY_PEER_PIECE_SPANS_H_
#define CONVOY_PEER_PIECE_SPANS_H_

#include <vector>

#include "peer/piece_layout.h"

// Sets of pieces as runs: rising, none empty, none touching the next.
namespace convoy {

using PieceSpans = std::vector<PieceSpan>;

// REQUIRES: rising.
PieceSpans SpansOf(const std::vector<PieceIndex>& pieces);
PieceSpans Union(const PieceSpans& a, const PieceSpans& b);
PieceSpans Intersection(const PieceSpans& a, const PieceSpans& b);
// What `spans` leaves out of the layout.
PieceSpans Complement(const PieceSpans& spans, const PieceLayout& layout);

}  // namespace convoy

#endif  // CONVOY_PEER_PIECE_SPANS_H_
