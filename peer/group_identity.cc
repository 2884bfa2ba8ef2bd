#include "peer/group_identity.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "peer/base/lru_map.h"
#include "peer/base/mutex.h"
#include "peer/base/openssl_pointers.h"
#include "peer/base/status_macros.h"
#include "peer/sha256.h"

namespace convoy {
namespace {

using StorePtr = std::unique_ptr<X509_STORE, OpenSslFreer<X509_STORE_free>>;
using StoreContextPtr =
    std::unique_ptr<X509_STORE_CTX, OpenSslFreer<X509_STORE_CTX_free>>;

constexpr char kCaKey[] = "group.ca_file";
constexpr char kCertificateKey[] = "group.certificate_file";
constexpr char kKeyKey[] = "group.key_file";

// Goes before what is signed, so that no signature made for another purpose
// with the same key counts here. Longer than what the other side of a TLS
// handshake can put at the beginning of what is signed there: 32 bytes.
constexpr absl::string_view kPurpose = "convoy: a datagram of the beacon, v1";
static_assert(kPurpose.size() > 32);

// RSA from 2,048 bits on, no SHA-1.
constexpr int kSecurityLevel = 2;
// How long nothing above a certificate is looked at again.
constexpr absl::Duration kTrusted = absl::Hours(1);
// A certificate of an authority of an authority ... of the authority.
constexpr int kMaxDepth = 5;

const unsigned char* BytesOf(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

BioPtr Reading(absl::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A key with a passphrase is no key here: nobody is there to type it.
int NoPassphrase(char*, int, int, void*) { return 0; }

absl::Status Unusable(absl::string_view key, absl::string_view why) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(key, " ", why));
}

absl::Status Unauthenticated(absl::string_view why) {
  ERR_clear_error();
  return absl::UnauthenticatedError(why);
}

std::vector<CertificatePtr> ReadCertificates(absl::string_view pem) {
  std::vector<CertificatePtr> certificates;
  const BioPtr bio = Reading(pem);
  while (X509* read =
             PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr)) {
    certificates.emplace_back(read);
  }
  ERR_clear_error();  // The end of the text is an error, too.
  return certificates;
}

std::string DerOf(const X509* certificate) {
  const int size = i2d_X509(certificate, nullptr);
  if (size <= 0) return "";
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* end = reinterpret_cast<unsigned char*>(&der[0]);
  i2d_X509(certificate, &end);
  return der;
}

// Nothing unless `der` is a certificate from its first byte to its last.
CertificatePtr FromDer(absl::string_view der) {
  const unsigned char* at = BytesOf(der);
  CertificatePtr certificate(
      d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (at != BytesOf(der) + der.size()) return nullptr;
  return certificate;
}

std::string Digest(absl::string_view bytes) {
  Sha256 sha256;
  sha256.Update(bytes);
  return sha256.Finish();
}

absl::Time TimeOf(const ASN1_TIME* time, absl::Time otherwise) {
  std::tm fields = {};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return otherwise;
  return absl::FromTM(fields, absl::UTCTimeZone());
}

// Null where the algorithm has its own.
const EVP_MD* DigestFor(const EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

bool IsKnownKind(const EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  return kind == EVP_PKEY_EC || kind == EVP_PKEY_RSA ||
         kind == EVP_PKEY_ED25519;
}

std::string Purposed(absl::string_view bytes) {
  return absl::StrCat(kPurpose, bytes);
}

}  // namespace

class GroupIdentity::Impl {
 public:
  explicit Impl(const Clock& clock)
      : clock_(clock), store_(X509_STORE_new()), verified_(kMaxCached) {}

  absl::Status Trust(absl::string_view ca_pem, std::string* first_der);
  absl::Status Own(absl::string_view certificate_pem,
                   absl::string_view key_pem);
  absl::StatusOr<Signed> Sign(absl::string_view bytes) const;
  absl::StatusOr<std::string> Verify(absl::string_view bytes,
                                     absl::string_view certificate,
                                     absl::string_view signature);
  absl::StatusOr<absl::Time> Vouch(
      absl::string_view certificate,
      const std::vector<std::string>& between) const;
  absl::Status PutInto(SSL_CTX* context) const;

  absl::Time expiry() const {
    return TimeOf(X509_get0_notAfter(own_.get()), absl::InfinitePast());
  }
  const std::string& certificate() const { return own_der_; }
  std::size_t max_signature_bytes() const {
    return static_cast<std::size_t>(EVP_PKEY_get_size(own_key_.get()));
  }

 private:
  // A certificate that the authority vouches for.
  struct Verified {
    std::shared_ptr<EVP_PKEY> key;
    absl::Time begin;
    absl::Time end;
    absl::Time look_again;  // Those above it have their own ends.
  };

  // What OpenSSL has against it; empty: nothing. `more`: what may lie between
  // it and the authority, besides what lies there for this machine.
  std::string Objection(X509* certificate,
                        const std::vector<CertificatePtr>& more) const;
  absl::StatusOr<Verified> Look(absl::string_view der,
                                const std::vector<CertificatePtr>& more) const;
  absl::StatusOr<Verified> LookOnce(absl::string_view der,
                                    const std::string& fingerprint);

  const Clock& clock_;
  const StorePtr store_;
  std::vector<CertificatePtr> between_;  // The authority and this machine.
  CertificatePtr own_;
  std::string own_der_;
  KeyPtr own_key_;

  Mutex mutex_;
  LruMap<std::string, Verified> verified_ ABSL_GUARDED_BY(mutex_);
};

absl::Status GroupIdentity::Impl::Trust(absl::string_view ca_pem,
                                        std::string* first_der) {
  const std::vector<CertificatePtr> authorities = ReadCertificates(ca_pem);
  if (authorities.empty()) return Unusable(kCaKey, "has no PEM certificate");
  for (const CertificatePtr& authority : authorities) {
    if (X509_STORE_add_cert(store_.get(), authority.get()) != 1) {
      return Unusable(kCaKey, "has a certificate that cannot be used");
    }
  }
  *first_der = DerOf(authorities.front().get());
  return absl::OkStatus();
}

absl::Status GroupIdentity::Impl::Own(absl::string_view certificate_pem,
                                      absl::string_view key_pem) {
  std::vector<CertificatePtr> chain = ReadCertificates(certificate_pem);
  if (chain.empty()) return Unusable(kCertificateKey, "has no PEM certificate");
  own_key_.reset(PEM_read_bio_PrivateKey(Reading(key_pem).get(), nullptr,
                                         NoPassphrase, nullptr));
  if (own_key_ == nullptr) {
    return Unusable(kKeyKey, "has no PEM key without a passphrase");
  }
  if (!IsKnownKind(own_key_.get())) {
    return Unusable(kKeyKey,
                    "is neither an EC, nor an RSA, nor an Ed25519 key");
  }
  own_ = std::move(chain.front());
  if (X509_check_private_key(own_.get(), own_key_.get()) != 1) {
    return Unusable(kKeyKey,
                    absl::StrCat("is not the key of ", kCertificateKey));
  }
  chain.erase(chain.begin());
  between_ = std::move(chain);
  own_der_ = DerOf(own_.get());
  if (own_der_.size() > kMaxCertificateBytes) {
    return Unusable(
        kCertificateKey,
        absl::StrCat("has more than ", kMaxCertificateBytes, " bytes, as DER"));
  }
  if (const std::string why = Objection(own_.get(), {}); !why.empty()) {
    return Unusable(kCertificateKey,
                    absl::StrCat("is not vouched for by ", kCaKey, ": ", why));
  }
  return absl::OkStatus();
}

std::string GroupIdentity::Impl::Objection(
    X509* certificate, const std::vector<CertificatePtr>& more) const {
  const StoreContextPtr context(X509_STORE_CTX_new());
  STACK_OF(X509)* const between = sk_X509_new_null();
  for (const auto* const certificates : {&between_, &more}) {
    for (const CertificatePtr& each : *certificates) {
      sk_X509_push(between, each.get());
    }
  }
  std::string why = "no memory";
  if (context != nullptr && between != nullptr &&
      X509_STORE_CTX_init(context.get(), store_.get(), certificate, between) ==
          1) {
    X509_VERIFY_PARAM* const param = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(param, absl::ToTimeT(clock_.Now()));
    X509_VERIFY_PARAM_set_depth(param, kMaxDepth);
    X509_VERIFY_PARAM_set_auth_level(param, kSecurityLevel);
    // The group's authority may itself be certified by a wider one.
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
    why.clear();
    if (X509_verify_cert(context.get()) != 1) {
      why = X509_verify_cert_error_string(
          X509_STORE_CTX_get_error(context.get()));
    }
  }
  sk_X509_free(between);
  ERR_clear_error();
  return why;
}

absl::StatusOr<GroupIdentity::Signed> GroupIdentity::Impl::Sign(
    absl::string_view bytes) const {
  const DigestPtr context(EVP_MD_CTX_new());
  const std::string text = Purposed(bytes);
  std::size_t size = max_signature_bytes();
  Signed result = {own_der_, std::string(size, '\0')};
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, DigestFor(own_key_.get()),
                         nullptr, own_key_.get()) != 1 ||
      EVP_DigestSign(context.get(),
                     reinterpret_cast<unsigned char*>(&result.signature[0]),
                     &size, BytesOf(text), text.size()) != 1) {
    ERR_clear_error();
    return absl::InternalError("OpenSSL cannot sign");
  }
  result.signature.resize(size);
  return result;
}

