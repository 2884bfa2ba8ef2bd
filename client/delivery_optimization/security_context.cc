#include "client/delivery_optimization/security_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>

namespace convoy::delivery_optimization {
namespace {

// HttpTls's bound of a file.
constexpr std::size_t kMaxBytes = 1 << 20;

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

Bio BioOf(absl::string_view bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

// Nobody is asked for a passphrase.
int NoPassphrase(char*, int, int, void*) { return -1; }

bool IsDerCertificate(absl::string_view bytes) {
  auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const end = at + bytes.size();
  const Certificate certificate(
      d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
  return certificate != nullptr && at == end;
}

SecurityContext Read(absl::string_view bytes) {
  if (bytes.empty() || bytes.size() > kMaxBytes) return SecurityContext::kNone;
  if (IsDerCertificate(bytes)) return SecurityContext::kCertificateAlone;
  const Certificate certificate(
      PEM_read_bio_X509(BioOf(bytes).get(), nullptr, NoPassphrase, nullptr));
  if (certificate == nullptr) return SecurityContext::kNone;
  const Key key(PEM_read_bio_PrivateKey(BioOf(bytes).get(), nullptr,
                                        NoPassphrase, nullptr));
  if (key == nullptr) return SecurityContext::kCertificateAlone;
  return X509_check_private_key(certificate.get(), key.get()) == 1
             ? SecurityContext::kCertificateAndKey
             : SecurityContext::kNone;
}

}  // namespace

SecurityContext SecurityContextOf(absl::string_view bytes) {
  const SecurityContext context = Read(bytes);
  // OpenSSL notes on the thread what it could not read.
  ERR_clear_error();
  return context;
}

}  // namespace convoy::delivery_optimization
