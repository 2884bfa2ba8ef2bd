#ifndef CONVOY_PEER_TRUSTED_SIGNERS_H_
#define CONVOY_PEER_TRUSTED_SIGNERS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/manifest.h"
#include "peer/signature_key.h"

namespace convoy {

// Whose signatures of manifests (BEP 35) are believed. Immutable; any thread.
class TrustedSigners {
 public:
  static constexpr std::size_t kMaxKeys = 32;
  // Of one manifest, whatever it bears: hashing more would hold up the others.
  static constexpr std::size_t kMaxHashedBytes = std::size_t{64} << 20;

  // Who signed a manifest.
  struct Verdict {
    // As the key's certificate calls it (VerifyingKey::name). Empty: nobody
    // that is believed.
    std::string signer;
    // Then why not, as a clause: "it bears no signature".
    std::string why_not;
  };

  // Certificates and public keys, PEM. Of a certificate its key counts, its
  // name and its dates; nobody needs to vouch for it. INVALID_ARGUMENT, with
  // words that follow the name of the text: as VerifyingKey::ReadAll, or more
  // than kMaxKeys.
  static absl::StatusOr<std::shared_ptr<const TrustedSigners>> Read(
      absl::string_view pem);

  // One right signature by a key that is valid at `now` is enough.
  Verdict Check(const Manifest& manifest, absl::Time now) const;
  // Where nobody is believed: why_not of a manifest that bears signatures;
  // empty: it bears none.
  static std::string WhyNobody(const Manifest& manifest);

 private:
  TrustedSigners() = default;
  // Of one signature. Takes what it hashes from `*left`.
  Verdict CheckOne(const ManifestSignature& signature, absl::string_view info,
                   absl::Time now, std::size_t* left) const;
  // It says that it is of one of the keys.
  bool IsClaimed(const ManifestSignature& signature) const;

  std::vector<VerifyingKey> keys_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_TRUSTED_SIGNERS_H_
