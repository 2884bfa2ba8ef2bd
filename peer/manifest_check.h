#ifndef CONVOY_PEER_MANIFEST_CHECK_H_
#define CONVOY_PEER_MANIFEST_CHECK_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "peer/manifest.h"
#include "peer/piece_layout.h"

namespace convoy {

// Reads the open file from its first byte to its last and holds each piece to
// its hash in `manifest`. Returns the first piece that is another one; nothing
// when the file is the manifest's. Blocks; needs 1 MiB whatever the manifest
// says. Asks `go_on` before every MiB, and ends with CANCELLED when it returns
// false.
//
// Errors: an Error (error_detail.h) with context LOCAL_FILE. SIZE_MISMATCH: the
// file has another size. LOCAL_FILE_CHANGED: somebody wrote into it meanwhile.
// PATH_NOT_REGULAR, LOCAL_FILE_IO.
absl::StatusOr<std::optional<PieceIndex>> FirstWrongPiece(
    int fd, const Manifest& manifest, absl::FunctionRef<bool()> go_on);

}  // namespace convoy

#endif  // CONVOY_PEER_MANIFEST_CHECK_H_
