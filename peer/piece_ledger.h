#ifndef CONVOY_PEER_PIECE_LEDGER_H_
#define CONVOY_PEER_PIECE_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "peer/piece_layout.h"

namespace convoy {

enum class PieceState : std::uint8_t {
  kMissing,   // Nobody fetches it. Its first bytes may be written.
  kInFlight,  // Claimed by one who fetches it.
  kWritten,   // All its bytes are in the file, not yet surely on disk.
  kFlushed,   // On disk.
};

// What is there of one file, piece by piece. Knows nothing of sources or files.
//
//   kMissing <-> kInFlight -> kWritten -> kFlushed
//
// Invariants: a piece is filled from its first byte to its last, by one writer
// at a time; so what is there of it is a prefix. Not thread-safe.
class PieceLedger {
 public:
  // Everything is missing.
  explicit PieceLedger(PieceLayout layout);
  // As above, but `flushed` is on disk. REQUIRES: inside the layout.
  PieceLedger(PieceLayout layout, const std::vector<PieceSpan>& flushed);

  const PieceLayout& layout() const { return layout_; }
  PieceState state(PieceIndex piece) const { return states_[Slot(piece)]; }

  // Which missing pieces come first: those of `wanted`, and among equals those
  // from `start` on. `only`: no others come at all. `wanted` is rising, inside
  // the layout.
  void Prefer(std::vector<PieceSpan> wanted, PieceIndex start, bool only);
  // The run of missing pieces that comes first, by default the first in the
  // file; empty if there is none.
  PieceSpan FirstMissing() const;
  // Missing → in flight. REQUIRES: all of `span` is missing.
  void Claim(PieceSpan span);
  // In flight → missing; pieces in other states stay as they are.
  void Release(PieceSpan span);

  // The first byte of `piece` that is not written; its end if all are.
  std::int64_t NextByte(PieceIndex piece) const;
  // Bytes [offset, offset + length) are in the file now; pieces that are whole
  // become written. REQUIRES: offset is the NextByte of its piece.
  void MarkWritten(std::int64_t offset, std::int64_t length);

  // The pieces that became written since the last call: what a flush that
  // begins now will cover.
  std::vector<PieceIndex> TakeWritten();
  // Written → flushed.
  void MarkFlushed(const std::vector<PieceIndex>& pieces);

  // All bytes before this one are written.
  std::int64_t frontier() const { return NextByte(frontier_piece_); }
  // Bytes written, pieces in part included.
  std::int64_t written_bytes() const { return written_bytes_; }
  // Bytes of flushed pieces.
  std::int64_t flushed_bytes() const { return flushed_bytes_; }
  // Bytes of whole pieces that wait for a TakeWritten.
  std::int64_t untaken_bytes() const { return untaken_bytes_; }
  bool AllWritten() const { return written_bytes_ == layout_.size(); }
  bool AllFlushed() const { return flushed_bytes_ == layout_.size(); }
  // Runs of flushed pieces, rising.
  std::vector<PieceSpan> FlushedSpans() const;

 private:
  static std::size_t Slot(PieceIndex piece) {
    return static_cast<std::size_t>(piece.value);
  }
  void AdvanceFrontier();
  // The first run of missing pieces in [first, end).
  PieceSpan MissingIn(PieceIndex first, PieceIndex end) const;
  // The same of wanted ones.
  PieceSpan WantedIn(PieceIndex first, PieceIndex end) const;

  const PieceLayout layout_;
  std::vector<PieceState> states_;
  std::vector<PieceSpan> wanted_;
  PieceIndex start_;
  bool only_wanted_ = false;
  // Bytes written of pieces that are neither whole nor untouched.
  std::map<PieceIndex, std::int64_t> partial_;
  std::vector<PieceIndex> untaken_;
  // The first piece that is not whole; count() if all are.
  PieceIndex frontier_piece_;
  std::int64_t written_bytes_ = 0;
  std::int64_t flushed_bytes_ = 0;
  std::int64_t untaken_bytes_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_PIECE_LEDGER_H_
