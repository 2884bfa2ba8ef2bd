#include "peer/peer_holdings.h"

#include <cstddef>

namespace convoy {
namespace {

constexpr int kBits = 64;

}  // namespace

bool PeerHoldings::Add(PieceIndex piece, OpenPieces* pieces) {
  if (has_all_) return false;
  if (bits_.empty()) {
    bits_.resize(static_cast<std::size_t>(pieces->count() + kBits - 1) / kBits);
  }
  std::uint64_t& word = bits_[static_cast<std::size_t>(piece.value / kBits)];
  const std::uint64_t bit = std::uint64_t{1} << (piece.value % kBits);
  if ((word & bit) != 0) return false;
  word |= bit;
  return pieces->AddHolder(piece);
}

void PeerHoldings::AddAll(OpenPieces* pieces) {
  if (has_all_) return;
  Clear(pieces);
  has_all_ = true;
  pieces->AddSeed();
}

void PeerHoldings::Clear(OpenPieces* pieces) {
  if (has_all_) pieces->RemoveSeed();
  has_all_ = false;
  for (std::size_t i = 0; i < bits_.size(); ++i) {
    for (std::uint64_t word = bits_[i]; word != 0; word &= word - 1) {
      const int bit = __builtin_ctzll(word);
      pieces->RemoveHolder(
          PieceIndex{static_cast<std::int32_t>(i) * kBits + bit});
    }
  }
  bits_.clear();
}

}  // namespace convoy
