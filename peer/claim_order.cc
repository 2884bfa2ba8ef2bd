#include "peer/claim_order.h"

#include <algorithm>
#include <cstddef>

#include "peer/share_rank.h"

namespace convoy {

void ClaimOrder::SetOwners(const std::vector<MachineId>& owners) {
  if (owners == owners_) return;
  owners_ = owners;
  order_.clear();
  mine_.assign(static_cast<std::size_t>(pieces_.extents()), false);
  for (int index = 0; index < pieces_.extents(); ++index) {
    const std::uint64_t own = ScoreOf(self_, index);
    Extent extent{index, 0, own};
    for (const MachineId owner : owners_) {
      const std::uint64_t score = ScoreOf(owner, index);
      if (score > own) ++extent.better;
      extent.score = std::max(extent.score, score);
    }
    mine_[static_cast<std::size_t>(index)] = extent.better == 0;
    order_.push_back(extent);
  }
  std::sort(order_.begin(), order_.end(), [](const Extent& a, const Extent& b) {
    if (a.better != b.better) return a.better < b.better;
    return a.better == 0 ? a.score > b.score : a.score < b.score;
  });
}

PieceSpan ClaimOrder::Choose(Way way, std::int32_t max) const {
  if (way == Way::kInOrder) {
    int index = 0;
    while (pieces_.open_in(index) == 0) ++index;
    return FromFront(pieces_.SpanOf(index).first, max, false);
  }
  for (const Extent& extent : order_) {
    if (pieces_.open_in(extent.index) == 0) continue;
    const PieceSpan span = pieces_.SpanOf(extent.index);
    if (way == Way::kScattered) return Scattered(span);
    if (extent.better == 0) return FromFront(span.first, max, true);
    // The last pieces are wanted by all at once: each looks elsewhere.
    return max == 1 ? Scattered({PieceIndex{0}, PieceIndex{pieces_.count()}})
                    : FromBack(span, max);
  }
  return {};
}

// Goes on into the next extents; with `own`, as long as they are this
// machine's.
PieceSpan ClaimOrder::FromFront(PieceIndex first, std::int32_t max,
                                bool own) const {
  while (!pieces_.IsOpen(first)) ++first.value;
  PieceSpan span{first, first};
  const std::int32_t end = std::min(pieces_.count() - first.value, max);
  while (
      span.count() < end && pieces_.IsOpen(span.end) &&
      (!own || mine_[static_cast<std::size_t>(pieces_.ExtentOf(span.end))])) {
    ++span.end.value;
  }
  return span;
}

PieceSpan ClaimOrder::FromBack(PieceSpan extent, std::int32_t max) const {
  PieceSpan span{extent.end, extent.end};
  do {
    --span.end.value;
  } while (!pieces_.IsOpen(span.end));
  span.first = span.end;
  ++span.end.value;
  while (span.count() < max && extent.first < span.first &&
         pieces_.IsOpen(PieceIndex{span.first.value - 1})) {
    --span.first.value;
  }
  return span;
}

PieceSpan ClaimOrder::Scattered(PieceSpan extent) const {
  const auto length = static_cast<std::uint64_t>(extent.count());
  const auto offset = MixBits(ScoreOf(self_, extent.first.value)) % length;
  for (std::uint64_t i = 0; i < length; ++i) {
    const PieceIndex piece{extent.first.value +
                           static_cast<std::int32_t>((offset + i) % length)};
    if (pieces_.IsOpen(piece)) return {piece, PieceIndex{piece.value + 1}};
  }
  return {};
}

}  // namespace convoy
