#ifndef CONVOY_PEER_SHA1_H_
#define CONVOY_PEER_SHA1_H_

#include "peer/evp_digest.h"

namespace convoy {

// SHA-1 of bytes that come one after another. Not thread-safe.
class Sha1 final : public EvpDigest {
 public:
  static constexpr int kSize = 20;
  Sha1() : EvpDigest(Algorithm::kSha1) {}
};

}  // namespace convoy

#endif  // CONVOY_PEER_SHA1_H_
