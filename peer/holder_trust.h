#ifndef CONVOY_PEER_HOLDER_TRUST_H_
#define CONVOY_PEER_HOLDER_TRUST_H_

#include <cstdint>

#include "absl/time/time.h"

namespace convoy {

// Whether what peers say they have is worth waiting for. Peers that have what
// is missing and give next to nothing for a while are not: pieces are then
// fetched from the origin all the same, until peers give again. Time counts
// only while something is waited for, but then over all connections, so that
// nobody gains by coming and going. Not thread-safe.
class HolderTrust {
 public:
  // Fetches that had begun and were given up for peers, without a piece of
  // theirs.
  static constexpr int kMaxYielded = 32;

  HolderTrust(std::int64_t piece_length, absl::Duration now);

  // Peers have something that is missing, or not, from now on.
  void SetWaiting(bool waiting, absl::Duration now);
  // A peer gave a piece that was missing.
  void PieceCame(std::int64_t bytes);
  // True at first. Changes with SetWaiting and PieceCame.
  bool trusted() const { return trusted_; }
  // Whether a fetch may be given up for a piece that a peer says it has. Those
  // that have `begun` are counted: their bytes come twice.
  bool MayYield(bool begun);
  // When SetWaiting may change the answer, if nothing happens.
  absl::Duration NextJudgement() const;

 private:
  std::int64_t Enough() const;

  const absl::Duration window_;
  bool trusted_ = true;
  bool waiting_ = false;
  absl::Duration counted_at_;
  // Since the last judgement.
  absl::Duration waited_;
  std::int64_t bytes_ = 0;
  int yielded_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_HOLDER_TRUST_H_
