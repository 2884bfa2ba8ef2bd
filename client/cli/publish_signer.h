#ifndef CONVOY_CLIENT_CLI_PUBLISH_SIGNER_H_
#define CONVOY_CLIENT_CLI_PUBLISH_SIGNER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/manifest_signer.h"

namespace convoy {

// Who signs what `convoy publish` makes. `key_file`: a private key, PEM, also a
// pipe; its certificate may stand beside it. `name`: empty is the common name
// of the certificate, else host and port of `url_prefix`. INVALID_ARGUMENT with
// a hint: the file cannot be read, or there is no key in it that can be used;
// the name or the certificate is too long.
absl::StatusOr<ManifestSigner> ReadPublishSigner(const std::string& key_file,
                                                 const std::string& name,
                                                 absl::string_view url_prefix);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_PUBLISH_SIGNER_H_
