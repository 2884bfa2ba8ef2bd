#ifndef CONVOY_PEER_MANIFEST_H_
#define CONVOY_PEER_MANIFEST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/piece_digest.h"
#include "peer/piece_layout.h"

namespace convoy {

// A signature that a metainfo file bears (BEP 35). Whether it is right, nobody
// has looked at yet: trusted_signers.h does.
struct ManifestSignature {
  static constexpr std::size_t kMaxCount = 16;  // Of one file.
  static constexpr std::size_t kMaxSignerSize = 255;
  static constexpr std::size_t kMaxSignatureSize = 1 << 10;
  static constexpr std::size_t kMaxCertificateSize = 16 << 10;
  static constexpr std::size_t kMaxInfoSize = 4 << 10;

  // Who is said to have made it. Anybody may say so.
  std::string signer;
  std::string signature;
  std::string certificate;  // DER, not looked at; empty: there is none.
  // Bencoded. Signed together with the manifest's; empty: there is none.
  std::string info;
};

// A BitTorrent metainfo file (BEP 3, BEP 52) of one file: what its bytes must
// be, piece by piece. Immutable once shared.
struct Manifest {
  static constexpr int kHashSize = 20;  // SHA-1.
  // No metainfo file is longer: a hybrid one with the most pieces is not.
  static constexpr std::size_t kMaxMetainfoSize = 64 << 20;

  // The content's id among peers, kHashSize bytes: SHA-1 of the bencoded info
  // dictionary; of version 2 alone the first bytes of its SHA-256.
  std::string info_hash;
  // Of version 2 and hybrid: that SHA-256. Else empty.
  std::string info_hash_v2;
  // One component of a path, UTF-8. To be shown, never to be opened.
  std::string name;
  PieceLayout layout;
  PieceHashKind hash_kind;
  // Of each piece, one after another.
  std::string piece_hashes;
  // BEP 19, whole URLs: http and https.
  std::vector<std::string> url_seeds;
  // http, https and udp.
  std::vector<std::string> trackers;
  // BEP 27: peers are found by its trackers only.
  bool is_private = false;
  // In the order of the file. Where what it bears cannot be read: none, and the
  // fault as a clause.
  std::vector<ManifestSignature> signatures;
  std::string signatures_fault;
  // The metainfo file as it was read, and where its info dictionary stands.
  std::string metainfo;
  std::size_t info_begin = 0;
  std::size_t info_size = 0;

  // The bencoded info dictionary: what signatures are of.
  absl::string_view info() const {
    return absl::string_view(metainfo).substr(info_begin, info_size);
  }

  absl::string_view HashOf(PieceIndex piece) const {
    return absl::string_view(piece_hashes)
        .substr(static_cast<std::size_t>(piece.value) * hash_kind.size(),
                hash_kind.size());
  }
};

// Reads a metainfo file of version 1, hybrid (as version 1), or of version 2.
// Bounded in time and memory by the length of `metainfo`. INVALID_ARGUMENT,
// with a sentence that says what is wrong: too long, not bencoded, no info
// dictionary, more than one file, an empty one, no hashes, a piece length that
// is no power of two from 16 KiB to 64 MiB, a number of hashes that does not
// fit the size, hashes of pieces that do not have the file's root, a name that
// is a path. URLs that cannot be used are left out, and so are signatures.
absl::StatusOr<std::shared_ptr<const Manifest>> ReadManifest(
    absl::string_view metainfo);

}  // namespace convoy

#endif  // CONVOY_PEER_MANIFEST_H_
