#ifndef CONVOY_PEER_SHA256_H_
#define CONVOY_PEER_SHA256_H_

#include "peer/evp_digest.h"

namespace convoy {

// SHA-256 of bytes that come one after another. Not thread-safe.
class Sha256 final : public EvpDigest {
 public:
  static constexpr int kSize = 32;
  Sha256() : EvpDigest(Algorithm::kSha256) {}
};

}  // namespace convoy

#endif  // CONVOY_PEER_SHA256_H_
