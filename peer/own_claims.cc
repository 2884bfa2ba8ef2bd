#include "peer/own_claims.h"

#include <algorithm>
#include <cstddef>

namespace convoy {
namespace {

// How long others are told what was fetched: until it has left a crowd's first
// machines, and records that were lost on the way are followed by others.
constexpr absl::Duration kTellFetched = absl::Seconds(2);
// The weight of the newest piece in piece_time().
constexpr double kNewest = 0.3;

}  // namespace

OwnClaims::OwnClaims(const PieceLayout& layout, OpenPieces* pieces)
    : layout_(layout), pieces_(*pieces) {}

std::size_t OwnClaims::spans() const {
  std::size_t spans = 0;
  PieceIndex end{-1};
  for (const auto& [piece, claim] : claims_) {
    if (piece != end) ++spans;
    end = {piece.value + 1};
  }
  return spans;
}

const OwnClaims::Claim* OwnClaims::Find(PieceIndex piece) const {
  const auto found = claims_.find(piece);
  return found == claims_.end() ? nullptr : &found->second;
}

bool OwnClaims::HalfDone(PieceIndex piece) const {
  const Claim* claim = Find(piece);
  return claim != nullptr && claim->bytes * 2 >= layout_.RangeOf(piece).length;
}

std::vector<PieceIndex> OwnClaims::Unfinished() const {
  std::vector<PieceIndex> result;
  for (const auto& [piece, claim] : claims_) {
    if (!claim.finished) result.push_back(piece);
  }
  return result;
}

void OwnClaims::Add(PieceSpan span, bool takeover, absl::Duration now) {
  for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
    Claim claim;
    claim.span = span.first;
    claim.takeover = takeover;
    claim.began = now;
    if (claims_.emplace(piece, claim).second) ++unfinished_;
    pieces_.SetMine(piece, true);
  }
}

void OwnClaims::SetProgress(PieceIndex piece, std::int64_t bytes) {
  const auto found = claims_.find(piece);
  if (found == claims_.end() || bytes <= found->second.bytes) return;
  bytes = std::min(bytes, layout_.RangeOf(piece).length);
  bytes_ += bytes - found->second.bytes;
  found->second.bytes = bytes;
}

void OwnClaims::Finish(PieceIndex piece, absl::Duration now) {
  SetProgress(piece, layout_.RangeOf(piece).length);
  const auto found = claims_.find(piece);
  if (found == claims_.end() || found->second.finished) return;
  found->second.finished = true;
  --unfinished_;
  const absl::Duration took = now - found->second.began;
  piece_time_ =
      piece_time_ ? *piece_time_ * (1 - kNewest) + took * kNewest : took;
  const auto next = std::next(found);
  if (next != claims_.end() && next->second.span == found->second.span) {
    next->second.began = now;
  }
}

bool OwnClaims::Drop(PieceIndex piece) {
  const auto found = claims_.find(piece);
  if (found == claims_.end()) return false;
  const bool unfinished = !found->second.finished;
  if (unfinished) --unfinished_;
  claims_.erase(found);
  pieces_.SetMine(piece, false);
  return unfinished;
}

bool OwnClaims::SetHere(PieceIndex piece, absl::Duration now) {
  const auto found = claims_.find(piece);
  if (found == claims_.end()) return false;
  const bool fetched = found->second.finished ||
                       found->second.bytes == layout_.RangeOf(piece).length;
  if (fetched) fetched_.emplace_back(piece, now);
  return Drop(piece) && !fetched;
}

std::vector<PieceIndex> OwnClaims::Beyond(std::int32_t keep) const {
  std::vector<PieceIndex> result;
  std::int32_t kept = 0;
  PieceIndex span{-1};
  for (const auto& [piece, claim] : claims_) {
    if (claim.finished) continue;
    if (claim.span != span) kept = 0;
    span = claim.span;
    if (++kept > keep) result.push_back(piece);
  }
  return result;
}

void OwnClaims::Describe(absl::Duration now, ClaimRecord* record) {
  record->blocks =
      static_cast<std::uint32_t>(bytes_ / PieceLayout::kBlockLength);
  std::int32_t room = ClaimRecord::kMaxPieces;
  for (const auto& [piece, claim] : claims_) {
    if (--room < 0) break;
    if (record->claims.empty() || record->claims.back().pieces.end != piece ||
        record->claims.back().takeover != claim.takeover) {
      if (record->claims.size() == ClaimRecord::kMaxSpans) break;
      record->claims.push_back({{piece, piece}, claim.takeover});
    }
    ++record->claims.back().pieces.end.value;
  }
  while (
      !fetched_.empty() &&
      (fetched_.front().second + kTellFetched <= now ||
       fetched_.size() > static_cast<std::size_t>(ClaimRecord::kMaxPieces))) {
    fetched_.pop_front();
  }
  std::vector<PieceIndex> fetched;
  for (const auto& [piece, when] : fetched_) fetched.push_back(piece);
  std::sort(fetched.begin(), fetched.end());
  for (const PieceIndex piece : fetched) {
    if (record->fetched.empty() || record->fetched.back().end != piece) {
      if (record->fetched.size() == ClaimRecord::kMaxSpans) break;
      record->fetched.push_back({piece, piece});
    }
    ++record->fetched.back().end.value;
  }
}

}  // namespace convoy
