#ifndef CONVOY_CLIENT_BACKGROUND_COPY_INTEGRITY_INFO_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_INTEGRITY_INFO_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"

namespace convoy::background_copy {

// DODownloadProperty_IntegrityCheckInfo, a JSON object with
// PiecesHashFileUrl, PiecesHashFileDigest and PiecesHashFileDigestAlgorithm, as
// a manifest. The pieces' hash file is a BitTorrent metainfo file here; its
// digest is a SHA-256 in base64 or hexadecimal digits. Nothing: it is not JSON,
// names no file, or has a digest that is none.
std::optional<v1::Manifest> ParseIntegrityInfo(absl::string_view json);

// True if `text` is a JSON object.
bool IsJsonObject(absl::string_view text);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_INTEGRITY_INFO_H_
