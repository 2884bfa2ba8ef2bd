#ifndef CONVOY_PEER_BASE_OPENSSL_POINTERS_H_
#define CONVOY_PEER_BASE_OPENSSL_POINTERS_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

// OpenSSL's objects with their owners; a chain of BIOs is not for BioPtr. For
// .cc files: others need not read OpenSSL's headers.
namespace convoy {

template <auto Free>
struct OpenSslFreer {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using BioPtr = std::unique_ptr<BIO, OpenSslFreer<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, OpenSslFreer<X509_free>>;
using DigestPtr = std::unique_ptr<EVP_MD_CTX, OpenSslFreer<EVP_MD_CTX_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpenSslFreer<EVP_PKEY_free>>;

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_OPENSSL_POINTERS_H_
