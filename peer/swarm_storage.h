#ifndef CONVOY_PEER_SWARM_STORAGE_H_
#define CONVOY_PEER_SWARM_STORAGE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/base/mutex.h"
#include "peer/byte_range.h"
#include "peer/piece_hashes.h"
#include "peer/piece_layout.h"
#include "peer/target_file.h"

namespace convoy {

// Which bytes of a content lie where in its file. A whole file: all at their
// own offset. Ranges: those of the ranges one after another, as the local file
// wants them, and behind its end the rest of the pieces that the ranges touch,
// which is cut off when all are verified.
class StorageMap {
 public:
  static StorageMap Whole(const PieceLayout& layout);
  // `ranges`: of the content, in the local file's order, without overlap,
  // inside `layout`.
  static StorageMap OfRanges(const std::vector<ByteRange>& ranges,
                             const PieceLayout& layout);

  // Where the content's byte `offset` is, and how many follow it without a gap.
  // Absent: in no piece that the map has.
  std::optional<ByteRange> At(std::int64_t offset) const;
  bool Has(PieceIndex piece) const;
  // Size of the local file, without what is cut off.
  std::int64_t local_size() const { return local_size_; }
  // With it.
  std::int64_t file_size() const { return file_size_; }
  // The pieces that the map has, rising.
  const std::vector<PieceSpan>& pieces() const { return pieces_; }

 private:
  struct Segment {
    ByteRange content;
    std::int64_t file_offset = 0;
  };

  // Places what the pieces have besides the ranges behind the local file's end.
  // REQUIRES: segments_ are the ranges, rising; pieces_ are those they touch.
  void AddRests(const PieceLayout& layout);

  std::vector<Segment> segments_;  // Rising by content.
  std::vector<PieceSpan> pieces_;
  std::int64_t local_size_ = 0;
  std::int64_t file_size_ = 0;
};

// The file of one content as a swarm uses it: blocks of peers go in as they
// come, whole pieces of the origin when their hash is right, and bytes come out
// of verified pieces only.
//
// What lies in no piece of the map is neither written nor read: OUT_OF_RANGE.
//
// Thread-safe. Invariant: the bytes of a verified piece are never written
// again, but for those that a peer's word called right and the origin's are
// not.
class SwarmStorage {
 public:
  SwarmStorage(std::shared_ptr<TargetFile> file,
               std::shared_ptr<PieceHashes> hashes, StorageMap map);

  const PieceLayout& layout() const { return hashes_->layout(); }
  const StorageMap& map() const { return map_; }
  PieceHashes& hashes() { return *hashes_; }

  bool verified(PieceIndex piece) const;
  // It is verified, and not in doubt.
  bool MayGive(PieceIndex piece) const;
  // The piece is in the file, and right.
  void MarkVerified(PieceIndex piece);

  // A block of a peer. False: dropped, for the piece is verified.
  absl::StatusOr<bool> WriteBlock(PieceIndex piece, std::int64_t begin,
                                  absl::string_view bytes);
  // What peers say is the hash of a late-bound piece; absent: they say nothing,
  // or different things. Ignored where that is certain, or the piece verified.
  void SetWord(PieceIndex piece, const std::optional<std::string>& hash);

  enum class Authority {
    // The origin's own bytes: of a late-bound content they decide what is
    // right, also against what was verified on a peer's word.
    kOrigin,
    // Those of somebody whose hash is a word, too: one that counts for more
    // than those of peers.
    kMirror,
  };
  // A whole piece that was fetched; if it is right, it is in the file then, and
  // verified. False: it was there, and nothing was written. DATA_LOSS: its hash
  // is another one.
  absl::StatusOr<bool> PutPiece(PieceIndex piece, absl::string_view bytes,
                                Authority authority = Authority::kOrigin);

  // Pieces that are verified on a word may be wrong, until Trust: nobody gets
  // them.
  void Doubt() { doubted_ = true; }
  void Trust() { doubted_ = false; }

  // Fills `buffer` with bytes of `piece` from `begin` on. FAILED_PRECONDITION:
  // the file is not what it was, or the piece is not verified. UNAVAILABLE: it
  // is in doubt.
  absl::Status Read(PieceIndex piece, std::int64_t begin, char* buffer,
                    std::size_t length);
  // As Read, but false where the bytes are not in memory, or not without an
  // error.
  bool TryRead(PieceIndex piece, std::int64_t begin, char* buffer,
               std::size_t length);
  // What was written, right or wrong.
  absl::Status ReadBack(PieceIndex piece, std::int64_t begin, char* buffer,
                        std::size_t length);
  // The hash of what the file has of the piece.
  absl::StatusOr<std::string> HashPiece(PieceIndex piece);
  // As HashPiece, but nothing where that takes long: the piece is large, or not
  // in memory.
  std::optional<std::string> TryHashPiece(PieceIndex piece);
  // SHA-256 of one block of it (BEP 52, for hybrid manifests).
  absl::StatusOr<std::string> HashBlock(PieceIndex piece, std::int64_t begin);

  // From now on Read fails where the file has been changed by others since:
  // checked before each read. For files that are seeded.
  absl::Status Freeze();
  // The check has failed; it stays so.
  bool changed() const { return changed_; }

 private:
  bool IsDoubted(PieceIndex piece) const;
  absl::Status WriteAt(std::int64_t offset, absl::string_view bytes);
  absl::Status ReadAt(std::int64_t offset, char* buffer, std::size_t length);
  // As ReadBack, but false where the bytes are not in memory, not in one part
  // of the file, or not without an error.
  bool TryReadBack(PieceIndex piece, std::int64_t begin, char* buffer,
                   std::size_t length);
  // Calls `each` with the bytes of the range, part by part, in order.
  absl::Status ReadRange(ByteRange range,
                         absl::FunctionRef<void(absl::string_view)> each);
  bool Unchanged();

  const std::shared_ptr<TargetFile> file_;
  const std::shared_ptr<PieceHashes> hashes_;
  const StorageMap map_;

  mutable Mutex mutex_;
  std::vector<bool> verified_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> doubted_{false};
  std::atomic<bool> frozen_{false};
  std::atomic<bool> changed_{false};
  FileStamp stamp_;  // Written before frozen_.
};

}  // namespace convoy

#endif  // CONVOY_PEER_SWARM_STORAGE_H_
