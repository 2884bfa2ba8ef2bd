#include "peer/piece_copy.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "peer/piece_hashes.h"

namespace convoy {
namespace {

// Of one step, at least a piece: others get the worker in between.
constexpr std::int64_t kStepBytes = 8 << 20;

// Which pieces `from` has and `storage` lacks, the first one last.
std::vector<PieceIndex> MissingOf(const SwarmStorage& storage,
                                  const SwarmStorage& from) {
  std::vector<PieceIndex> missing;
  for (const PieceSpan& span : storage.map().pieces()) {
    for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
      if (!storage.verified(piece) && from.MayGive(piece)) {
        missing.push_back(piece);
      }
    }
  }
  std::reverse(missing.begin(), missing.end());
  return missing;
}

// The bytes are those that the content must have there.
bool IsRight(PieceIndex piece, const std::string& bytes, SwarmStorage& from,
             SwarmStorage& to) {
  const std::string hash = to.hashes().HashOf(bytes);
  return from.hashes().Find(piece) == hash && to.hashes().Learn(piece, hash);
}

}  // namespace

PieceCopy::PieceCopy(const Parts& parts, std::shared_ptr<SwarmStorage> from,
                     std::shared_ptr<SwarmStorage> to, Put put, End end)
    : parts_(parts),
      from_(std::move(from)),
      to_(std::move(to)),
      put_(std::move(put)),
      end_(std::move(end)),
      missing_(MissingOf(*to_, *from_)) {
  Next();
}

void PieceCopy::SetPaused(bool paused) {
  paused_ = paused;
  Next();
}

PieceCopy::Step PieceCopy::Copy(SwarmStorage& from, SwarmStorage& to,
                                const std::vector<PieceIndex>& pieces) {
  Step step;
  std::string bytes;
  for (const PieceIndex piece : pieces) {
    bytes.resize(static_cast<std::size_t>(from.layout().RangeOf(piece).length));
    // What is a word there is one here. Asked before the bytes are read: what
    // is certain does not change, a word may become certain and other bytes.
    const auto authority = from.hashes().certain(piece)
                               ? SwarmStorage::Authority::kOrigin
                               : SwarmStorage::Authority::kMirror;
    step.status = from.Read(piece, 0, &bytes[0], bytes.size());
    if (absl::IsUnavailable(step.status)) {
      step.status = absl::OkStatus();
      continue;
    }
    if (!step.status.ok()) return step;
    if (!IsRight(piece, bytes, from, to)) {
      step.status = absl::DataLossError("the file has other bytes");
      return step;
    }
    step.status = to.PutPiece(piece, bytes, authority).status();
    step.local = !step.status.ok();
    if (step.local) return step;
    step.put.push_back(piece);
  }
  return step;
}

void PieceCopy::Next() {
  if (paused_ || std::exchange(copying_, true)) return;
  std::vector<PieceIndex> pieces;
  std::int64_t bytes = 0;
  while (!missing_.empty() && bytes < kStepBytes) {
    pieces.push_back(missing_.back());
    bytes += to_->layout().RangeOf(missing_.back()).length;
    missing_.pop_back();
  }
  parts_.worker->Post([this, alive = std::weak_ptr<char>(alive_),
                       executor = parts_.executor, from = from_, to = to_,
                       pieces = std::move(pieces)] {
    executor->Post([this, alive, step = Copy(*from, *to, pieces)]() mutable {
      if (!alive.expired()) OnStep(std::move(step));
    });
  });
}

void PieceCopy::OnStep(Step step) {
  copying_ = false;
  const bool ended = missing_.empty() || !step.status.ok();
  const std::weak_ptr<char> alive = alive_;
  put_(step.put);
  if (alive.expired()) return;
  if (!ended) return Next();
  copying_ = true;  // Nothing is copied any more.
  std::move(end_)(std::move(step.status), step.local);
}

}  // namespace convoy
