#include "peer/signature_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstddef>
#include <ctime>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "peer/base/openssl_pointers.h"
#include "peer/base/status_macros.h"
#include "peer/sha256.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;
constexpr int kMinSecurityBits = 112;  // As 2,048 bits of RSA.
constexpr std::size_t kFingerprintDigits = 16;

using SharedKey = std::shared_ptr<EVP_PKEY>;

struct MemoryFreer {
  void operator()(void* pointer) const { OPENSSL_free(pointer); }
};
using TextPtr = std::unique_ptr<char, MemoryFreer>;
using BytesPtr = std::unique_ptr<unsigned char, MemoryFreer>;

const unsigned char* BytesOf(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

absl::string_view View(const BytesPtr& bytes, long size) {
  return absl::string_view(reinterpret_cast<const char*>(bytes.get()),
                           static_cast<std::size_t>(size));
}

BioPtr Reading(absl::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

SharedKey Owned(EVP_PKEY* key) { return SharedKey(key, EVP_PKEY_free); }

// Nobody is there to type one.
int NoPassphrase(char*, int, int, void*) { return 0; }

absl::Status Unusable(absl::string_view why) {
  ERR_clear_error();
  return absl::InvalidArgumentError(why);
}

// Empty: it can be used.
std::string WhyUnusable(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519:
      return "";
    case EVP_PKEY_RSA: {
      const int bits = EVP_PKEY_get_bits(key);
      if (bits >= kMinRsaBits && bits <= kMaxRsaBits) return "";
      return absl::StrCat("has an RSA key of ", bits,
                          " bits; allowed: ", kMinRsaBits, " to ", kMaxRsaBits);
    }
    case EVP_PKEY_EC:
      if (EVP_PKEY_get_security_bits(key) >= kMinSecurityBits) return "";
      return absl::StrCat("has an EC key of ", EVP_PKEY_get_bits(key),
                          " bits, which is too weak; P-256 is not");
    default:
      return "has a key that is neither RSA, nor EC, nor Ed25519";
  }
}

// Null where the algorithm has its own.
const EVP_MD* DigestFor(const EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

bool IsSignature(EVP_PKEY* key, absl::string_view bytes,
                 absl::string_view signature) {
  const DigestPtr context(EVP_MD_CTX_new());
  const bool right =
      context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, DigestFor(key), nullptr,
                           key) == 1 &&
      EVP_DigestVerify(context.get(), BytesOf(signature), signature.size(),
                       BytesOf(bytes), bytes.size()) == 1;
  ERR_clear_error();
  return right;
}

std::string FingerprintOf(EVP_PKEY* key) {
  unsigned char* data = nullptr;
  const int size = i2d_PUBKEY(key, &data);
  const BytesPtr der(data);
  Sha256 sha256;
  if (size > 0) sha256.Update(View(der, size));
  return absl::BytesToHexString(sha256.Finish()).substr(0, kFingerprintDigits);
}

std::string CommonNameOf(const X509* certificate) {
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return "";
  unsigned char* data = nullptr;
  const int size = ASN1_STRING_to_UTF8(
      &data, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  const BytesPtr text(data);
  return size > 0 ? ToUtf8(View(text, size)) : "";
}

std::string DerOf(const X509* certificate) {
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate, &data);
  const BytesPtr der(data);
  return size > 0 ? std::string(View(der, size)) : "";
}

absl::Time TimeOf(const ASN1_TIME* time, absl::Time otherwise) {
  std::tm fields = {};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return otherwise;
  return absl::FromTM(fields, absl::UTCTimeZone());
}

bool IsEncrypted(absl::string_view pem) {
  return absl::StrContains(pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----") ||
         absl::StrContains(pem, "Proc-Type: 4,ENCRYPTED");
}

}  // namespace

absl::StatusOr<VerifyingKey> VerifyingKey::Of(absl::string_view label,
                                              absl::string_view der) {
  VerifyingKey read;
  const unsigned char* at = BytesOf(der);
  const unsigned char* const end = at + der.size();
  if (label == PEM_STRING_X509) {
    const CertificatePtr certificate(
        d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (certificate == nullptr || at != end) {
      return Unusable("has a certificate that cannot be read");
    }
    read.key_ = Owned(X509_get_pubkey(certificate.get()));
    read.name_ = CommonNameOf(certificate.get());
    read.certificate_ = std::string(der);
    read.begin_ =
        TimeOf(X509_get0_notBefore(certificate.get()), absl::InfiniteFuture());
    read.end_ =
        TimeOf(X509_get0_notAfter(certificate.get()), absl::InfinitePast());
  } else if (label == PEM_STRING_PUBLIC) {
    read.key_ = Owned(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
    if (at != end) read.key_ = nullptr;
  } else if (absl::EndsWith(label, "PRIVATE KEY")) {
    return Unusable(
        "has a private key; only certificates and public keys belong there");
  } else {
    return Unusable(absl::StrCat("has a block \"", absl::CHexEscape(label),
                                 "\"; allowed: CERTIFICATE and PUBLIC KEY"));
  }
  if (read.key_ == nullptr) return Unusable("has a key that cannot be read");
  if (const std::string why = WhyUnusable(read.key_.get()); !why.empty()) {
    return Unusable(why);
  }
  if (read.name_.empty()) {
    read.name_ = absl::StrCat("key ", FingerprintOf(read.key_.get()));
  }
  return read;
}

absl::StatusOr<std::vector<VerifyingKey>> VerifyingKey::ReadAll(
    absl::string_view pem) {
  std::vector<VerifyingKey> keys;
  const BioPtr bio = Reading(pem);
  ERR_clear_error();
  while (true) {
    char* label = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    if (PEM_read_bio(bio.get(), &label, &header, &data, &size) != 1) break;
    const TextPtr label_owner(label);
    const TextPtr header_owner(header);
    const BytesPtr data_owner(data);
    CONVOY_ASSIGN_OR_RETURN(VerifyingKey key,
                            Of(label, View(data_owner, size)));
    keys.push_back(std::move(key));
  }
  // That there is no further block is an error, too.
  const bool ended =
      ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!ended) return Unusable("has a PEM block that cannot be read");
  ERR_clear_error();
  if (keys.empty()) return Unusable("has no PEM certificate or public key");
  return keys;
}

bool VerifyingKey::Verifies(absl::string_view bytes,
                            absl::string_view signature) const {
  return IsSignature(key_.get(), bytes, signature);
}

absl::StatusOr<SigningKey> SigningKey::Read(absl::string_view pem) {
  SigningKey read;
  read.key_ = Owned(PEM_read_bio_PrivateKey(Reading(pem).get(), nullptr,
                                            NoPassphrase, nullptr));
  if (read.key_ == nullptr) {
    return Unusable(IsEncrypted(pem)
                        ? "has a private key with a passphrase, which nobody "
                          "is asked for"
                        : "has no PEM private key");
  }
  if (const std::string why = WhyUnusable(read.key_.get()); !why.empty()) {
    return Unusable(why);
  }
  const CertificatePtr certificate(
      PEM_read_bio_X509(Reading(pem).get(), nullptr, NoPassphrase, nullptr));
  if (certificate != nullptr) {
    if (X509_check_private_key(certificate.get(), read.key_.get()) != 1) {
      return Unusable("has a certificate of another key");
    }
    read.certificate_ = DerOf(certificate.get());
    read.common_name_ = CommonNameOf(certificate.get());
  }
  ERR_clear_error();
  return read;
}

absl::StatusOr<std::string> SigningKey::Sign(absl::string_view bytes) const {
  const DigestPtr context(EVP_MD_CTX_new());
  auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  std::string signature(size, '\0');
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, DigestFor(key_.get()), nullptr,
                         key_.get()) != 1 ||
      EVP_DigestSign(context.get(),
                     reinterpret_cast<unsigned char*>(&signature[0]), &size,
                     BytesOf(bytes), bytes.size()) != 1) {
    ERR_clear_error();
    return absl::InternalError("OpenSSL cannot sign with the key");
  }
  signature.resize(size);
  return signature;
}

bool SigningKey::Verifies(absl::string_view bytes,
                          absl::string_view signature) const {
  return IsSignature(key_.get(), bytes, signature);
}

}  // namespace convoy
