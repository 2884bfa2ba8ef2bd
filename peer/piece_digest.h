#ifndef CONVOY_PEER_PIECE_DIGEST_H_
#define CONVOY_PEER_PIECE_DIGEST_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "peer/evp_digest.h"
#include "peer/piece_layout.h"

namespace convoy {

// What the hash of a content's piece is.
class PieceHashKind {
 public:
  // Version 1 (BEP 3): SHA-1 of the piece.
  PieceHashKind() = default;
  // Version 2 (BEP 52): the root of a binary tree of SHA-256, whose leaves are
  // the hashes of the piece's blocks of 16 KiB. Leaves that have no block are
  // 32 zero bytes: there are as many as a piece of full length has blocks, or
  // in a file of one piece the next power of two.
  static PieceHashKind Version2(const PieceLayout& layout);

  bool is_version2() const { return leaves_ > 0; }
  // Bytes of a hash.
  std::size_t size() const { return is_version2() ? 32 : 20; }
  // Of the tree of each piece. Version 1: 0.
  std::int64_t leaves() const { return leaves_; }

 private:
  std::int64_t leaves_ = 0;
};

// The hash of one piece, of bytes that come one after another. Not thread-safe.
class PieceDigest {
 public:
  explicit PieceDigest(PieceHashKind kind);

  void Update(absl::string_view bytes);
  // Of what came since the last Finish. REQUIRES: at least a byte, and no more
  // than a piece has.
  std::string Finish();

 private:
  void EndBlock();

  const PieceHashKind kind_;
  EvpDigest digest_;  // Version 2: of the block under way.
  std::size_t in_block_ = 0;
  std::string blocks_;  // Hashes of those that are whole.
};

// The root of version 2 over all pieces of a file. `hashes`: those of the
// pieces, one after another.
std::string PiecesRoot(const PieceLayout& layout, std::string hashes);

}  // namespace convoy

#endif  // CONVOY_PEER_PIECE_DIGEST_H_
