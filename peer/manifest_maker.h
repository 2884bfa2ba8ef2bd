#ifndef CONVOY_PEER_MANIFEST_MAKER_H_
#define CONVOY_PEER_MANIFEST_MAKER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace convoy {

// What is not in the file itself.
struct ManifestSpec {
  // The last component of its path.
  std::string name;
  // Where else its bytes are (BEP 19), whole URLs.
  std::vector<std::string> url_seeds;
  // A power of two, kMinGivenPieceLength to kMaxGivenPieceLength bytes.
  // Nothing: PieceLayout's rule.
  std::optional<std::int64_t> piece_length;
};

constexpr std::int64_t kMinGivenPieceLength = 16 << 10;
constexpr std::int64_t kMaxGivenPieceLength = 16 << 20;

struct MadeManifest {
  std::int64_t size = 0;
  std::string sha256;  // Of the file, 32 bytes.
  // The metainfo file and its info-hash (20 bytes). Both empty for an empty
  // file: BitTorrent knows none.
  std::string metainfo;
  std::string info_hash;
  // Where the info dictionary stands in `metainfo`.
  std::size_t info_begin = 0;
  std::size_t info_size = 0;
};

// INVALID_ARGUMENT: no piece can be that long.
absl::Status CheckPieceLength(std::int64_t piece_length);

// Reads the plain file `fd` once, from its first byte to its last, and makes
// its metainfo file (version 1, no date in it): the same bytes for the same
// file and spec. Blocks; calls `progress` with the bytes read so far about
// every MiB, and ends with CANCELLED when it returns false. INVALID_ARGUMENT:
// the piece length is none, or gives too many pieces. PATH_NOT_REGULAR,
// LOCAL_FILE_IO. LOCAL_FILE_CHANGED: somebody wrote into the file meanwhile.
absl::StatusOr<MadeManifest> MakeManifest(
    int fd, const ManifestSpec& spec,
    absl::FunctionRef<bool(std::int64_t)> progress);

}  // namespace convoy

#endif  // CONVOY_PEER_MANIFEST_MAKER_H_
