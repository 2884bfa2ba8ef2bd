// What a SwarmTransfer does where the digest of a late-bound content is wrong
// at the end: somebody told a false hash, gave bytes that agree with it, and
// nobody said otherwise.

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "peer/base/log.h"
#include "peer/piece_spans.h"
#include "peer/swarm_transfer.h"

namespace convoy {
namespace {

// The digest is checked so often before all that is not certain is fetched. A
// check reads the whole file.
constexpr int kHasty = 3;

}  // namespace

bool SwarmTransfer::Doubt() {
  if (!found_.late_bound || member_ == nullptr) return false;
  // The rests of their first and last pieces are cut off: they could be neither
  // checked nor given.
  if (!spec_.ranges.empty()) return false;
  std::vector<PieceIndex> certain;
  bool any_uncertain = false;
  for (const PieceSpan& span : storage_->map().pieces()) {
    for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
      if (storage_->hashes().certain(piece)) {
        certain.push_back(piece);
      } else {
        any_uncertain = true;
      }
    }
  }
  if (!any_uncertain) return false;
  LogWarning("content ", absl::BytesToHexString(found_.manifest->info_hash),
             ": the file's SHA-256 is not the expected; pieces that only peers "
             "vouch for are fetched again");
  certain_ = SpansOf(certain);
  storage_->Doubt();
  doubting_ = true;
  finishing_ = false;
  peers_first_until_.reset();
  last_piece_ = parts_.clock->Monotonic();
  member_->Doubt(++doubts_ > kHasty);
  sources_.StartOver();
  UseSource();
  return true;
}

void SwarmTransfer::OnDoubtsSettled() {
  if (reporter_.ended() || !std::exchange(doubting_, false)) return;
  finishing_ = true;
  fetcher_.reset();
  member_->SetDemand(0, 1);
  store_.FinishAgain();
  reporter_.Changed();
}

}  // namespace convoy
