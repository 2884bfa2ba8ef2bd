#include "peer/piece_layout.h"

#include <algorithm>

namespace convoy {
namespace {

constexpr std::int64_t kAimedCount = 4096;
constexpr std::int64_t kLargestByAim = 16 << 20;

std::int64_t CountFor(std::int64_t size, std::int64_t piece_length) {
  return size / piece_length + (size % piece_length != 0 ? 1 : 0);
}

std::int64_t PieceLengthFor(std::int64_t size) {
  std::int64_t length = PieceLayout::kMinPieceLength;
  while (length < kLargestByAim && CountFor(size, length) > kAimedCount) {
    length *= 2;
  }
  while (CountFor(size, length) > PieceLayout::kMaxCount) length *= 2;
  return length;
}

}  // namespace

PieceLayout::PieceLayout(std::int64_t size)
    : PieceLayout(size, PieceLengthFor(size)) {}

PieceLayout::PieceLayout(std::int64_t size, std::int64_t piece_length)
    : size_(size),
      piece_length_(piece_length),
      count_(static_cast<std::int32_t>(CountFor(size, piece_length))) {}

std::optional<PieceLayout> PieceLayout::Make(std::int64_t size,
                                             std::int64_t piece_length) {
  const bool power_of_two =
      piece_length > 0 && (piece_length & (piece_length - 1)) == 0;
  if (size < 0 || size > kMaxSize || !power_of_two ||
      piece_length < kBlockLength || piece_length > kMaxSize ||
      CountFor(size, piece_length) > kMaxCount) {
    return std::nullopt;
  }
  return PieceLayout(size, piece_length);
}

ByteRange PieceLayout::RangeOf(PieceSpan span) const {
  const std::int64_t begin = span.first.value * piece_length_;
  const std::int64_t end = std::min(span.end.value * piece_length_, size_);
  return ByteRange{begin, std::max<std::int64_t>(end - begin, 0)};
}

}  // namespace convoy
