#include "peer/signature_testing.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "peer/base/openssl_pointers.h"
#include "peer/signature_key.h"

namespace convoy {
namespace {

// A test that cannot make its keys has nothing to say.
void Require(bool holds) {
  if (!holds) std::abort();
}

// What `write` puts into a BIO.
template <typename Write>
std::string Written(Write write) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  Require(write(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

KeyPtr MakeKey(const TestSigner::Wish& wish) {
  switch (wish.kind) {
    case TestSigner::Kind::kEd25519:
      return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case TestSigner::Kind::kEd448:
      return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"));
    case TestSigner::Kind::kEc:
      return KeyPtr(EVP_EC_gen(wish.curve.c_str()));
    case TestSigner::Kind::kRsa:
      return KeyPtr(EVP_RSA_gen(static_cast<unsigned>(wish.rsa_bits)));
  }
  return nullptr;
}

CertificatePtr MakeCertificate(EVP_PKEY* key, const TestSigner::Wish& wish) {
  CertificatePtr certificate(X509_new());
  X509* const x509 = certificate.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  ASN1_TIME_set(X509_getm_notBefore(x509), absl::ToTimeT(wish.begin));
  ASN1_TIME_set(X509_getm_notAfter(x509), absl::ToTimeT(wish.end));
  X509_set_pubkey(x509, key);
  X509_NAME* const name = X509_get_subject_name(x509);
  if (!wish.name.empty()) {
    Require(X509_NAME_add_entry_by_txt(
                name, "CN", MBSTRING_UTF8,
                reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1,
                -1, 0) == 1);
  }
  X509_set_issuer_name(x509, name);
  const int kind = EVP_PKEY_get_base_id(key);
  const bool own_digest = kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448;
  Require(X509_sign(x509, key, own_digest ? nullptr : EVP_sha256()) > 0);
  return certificate;
}

std::string Text(absl::string_view text) {
  return absl::StrCat(text.size(), ":", text);
}

}  // namespace

TestSigner MakeTestSigner(const TestSigner::Wish& wish) {
  const KeyPtr key = MakeKey(wish);
  Require(key != nullptr);
  const CertificatePtr certificate = MakeCertificate(key.get(), wish);
  TestSigner signer;
  signer.private_pem = Written([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0,
                                    nullptr, nullptr);
  });
  signer.encrypted_pem = Written([&](BIO* bio) {
    char passphrase[] = "sesame";
    return PEM_write_bio_PrivateKey(bio, key.get(), EVP_aes_256_cbc(), nullptr,
                                    0, nullptr, passphrase);
  });
  signer.public_pem =
      Written([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key.get()); });
  signer.certificate_pem = Written(
      [&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
  signer.certificate_der =
      Written([&](BIO* bio) { return i2d_X509_bio(bio, certificate.get()); });
  return signer;
}

TestSigner MakeTestSigner() { return MakeTestSigner(TestSigner::Wish()); }

std::string WithSignatures(absl::string_view metainfo,
                           absl::string_view signatures) {
  return absl::StrCat(metainfo.substr(0, metainfo.size() - 1), "10:signatures",
                      signatures, "e");
}

std::string SignatureEntry(absl::string_view name, const TestSigner& signer,
                           absl::string_view signed_bytes,
                           absl::string_view info) {
  const auto key = SigningKey::Read(signer.private_pem);
  Require(key.ok());
  const auto signature = key->Sign(absl::StrCat(signed_bytes, info));
  Require(signature.ok());
  return absl::StrCat(Text(name), "d",
                      info.empty() ? "" : absl::StrCat("4:info", info),
                      "9:signature", Text(*signature), "e");
}

}  // namespace convoy
