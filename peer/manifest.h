#ifndef CONVOY_PEER_MANIFEST_H_
#define CONVOY_PEER_MANIFEST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/piece_layout.h"

namespace convoy {

// A BitTorrent metainfo file (BEP 3) of one file: what its bytes must be, piece
// by piece. Immutable once shared.
struct Manifest {
  static constexpr int kHashSize = 20;  // SHA-1.
  // No metainfo file is longer: a hybrid one with the most pieces is not.
  static constexpr std::size_t kMaxMetainfoSize = 64 << 20;

  // SHA-1 of the bencoded info dictionary: the content's id among peers.
  std::string info_hash;
  // One component of a path, UTF-8. To be shown, never to be opened.
  std::string name;
  PieceLayout layout;
  // kHashSize bytes for each piece, one after another.
  std::string piece_hashes;
  // BEP 19, whole URLs: http and https.
  std::vector<std::string> url_seeds;
  // http, https and udp.
  std::vector<std::string> trackers;
  // BEP 27: peers are found by its trackers only.
  bool is_private = false;
  // The metainfo file as it was read.
  std::string metainfo;

  absl::string_view HashOf(PieceIndex piece) const {
    return absl::string_view(piece_hashes)
        .substr(static_cast<std::size_t>(piece.value) * kHashSize, kHashSize);
  }
};

// Reads a metainfo file of version 1 (or hybrid, as version 1). Bounded in time
// and memory by the length of `metainfo`. INVALID_ARGUMENT, with a sentence
// that says what is wrong: too long, not bencoded, no info dictionary, more
// than one file, an empty one, no version 1 hashes, a piece length that is no
// power of two from 16 KiB to 64 MiB, a number of hashes that does not fit the
// size, a name that is a path. URLs that cannot be used are left out.
absl::StatusOr<std::shared_ptr<const Manifest>> ReadManifest(
    absl::string_view metainfo);

}  // namespace convoy

#endif  // CONVOY_PEER_MANIFEST_H_