absl::StatusOr<GroupIdentity::Impl::Verified> GroupIdentity::Impl::Look(
    absl::string_view der, const std::vector<CertificatePtr>& more) const {
  const CertificatePtr certificate = FromDer(der);
  if (certificate == nullptr) return Unauthenticated("not a certificate");
  if (const std::string why = Objection(certificate.get(), more);
      !why.empty()) {
    return Unauthenticated(why);
  }
  // A key usage that leaves out signatures is kept to. Absent: all are fine.
  if ((X509_get_key_usage(certificate.get()) & KU_DIGITAL_SIGNATURE) == 0) {
    return Unauthenticated("the certificate is not meant for signatures");
  }
  const std::shared_ptr<EVP_PKEY> key(X509_get_pubkey(certificate.get()),
                                      EVP_PKEY_free);
  if (key == nullptr || !IsKnownKind(key.get())) {
    return Unauthenticated("the certificate has a key of an unknown kind");
  }
  return Verified{
      key,
      TimeOf(X509_get0_notBefore(certificate.get()), absl::InfiniteFuture()),
      TimeOf(X509_get0_notAfter(certificate.get()), absl::InfinitePast()),
      clock_.Now() + kTrusted};
}

absl::StatusOr<GroupIdentity::Impl::Verified> GroupIdentity::Impl::LookOnce(
    absl::string_view der, const std::string& fingerprint) {
  {
    MutexLock lock(&mutex_);
    const Verified* const known = verified_.Find(fingerprint);
    if (known != nullptr && clock_.Now() < known->look_again) return *known;
  }
  CONVOY_ASSIGN_OR_RETURN(const Verified verified, Look(der, {}));
  MutexLock lock(&mutex_);
  verified_.Insert(fingerprint, verified);
  return verified;
}

