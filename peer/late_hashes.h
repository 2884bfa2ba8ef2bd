#ifndef CONVOY_PEER_LATE_HASHES_H_
#define CONVOY_PEER_LATE_HASHES_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "peer/manifest.h"
#include "peer/piece_hashes.h"

// The hashes of a late-bound content as the cache keeps them.
namespace convoy {

// Empty for contents of a manifest. Else the 20 bytes of each piece, in order;
// all must be known, or the result is empty too.
std::string KeptHashes(const PieceHashes& hashes);

// The hashes that KeptHashes made, or those of the manifest where `kept` is
// empty or of another length.
std::shared_ptr<PieceHashes> HashesOfKept(
    std::shared_ptr<const Manifest> manifest, absl::string_view kept);

}  // namespace convoy

#endif  // CONVOY_PEER_LATE_HASHES_H_
