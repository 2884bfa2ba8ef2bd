#include "peer/evp_digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstddef>
#include <cstdlib>

namespace convoy {
namespace {

// OpenSSL fails here only without memory or without its own provider.
void MustBeOne(int result) {
  if (result != 1) std::abort();
}

}  // namespace

class EvpDigest::Impl {
 public:
  explicit Impl(const EVP_MD* type) : type_(type), context_(EVP_MD_CTX_new()) {
    MustBeOne(context_ != nullptr);
    Begin();
  }
  ~Impl() { EVP_MD_CTX_free(context_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void Begin() { MustBeOne(EVP_DigestInit_ex(context_, type_, nullptr)); }
  std::size_t size() const {
    return static_cast<std::size_t>(EVP_MD_get_size(type_));
  }
  EVP_MD_CTX* context() { return context_; }

 private:
  const EVP_MD* const type_;
  EVP_MD_CTX* const context_;
};

EvpDigest::EvpDigest(Algorithm algorithm)
    : impl_(std::make_unique<Impl>(
          algorithm == Algorithm::kSha1 ? EVP_sha1() : EVP_sha256())) {}

EvpDigest::~EvpDigest() = default;

void EvpDigest::Update(absl::string_view bytes) {
  MustBeOne(EVP_DigestUpdate(impl_->context(), bytes.data(), bytes.size()));
}

std::string EvpDigest::Finish() {
  std::string digest(impl_->size(), '\0');
  MustBeOne(EVP_DigestFinal_ex(
      impl_->context(), reinterpret_cast<unsigned char*>(&digest[0]), nullptr));
  impl_->Begin();
  return digest;
}

std::string HmacSha256(absl::string_view key, absl::string_view message) {
  std::string code(32, '\0');
  MustBeOne(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                 reinterpret_cast<const unsigned char*>(message.data()),
                 message.size(), reinterpret_cast<unsigned char*>(&code[0]),
                 nullptr) != nullptr);
  return code;
}

}  // namespace convoy
