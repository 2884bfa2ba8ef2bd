#ifndef CONVOY_PEER_SHA256_H_
#define CONVOY_PEER_SHA256_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// SHA-256 of bytes that come one after another. Not thread-safe.
class Sha256 {
 public:
  static constexpr int kSize = 32;

  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(absl::string_view bytes);
  // The 32 bytes. Once, last.
  std::string Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_SHA256_H_
