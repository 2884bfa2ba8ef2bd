#ifndef CONVOY_PEER_LATE_MANIFEST_H_
#define CONVOY_PEER_LATE_MANIFEST_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/manifest.h"

namespace convoy {

// What names a content for which nobody made a manifest. Machines that know the
// same of it meet.
struct LateContent {
  std::int64_t size = 0;
  // Trusted, of the whole file, 32 bytes: any URL will do. Empty: none, and
  // these two name it.
  std::string sha256;
  std::string url;        // HttpUrl::normalized().
  std::string validator;  // Validator::ForIfRange(), not empty.
  // Of an authenticated group; both empty: none.
  std::string group_key;
  std::string group_ca_pem;
};

// The metainfo that all machines build alike, with placeholders for the pieces'
// hashes: they are learned later. INVALID_ARGUMENT: a size of 0, nothing that
// names the content, or a certificate that cannot be read.
absl::StatusOr<std::shared_ptr<const Manifest>> MakeLateManifest(
    const LateContent& content);

// The same pieces under an info-hash that only the group can compute, with its
// certificate authority inside: libtorrent lets in none but machines with a
// certificate of it. INVALID_ARGUMENT: a certificate that cannot be read.
absl::StatusOr<std::shared_ptr<const Manifest>> MakeGroupManifest(
    const Manifest& manifest, absl::string_view group_ca_pem,
    absl::string_view group_key);

}  // namespace convoy

#endif  // CONVOY_PEER_LATE_MANIFEST_H_
