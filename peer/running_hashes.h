#ifndef CONVOY_PEER_RUNNING_HASHES_H_
#define CONVOY_PEER_RUNNING_HASHES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "peer/piece_digest.h"
#include "peer/piece_layout.h"

namespace convoy {

// Hashes of pieces whose blocks are written one after another, taken while the
// bytes are at hand: a piece needs not be read back. Blocks in another order,
// or written twice, are no harm: that piece has no hash here.
//
// At most kMost pieces at a time; of others nothing is kept. Not thread-safe.
class RunningHashes {
 public:
  static constexpr std::size_t kMost = 256;

  explicit RunningHashes(PieceHashKind kind) : kind_(kind) {}

  // These bytes have been written, from `begin` of the piece on.
  void Add(PieceIndex piece, std::int64_t begin, absl::string_view bytes);
  // Of the piece's `length` bytes as they were written last; nothing if that is
  // not known. Forgets the piece.
  std::optional<std::string> Take(PieceIndex piece, std::int64_t length);
  void Forget(PieceIndex piece) { pieces_.erase(piece.value); }

 private:
  struct Running {
    explicit Running(PieceHashKind kind) : digest(kind) {}

    PieceDigest digest;
    std::int64_t end = 0;
  };

  const PieceHashKind kind_;
  std::map<std::int32_t, Running> pieces_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_RUNNING_HASHES_H_
