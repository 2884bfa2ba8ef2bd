#include "peer/server_certificates.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "peer/sha256.h"

namespace convoy {
namespace {

constexpr std::size_t kMostBytes = 16 << 10;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};

std::unique_ptr<X509, Free> Parse(const std::string& pem) {
  const std::unique_ptr<BIO, Free> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return std::unique_ptr<X509, Free>(
      bio == nullptr ? nullptr
                     : PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

// What one of OpenSSL's i2d_ functions has allocated, `size` long.
std::string Take(unsigned char* bytes, int size) {
  std::string text;
  if (size > 0) text.assign(reinterpret_cast<const char*>(bytes), size);
  OPENSSL_free(bytes);
  return text;
}

std::string DerOf(const X509& certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(&certificate, &bytes);
  return Take(bytes, size);
}

std::string KeyOf(const X509& certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &bytes);
  const std::string info = Take(bytes, size);
  if (info.empty()) return "";
  Sha256 sha256;
  sha256.Update(info);
  return absl::Base64Escape(sha256.Finish());
}

}  // namespace

ServerCertificates ReadServerCertificates(const std::vector<std::string>& pem) {
  ServerCertificates read;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < pem.size(); ++i) {
    const std::unique_ptr<X509, Free> certificate = Parse(pem[i]);
    if (certificate == nullptr) break;
    if (i == 0) read.key = KeyOf(*certificate);
    std::string der = DerOf(*certificate);
    bytes += der.size();
    if (der.empty() || bytes > kMostBytes) break;
    read.der.push_back(std::move(der));
  }
  return read;
}

}  // namespace convoy
