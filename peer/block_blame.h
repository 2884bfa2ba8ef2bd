#ifndef CONVOY_PEER_BLOCK_BLAME_H_
#define CONVOY_PEER_BLOCK_BLAME_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "peer/piece_layout.h"

namespace convoy {

// Finds out who sent wrong bytes. A piece whose hash is wrong is known to be
// wrong, but not which of its blocks: the digest of each is kept until the
// piece is right; then the senders of those that differ are known, and only
// they. Whoever sent all blocks of a wrong piece is known at once.
//
// Bounded by the pieces that are being fetched, and by kMaxSuspects. Not
// thread-safe.
class BlockBlame {
 public:
  // Of one connection, for as long as its blocks matter.
  using Sender = std::uint64_t;
  // What the file has of block number `block` of the piece; nothing: it cannot
  // be read.
  using Reader =
      absl::FunctionRef<std::optional<std::string>(std::int32_t block)>;

  // Digests of wrong pieces that are kept, of all pieces together: those of 64
  // pieces of 16 MiB.
  static constexpr std::size_t kMaxSuspects = 64 << 10;

  explicit BlockBlame(PieceLayout layout) : layout_(layout) {}

  // The block of `sender` is in the file. The first one counts: libtorrent
  // writes no block twice.
  void Wrote(PieceIndex piece, std::int32_t block, Sender sender);
  // The hash was wrong; the file still has the bytes. The one who sent all, if
  // there is one.
  std::optional<Sender> Failed(PieceIndex piece, Reader read);
  // The bytes may be wrong: only what Passed finds counts, also where one sent
  // all.
  void Doubted(PieceIndex piece, Reader read);
  // The piece is right, and in the file. Who had sent something else, each
  // once, rising.
  std::vector<Sender> Passed(PieceIndex piece, Reader read);
  // What this one sent of the piece so far is not held against it.
  void Excuse(PieceIndex piece, Sender sender);
  // It is not looked for who sent what of the piece.
  void Forget(PieceIndex piece);
  // Of the attempt that is under way; 0: no peer.
  std::vector<Sender> SendersOf(PieceIndex piece) const;

 private:
  struct Suspect {
    std::int32_t block;
    Sender sender;
    std::string digest;
  };

  std::int32_t BlocksOf(PieceIndex piece) const;
  void NoteSuspects(PieceIndex piece, const std::vector<Sender>& senders,
                    Reader read);

  const PieceLayout layout_;
  // Of the attempt that is under way; by block, 0: no peer.
  std::map<std::int32_t, std::vector<Sender>> senders_;
  // Of attempts that failed.
  std::map<std::int32_t, std::vector<Suspect>> suspects_;
  std::size_t suspect_count_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BLOCK_BLAME_H_
