#ifndef CONVOY_PEER_PIECE_LAYOUT_H_
#define CONVOY_PEER_PIECE_LAYOUT_H_

#include <cstdint>
#include <optional>

#include "peer/byte_range.h"

namespace convoy {

// Names a piece of one file; 0 is the first.
struct PieceIndex {
  std::int32_t value = 0;

  friend bool operator==(PieceIndex a, PieceIndex b) {
    return a.value == b.value;
  }
  friend bool operator!=(PieceIndex a, PieceIndex b) { return !(a == b); }
  friend bool operator<(PieceIndex a, PieceIndex b) {
    return a.value < b.value;
  }
};

// Pieces first, first + 1 ... end - 1.
struct PieceSpan {
  PieceIndex first;
  PieceIndex end;

  bool empty() const { return end.value <= first.value; }
  std::int32_t count() const { return empty() ? 0 : end.value - first.value; }
  friend bool operator==(const PieceSpan& a, const PieceSpan& b) {
    return a.first == b.first && a.end == b.end;
  }
};

// How a file is cut into pieces: all of one length, a power of two, but the
// last, which may be shorter.
class PieceLayout {
 public:
  // More pieces than this are never made: bounds memory whatever an origin says
  // of a size.
  static constexpr std::int32_t kMaxCount = 1 << 20;
  static constexpr std::int64_t kMinPieceLength = 256 << 10;
  // What peers ask for at a time (BEP 3); no piece is shorter.
  static constexpr std::int64_t kBlockLength = 16 << 10;
  static constexpr std::int64_t kMaxSize = std::int64_t{1} << 62;

  // No pieces.
  PieceLayout() = default;
  // Piece length by size: the shortest that gives at most 4,096 pieces, from
  // 256 KiB to 16 MiB; longer only where there would be more than kMaxCount.
  // REQUIRES: 0 <= size <= kMaxSize.
  explicit PieceLayout(std::int64_t size);
  // With a piece length from elsewhere; nothing if no layout could have it.
  static std::optional<PieceLayout> Make(std::int64_t size,
                                         std::int64_t piece_length);

  std::int64_t size() const { return size_; }
  std::int64_t piece_length() const { return piece_length_; }
  std::int32_t count() const { return count_; }
  PieceSpan All() const { return {PieceIndex{0}, PieceIndex{count_}}; }

  // REQUIRES: 0 <= offset < size().
  PieceIndex PieceAt(std::int64_t offset) const {
    return PieceIndex{static_cast<std::int32_t>(offset / piece_length_)};
  }
  ByteRange RangeOf(PieceIndex piece) const {
    return RangeOf(PieceSpan{piece, PieceIndex{piece.value + 1}});
  }
  ByteRange RangeOf(PieceSpan span) const;

 private:
  PieceLayout(std::int64_t size, std::int64_t piece_length);

  std::int64_t size_ = 0;
  std::int64_t piece_length_ = kMinPieceLength;
  std::int32_t count_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_PIECE_LAYOUT_H_
