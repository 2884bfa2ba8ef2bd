#ifndef CONVOY_PEER_PIECE_HASHES_H_
#define CONVOY_PEER_PIECE_HASHES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "peer/base/mutex.h"
#include "peer/manifest.h"
#include "peer/piece_digest.h"
#include "peer/piece_layout.h"

namespace convoy {

// What the pieces of one content must be: the hash of each. Known from the
// start (a manifest), or learned one by one (late-bound: who fetches a piece
// from the origin tells the others its SHA-1). What a peer told is its word; a
// manifest and the origin's own bytes are certain. Thread-safe.
class PieceHashes {
 public:
  // Of a late-bound content.
  static constexpr int kSize = Manifest::kHashSize;

  // Of a manifest; all are known.
  explicit PieceHashes(std::shared_ptr<const Manifest> manifest);
  // Late-bound; none is known.
  explicit PieceHashes(PieceLayout layout);

  const PieceLayout& layout() const { return layout_; }
  bool late_bound() const { return manifest_ == nullptr; }
  // For one piece.
  PieceDigest NewDigest() const;
  // Of `bytes`, a whole piece.
  std::string HashOf(absl::string_view bytes) const;
  // Absent: not known yet.
  std::optional<std::string> Find(PieceIndex piece) const;
  bool certain(PieceIndex piece) const;
  // The first that is learned stays. False: another one is known.
  bool Learn(PieceIndex piece, absl::string_view hash);
  // That of the origin's own bytes: of a late-bound content it is certain from
  // now on, whatever was learned. False: the manifest has another one.
  bool Decide(PieceIndex piece, absl::string_view hash);
  // What was learned is not known any more, unless it is certain.
  void Forget(PieceIndex piece);
  // Those that are known, in order.
  std::vector<std::pair<PieceIndex, std::string>> Known() const;

 private:
  // False: another one is known.
  bool LearnLocked(std::size_t slot, absl::string_view hash)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<const Manifest> manifest_;
  const PieceLayout layout_;

  mutable Mutex mutex_;
  // kSize bytes for each piece; made with the first that is learned.
  std::string learned_ ABSL_GUARDED_BY(mutex_);
  std::vector<bool> known_ ABSL_GUARDED_BY(mutex_);
  std::vector<bool> certain_ ABSL_GUARDED_BY(mutex_);
};

// SHA-1 of `bytes`, 20 bytes.
std::string Sha1Of(absl::string_view bytes);

}  // namespace convoy

#endif  // CONVOY_PEER_PIECE_HASHES_H_