absl::StatusOr<std::string> GroupIdentity::Impl::Verify(
    absl::string_view bytes, absl::string_view certificate,
    absl::string_view signature) {
  if (certificate.size() > kMaxCertificateBytes) {
    return Unauthenticated("the certificate is too long");
  }
  const std::string fingerprint = Digest(certificate);
  CONVOY_ASSIGN_OR_RETURN(const Verified verified,
                          LookOnce(certificate, fingerprint));
  const absl::Time now = clock_.Now();
  if (now < verified.begin || now > verified.end) {
    return Unauthenticated("the certificate is not valid now");
  }
  const DigestPtr context(EVP_MD_CTX_new());
  const std::string text = Purposed(bytes);
  if (context == nullptr ||
      EVP_DigestVerifyInit(context.get(), nullptr,
                           DigestFor(verified.key.get()), nullptr,
                           verified.key.get()) != 1 ||
      EVP_DigestVerify(context.get(), BytesOf(signature), signature.size(),
                       BytesOf(text), text.size()) != 1) {
    return Unauthenticated("the signature is wrong");
  }
  return fingerprint;
}

absl::StatusOr<absl::Time> GroupIdentity::Impl::Vouch(
    absl::string_view certificate,
    const std::vector<std::string>& between) const {
  if (certificate.size() > kMaxCertificateBytes) {
    return Unauthenticated("the certificate is too long");
  }
  std::vector<CertificatePtr> more;
  for (const std::string& each : between) {
    if (static_cast<int>(more.size()) == kMaxDepth) break;
    more.push_back(FromDer(each));
    if (more.back() == nullptr) return Unauthenticated("not a certificate");
  }
  CONVOY_ASSIGN_OR_RETURN(const Verified verified, Look(certificate, more));
  return verified.end;
}

