#include "peer/offered_pieces.h"

#include <cstddef>

namespace convoy {

bool OfferedPieces::IsOffered(const std::vector<int>& availability,
                              std::int32_t piece) const {
  const auto i = static_cast<std::size_t>(piece);
  return i < availability.size() && availability[i] > 0 &&
         !storage_->verified(PieceIndex{piece});
}

std::int64_t OfferedPieces::Bytes(const std::vector<int>& availability) const {
  std::int64_t bytes = 0;
  for (const PieceSpan& span : storage_->map().pieces()) {
    for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
      if (IsOffered(availability, piece.value)) {
        bytes += layout_.RangeOf(piece).length;
      }
    }
  }
  return bytes;
}

PieceSpan OfferedPieces::Take(const std::vector<int>& availability,
                              int max_pieces) {
  const auto open = [&](std::int32_t piece) {
    return IsOffered(availability, piece) && taken_.count(piece) == 0;
  };
  const std::vector<PieceSpan>& wanted = storage_->map().pieces();
  for (auto span = wanted.rbegin(); span != wanted.rend(); ++span) {
    for (std::int32_t last = span->end.value - 1; last >= span->first.value;
         --last) {
      if (!open(last)) continue;
      std::int32_t first = last;
      while (first > span->first.value && open(first - 1) &&
             last - first + 1 < max_pieces) {
        --first;
      }
      for (std::int32_t i = first; i <= last; ++i) taken_.insert(i);
      return {PieceIndex{first}, PieceIndex{last + 1}};
    }
  }
  return {};
}

}  // namespace convoy
