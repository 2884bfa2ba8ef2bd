#include "peer/piece_ledger.h"

#include <algorithm>
#include <utility>

namespace convoy {

PieceLedger::PieceLedger(PieceLayout layout)
    : layout_(layout),
      states_(static_cast<std::size_t>(layout.count()), PieceState::kMissing) {}

PieceLedger::PieceLedger(PieceLayout layout,
                         const std::vector<PieceSpan>& flushed)
    : PieceLedger(layout) {
  for (const PieceSpan& span : flushed) {
    for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
      states_[Slot(piece)] = PieceState::kFlushed;
    }
    flushed_bytes_ += layout_.RangeOf(span).length;
  }
  written_bytes_ = flushed_bytes_;
  AdvanceFrontier();
}

void PieceLedger::Prefer(std::vector<PieceSpan> wanted, PieceIndex start,
                         bool only) {
  wanted_ = std::move(wanted);
  start_ = start;
  only_wanted_ = only;
}

PieceSpan PieceLedger::FirstMissing() const {
  const PieceIndex end{layout_.count()};
  PieceSpan span = WantedIn(start_, end);
  if (span.empty()) span = WantedIn({}, start_);
  if (!span.empty() || only_wanted_) return span;
  span = MissingIn(start_, end);
  return span.empty() ? MissingIn({}, start_) : span;
}

PieceSpan PieceLedger::MissingIn(PieceIndex first, PieceIndex end) const {
  first = std::max(first, frontier_piece_);
  while (first < end && state(first) != PieceState::kMissing) ++first.value;
  PieceIndex last = first;
  while (last < end && state(last) == PieceState::kMissing) ++last.value;
  return {first, last};
}

PieceSpan PieceLedger::WantedIn(PieceIndex first, PieceIndex end) const {
  for (const PieceSpan& wanted : wanted_) {
    const PieceSpan span =
        MissingIn(std::max(first, wanted.first), std::min(end, wanted.end));
    if (!span.empty()) return span;
  }
  return {};
}

void PieceLedger::Claim(PieceSpan span) {
  for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
    states_[Slot(piece)] = PieceState::kInFlight;
  }
}

void PieceLedger::Release(PieceSpan span) {
  for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
    if (state(piece) == PieceState::kInFlight) {
      states_[Slot(piece)] = PieceState::kMissing;
    }
  }
}

std::int64_t PieceLedger::NextByte(PieceIndex piece) const {
  if (piece.value >= layout_.count()) return layout_.size();
  const ByteRange range = layout_.RangeOf(piece);
  if (state(piece) == PieceState::kWritten ||
      state(piece) == PieceState::kFlushed) {
    return range.end();
  }
  const auto found = partial_.find(piece);
  return found == partial_.end() ? range.offset : range.offset + found->second;
}

void PieceLedger::MarkWritten(std::int64_t offset, std::int64_t length) {
  written_bytes_ += length;
  while (length > 0) {
    const PieceIndex piece = layout_.PieceAt(offset);
    const ByteRange range = layout_.RangeOf(piece);
    const std::int64_t step = std::min(length, range.end() - offset);
    offset += step;
    length -= step;
    if (offset < range.end()) {
      partial_[piece] = offset - range.offset;
      continue;
    }
    partial_.erase(piece);
    states_[Slot(piece)] = PieceState::kWritten;
    untaken_.push_back(piece);
    untaken_bytes_ += range.length;
  }
  AdvanceFrontier();
}

std::vector<PieceIndex> PieceLedger::TakeWritten() {
  untaken_bytes_ = 0;
  return std::exchange(untaken_, {});
}

void PieceLedger::MarkFlushed(const std::vector<PieceIndex>& pieces) {
  for (const PieceIndex piece : pieces) {
    states_[Slot(piece)] = PieceState::kFlushed;
    flushed_bytes_ += layout_.RangeOf(piece).length;
  }
}

std::vector<PieceSpan> PieceLedger::FlushedSpans() const {
  std::vector<PieceSpan> spans;
  for (PieceIndex piece; piece.value < layout_.count(); ++piece.value) {
    if (state(piece) != PieceState::kFlushed) continue;
    if (spans.empty() || spans.back().end != piece) {
      spans.push_back({piece, piece});
    }
    ++spans.back().end.value;
  }
  return spans;
}

void PieceLedger::AdvanceFrontier() {
  while (frontier_piece_.value < layout_.count() &&
         state(frontier_piece_) >= PieceState::kWritten) {
    ++frontier_piece_.value;
  }
}

}  // namespace convoy