absl::Status GroupIdentity::Impl::PutInto(SSL_CTX* context) const {
  bool fits = SSL_CTX_use_certificate(context, own_.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context, own_key_.get()) == 1;
  for (const CertificatePtr& each : between_) {
    fits = fits && SSL_CTX_add1_chain_cert(context, each.get()) == 1;
  }
  if (fits) return absl::OkStatus();
  const char* const why = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return absl::InternalError(absl::StrCat(
      kCertificateKey,
      " cannot be used for TLS: ", why == nullptr ? "unknown error" : why));
}

GroupIdentity::GroupIdentity(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

GroupIdentity::~GroupIdentity() = default;

absl::StatusOr<std::unique_ptr<GroupIdentity>> GroupIdentity::Make(
    absl::string_view ca_pem, absl::string_view certificate_pem,
    absl::string_view key_pem, absl::string_view group_id, const Clock& clock) {
  auto impl = std::make_unique<Impl>(clock);
  std::string authority;
  CONVOY_RETURN_IF_ERROR(impl->Trust(ca_pem, &authority));
  CONVOY_RETURN_IF_ERROR(impl->Own(certificate_pem, key_pem));
  auto identity =
      std::unique_ptr<GroupIdentity>(new GroupIdentity(std::move(impl)));
  identity->group_key_ = Digest(absl::StrCat(authority, group_id));
  return identity;
}

absl::StatusOr<GroupIdentity::Signed> GroupIdentity::Sign(
    absl::string_view bytes) const {
  return impl_->Sign(bytes);
}

absl::StatusOr<std::string> GroupIdentity::Verify(
    absl::string_view bytes, absl::string_view certificate,
    absl::string_view signature) const {
  return impl_->Verify(bytes, certificate, signature);
}

absl::StatusOr<absl::Time> GroupIdentity::Vouch(
    absl::string_view certificate,
    const std::vector<std::string>& between) const {
  return impl_->Vouch(certificate, between);
}

absl::Status GroupIdentity::PutInto(ssl_ctx_st* context) const {
  return impl_->PutInto(context);
}

absl::Time GroupIdentity::expiry() const { return impl_->expiry(); }

std::size_t GroupIdentity::max_signed_bytes() const {
  return impl_->certificate().size() + impl_->max_signature_bytes();
}

const std::string& GroupIdentity::certificate() const {
  return impl_->certificate();
}

}  // namespace convoy
