#include "peer/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace convoy {
namespace {

// OpenSSL fails here only without memory or without its own provider.
void MustBeOne(int result) {
  if (result != 1) std::abort();
}

}  // namespace

class Sha256::Impl {
 public:
  Impl() : context_(EVP_MD_CTX_new()) {
    MustBeOne(context_ != nullptr);
    MustBeOne(EVP_DigestInit_ex(context_, EVP_sha256(), nullptr));
  }
  ~Impl() { EVP_MD_CTX_free(context_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  EVP_MD_CTX* context() { return context_; }

 private:
  EVP_MD_CTX* const context_;
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}

Sha256::~Sha256() = default;

void Sha256::Update(absl::string_view bytes) {
  MustBeOne(EVP_DigestUpdate(impl_->context(), bytes.data(), bytes.size()));
}

std::string Sha256::Finish() {
  std::string digest(kSize, '\0');
  MustBeOne(EVP_DigestFinal_ex(
      impl_->context(), reinterpret_cast<unsigned char*>(&digest[0]), nullptr));
  return digest;
}

}  // namespace convoy
