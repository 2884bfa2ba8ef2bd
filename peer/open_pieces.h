#ifndef CONVOY_PEER_OPEN_PIECES_H_
#define CONVOY_PEER_OPEN_PIECES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "peer/piece_layout.h"

namespace convoy {

// Which pieces are open: wanted, not here, with no peer, and fetched by nobody.
// An index that is kept up to date piece by piece, so that asking costs
// nothing. Pieces are grouped in extents of neighbours. Not thread-safe.
//
// REQUIRES everywhere: pieces inside the layout.
class OpenPieces {
 public:
  OpenPieces(std::int32_t count, const std::vector<PieceSpan>& wanted);

  std::int32_t count() const {
    return static_cast<std::int32_t>(flags_.size());
  }
  bool IsWanted(PieceIndex piece) const { return Is(piece, kWanted); }
  bool IsHere(PieceIndex piece) const { return Is(piece, kHere); }
  // Here or with a peer.
  bool IsVisible(PieceIndex piece) const {
    return seeds_ > 0 || Is(piece, kHere) || holders_[Slot(piece)] > 0;
  }
  bool IsVisible(PieceSpan span) const;
  bool IsOpen(PieceIndex piece) const { return !Hidden() && Is(piece, kOpen); }
  // How many other machines fetch it.
  int ClaimsOf(PieceIndex piece) const { return claims_[Slot(piece)]; }

  void SetHere(PieceIndex piece);
  // This machine fetches it.
  void SetMine(PieceIndex piece, bool mine);
  // A peer has it. True: the first one.
  bool AddHolder(PieceIndex piece);
  void RemoveHolder(PieceIndex piece);
  // A peer has everything.
  void AddSeed() { ++seeds_; }
  void RemoveSeed() { --seeds_; }
  // Another machine fetches them.
  void AddClaim(PieceSpan span);
  void RemoveClaim(PieceSpan span);
  // False: what peers have counts for nothing, for they do not give it.
  void TrustHolders(bool trust);
  bool trusts_holders() const { return trust_; }
  // False: what other machines fetch counts for nothing, for nothing appears.
  void TrustClaims(bool trust);
  bool trusts_claims() const { return trust_claims_; }

  // Open pieces.
  std::int32_t open() const { return Hidden() ? 0 : open_; }
  // Wanted and not here.
  std::int32_t missing() const { return missing_; }
  // Missing, but a peer has them.
  std::int32_t waiting() const { return seeds_ > 0 ? missing_ : waiting_; }
  bool has_seeds() const { return seeds_ > 0; }

  int extents() const { return static_cast<int>(open_in_.size()); }
  int ExtentOf(PieceIndex piece) const { return piece.value / extent_length_; }
  PieceSpan SpanOf(int extent) const;
  std::int32_t open_in(int extent) const {
    return Hidden() ? 0 : open_in_[static_cast<std::size_t>(extent)];
  }

 private:
  enum Flag : std::uint8_t { kWanted = 1, kHere = 2, kMine = 4, kOpen = 8 };

  static std::size_t Slot(PieceIndex piece) {
    return static_cast<std::size_t>(piece.value);
  }
  bool Is(PieceIndex piece, Flag flag) const {
    return (flags_[Slot(piece)] & flag) != 0;
  }
  bool Hidden() const { return seeds_ > 0 && trust_; }
  // After a change of the piece.
  void Update(PieceIndex piece);

  const std::int32_t extent_length_;
  std::vector<std::uint8_t> flags_;
  std::vector<std::uint16_t> holders_;
  std::vector<std::uint16_t> claims_;
  std::vector<std::int32_t> open_in_;
  std::int32_t open_ = 0;
  std::int32_t missing_ = 0;
  std::int32_t waiting_ = 0;
  int seeds_ = 0;
  bool trust_ = true;
  bool trust_claims_ = true;
};

}  // namespace convoy

#endif  // CONVOY_PEER_OPEN_PIECES_H_
