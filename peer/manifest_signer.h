#ifndef CONVOY_PEER_MANIFEST_SIGNER_H_
#define CONVOY_PEER_MANIFEST_SIGNER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/manifest_maker.h"
#include "peer/signature_key.h"

namespace convoy {

// Signs manifests that MakeManifest made (BEP 35): the signature, and the key's
// certificate if it has one, stand under the signer's name. Immutable; any
// thread.
class ManifestSigner {
 public:
  static constexpr std::size_t kMaxNameSize = 255;
  static constexpr std::size_t kMaxCertificateSize = 16 << 10;

  // INVALID_ARGUMENT: the name is empty or longer than kMaxNameSize, or the
  // key's certificate is longer than kMaxCertificateSize.
  static absl::StatusOr<ManifestSigner> Make(SigningKey key, std::string name);

  // The metainfo file of `made` with the signature. INTERNAL: OpenSSL refused.
  absl::StatusOr<std::string> Sign(const MadeManifest& made) const;
  // `metainfo` is the file of `made`, and bears this signer's right signature
  // and no other. (ECDSA makes another one each time.)
  bool HasSigned(absl::string_view metainfo, const MadeManifest& made) const;

 private:
  ManifestSigner(SigningKey key, std::string name);

  const SigningKey key_;
  // The bencoded dictionary, up to the signature.
  const std::string beginning_;
};

// The metainfo file that shall be where `before` is: `before` itself if it is
// right. Without a signer (null) it is so with any signatures, for they are of
// the same info dictionary; else with the signer's alone. REQUIRES: `made` has
// a metainfo file. INTERNAL: OpenSSL refused to sign.
absl::StatusOr<std::string> MetainfoToWrite(absl::string_view before,
                                            const MadeManifest& made,
                                            const ManifestSigner* signer);

}  // namespace convoy

#endif  // CONVOY_PEER_MANIFEST_SIGNER_H_
