#ifndef CONVOY_PEER_EVP_DIGEST_H_
#define CONVOY_PEER_EVP_DIGEST_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// One of OpenSSL's message digests, of bytes that come one after another.
// Behind Sha1 and Sha256. Not thread-safe.
class EvpDigest {
 public:
  enum class Algorithm { kSha1, kSha256 };

  explicit EvpDigest(Algorithm algorithm);
  ~EvpDigest();
  EvpDigest(const EvpDigest&) = delete;
  EvpDigest& operator=(const EvpDigest&) = delete;

  void Update(absl::string_view bytes);
  // The digest of what came since the last Finish.
  std::string Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// RFC 2104 over SHA-256: 32 bytes.
std::string HmacSha256(absl::string_view key, absl::string_view message);

}  // namespace convoy

#endif  // CONVOY_PEER_EVP_DIGEST_H_
