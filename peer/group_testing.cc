#include "peer/group_testing.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <utility>

#include "peer/base/openssl_pointers.h"

namespace convoy {
namespace {

// A test that cannot make its certificates has nothing to say.
void Require(bool holds) {
  if (!holds) std::abort();
}

std::string Written(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

KeyPtr MakeKey(const TestAuthority::Wish& wish) {
  switch (wish.kind) {
    case TestAuthority::Wish::Kind::kEc:
      return KeyPtr(EVP_EC_gen("P-256"));
    case TestAuthority::Wish::Kind::kRsa:
      return KeyPtr(EVP_RSA_gen(static_cast<unsigned>(wish.rsa_bits)));
    case TestAuthority::Wish::Kind::kEd25519:
      return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  return nullptr;
}

void AddExtension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* const extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  Require(X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void SetName(X509_NAME* name, const std::string& text) {
  Require(X509_NAME_add_entry_by_txt(
              name, "CN", MBSTRING_UTF8,
              reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1,
              0) == 1);
}

CertificatePtr MakeCertificate(const std::string& name, EVP_PKEY* key,
                               const std::string& issuer, EVP_PKEY* issuer_key,
                               const TestAuthority::Wish& wish) {
  CertificatePtr certificate(X509_new());
  X509* const x509 = certificate.get();
  X509_set_version(x509, 2);
  static long serial = 0;
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  ASN1_TIME_set(X509_getm_notBefore(x509), absl::ToTimeT(wish.begin));
  ASN1_TIME_set(X509_getm_notAfter(x509), absl::ToTimeT(wish.end));
  X509_set_pubkey(x509, key);
  SetName(X509_get_subject_name(x509), name);
  X509_NAME* const issuer_name = X509_NAME_new();
  SetName(issuer_name, issuer);
  X509_set_issuer_name(x509, issuer_name);
  X509_NAME_free(issuer_name);
  if (wish.is_authority) {
    AddExtension(x509, NID_basic_constraints, "critical,CA:TRUE");
  }
  if (!wish.key_usage.empty()) {
    AddExtension(x509, NID_key_usage, wish.key_usage);
  }
  if (!wish.comment.empty()) {
    AddExtension(x509, NID_netscape_comment, wish.comment);
  }
  const bool ed25519 = EVP_PKEY_get_base_id(issuer_key) == EVP_PKEY_ED25519;
  Require(X509_sign(x509, issuer_key, ed25519 ? nullptr : EVP_sha256()) > 0);
  return certificate;
}

TestAuthority::Issued ToPem(X509* certificate, EVP_PKEY* key) {
  const BioPtr text(BIO_new(BIO_s_mem()));
  const BioPtr key_text(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_X509(text.get(), certificate) == 1);
  Require(PEM_write_bio_PrivateKey(key_text.get(), key, nullptr, nullptr, 0,
                                   nullptr, nullptr) == 1);
  return {Written(text.get()), Written(key_text.get())};
}

TestAuthority::Wish AuthorityWish() {
  TestAuthority::Wish wish;
  wish.is_authority = true;
  return wish;
}

}  // namespace

struct TestAuthority::Keys {
  KeyPtr key;
};

TestAuthority::TestAuthority(const std::string& name)
    : name_(name), keys_(std::make_unique<Keys>()) {
  keys_->key = MakeKey(AuthorityWish());
  EVP_PKEY* const key = keys_->key.get();
  own_ =
      ToPem(MakeCertificate(name, key, name, key, AuthorityWish()).get(), key);
}

TestAuthority::TestAuthority(const std::string& name,
                             const TestAuthority& above)
    : name_(name), keys_(std::make_unique<Keys>()) {
  own_ = above.Issue(name, AuthorityWish());
  const BioPtr text(BIO_new_mem_buf(own_.key_pem.data(),
                                    static_cast<int>(own_.key_pem.size())));
  keys_->key.reset(
      PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
}

TestAuthority::~TestAuthority() = default;

TestAuthority::Issued TestAuthority::Issue(const std::string& name,
                                           const Wish& wish) const {
  const KeyPtr key = MakeKey(wish);
  return ToPem(
      MakeCertificate(name, key.get(), name_, keys_->key.get(), wish).get(),
      key.get());
}

std::unique_ptr<GroupIdentity> MakeMember(const TestAuthority& authority,
                                          const std::string& name,
                                          const Clock& clock,
                                          const std::string& group_id) {
  const TestAuthority::Issued issued = authority.Issue(name);
  auto member =
      GroupIdentity::Make(authority.certificate_pem(), issued.certificate_pem,
                          issued.key_pem, group_id, clock);
  Require(member.ok());
  return *std::move(member);
}

}  // namespace convoy
