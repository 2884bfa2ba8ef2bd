#include "peer/open_pieces.h"

#include <algorithm>

namespace convoy {
namespace {

// So many that shares of a few machines are even, so few that neighbours are
// fetched in one request, and that all can be looked through.
constexpr std::int32_t kAimedExtents = 128;

}  // namespace

OpenPieces::OpenPieces(std::int32_t count, const std::vector<PieceSpan>& wanted)
    : extent_length_(std::max(1, count / kAimedExtents)),
      flags_(static_cast<std::size_t>(count)),
      holders_(flags_.size()),
      claims_(flags_.size()),
      open_in_(static_cast<std::size_t>((count + extent_length_ - 1) /
                                        extent_length_)) {
  for (const PieceSpan& span : wanted) {
    for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
      if (IsWanted(piece)) continue;
      flags_[Slot(piece)] |= kWanted;
      ++missing_;
      Update(piece);
    }
  }
}

bool OpenPieces::IsVisible(PieceSpan span) const {
  for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
    if (!IsVisible(piece)) return false;
  }
  return true;
}

void OpenPieces::SetHere(PieceIndex piece) {
  if (IsHere(piece)) return;
  flags_[Slot(piece)] |= kHere;
  if (IsWanted(piece)) {
    --missing_;
    if (holders_[Slot(piece)] > 0) --waiting_;
  }
  Update(piece);
}

void OpenPieces::SetMine(PieceIndex piece, bool mine) {
  std::uint8_t& flags = flags_[Slot(piece)];
  flags = static_cast<std::uint8_t>(mine ? flags | kMine : flags & ~kMine);
  Update(piece);
}

bool OpenPieces::AddHolder(PieceIndex piece) {
  if (++holders_[Slot(piece)] > 1) return false;
  if (IsWanted(piece) && !IsHere(piece)) ++waiting_;
  Update(piece);
  return true;
}

void OpenPieces::RemoveHolder(PieceIndex piece) {
  if (--holders_[Slot(piece)] > 0) return;
  if (IsWanted(piece) && !IsHere(piece)) --waiting_;
  Update(piece);
}

void OpenPieces::AddClaim(PieceSpan span) {
  for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
    if (++claims_[Slot(piece)] == 1) Update(piece);
  }
}

void OpenPieces::RemoveClaim(PieceSpan span) {
  for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
    if (--claims_[Slot(piece)] == 0) Update(piece);
  }
}

void OpenPieces::TrustHolders(bool trust) {
  if (trust == trust_) return;
  trust_ = trust;
  for (PieceIndex piece; piece.value < count(); ++piece.value) Update(piece);
}

void OpenPieces::TrustClaims(bool trust) {
  if (trust == trust_claims_) return;
  trust_claims_ = trust;
  for (PieceIndex piece; piece.value < count(); ++piece.value) Update(piece);
}

PieceSpan OpenPieces::SpanOf(int extent) const {
  const std::int32_t first = extent * extent_length_;
  return {PieceIndex{first},
          PieceIndex{std::min(first + extent_length_, count())}};
}

void OpenPieces::Update(PieceIndex piece) {
  std::uint8_t& flags = flags_[Slot(piece)];
  const bool open = (flags & (kWanted | kHere | kMine)) == kWanted &&
                    (claims_[Slot(piece)] == 0 || !trust_claims_) &&
                    (holders_[Slot(piece)] == 0 || !trust_);
  if (open == ((flags & kOpen) != 0)) return;
  flags = static_cast<std::uint8_t>(flags ^ kOpen);
  const int change = open ? 1 : -1;
  open_ += change;
  open_in_[static_cast<std::size_t>(ExtentOf(piece))] += change;
}

}  // namespace convoy
