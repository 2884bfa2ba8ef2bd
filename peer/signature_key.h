#ifndef CONVOY_PEER_SIGNATURE_KEY_H_
#define CONVOY_PEER_SIGNATURE_KEY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY.

namespace convoy {

// Keys that sign and verify: RSA of 2,048 to 8,192 bits (PKCS #1 v1.5 with
// SHA-256), EC with a security of 112 bits or more (ECDSA with SHA-256), and
// Ed25519. Immutable; any thread.

// A public key, and what its certificate says of it, if it stands in one.
class VerifyingKey {
 public:
  // All "CERTIFICATE" and "PUBLIC KEY" blocks of a PEM text, in order; what
  // stands between them is left out. INVALID_ARGUMENT, with words that follow
  // the name of the text: there is none, one cannot be read, another kind of
  // block, a key that is too weak or of an unknown kind.
  static absl::StatusOr<std::vector<VerifyingKey>> ReadAll(
      absl::string_view pem);

  // False also where the signature is of another algorithm or none.
  bool Verifies(absl::string_view bytes, absl::string_view signature) const;

  // The common name of the certificate's subject. Else, and where it has none,
  // "key " and the first 16 hexadecimal digits of the SHA-256 of the key (DER).
  const std::string& name() const { return name_; }
  // DER; empty: there is none.
  const std::string& certificate() const { return certificate_; }
  // When the certificate is valid; a bare key always is.
  absl::Time begin() const { return begin_; }
  absl::Time end() const { return end_; }

 private:
  VerifyingKey() = default;
  static absl::StatusOr<VerifyingKey> Of(absl::string_view label,
                                         absl::string_view der);

  std::shared_ptr<evp_pkey_st> key_;
  std::string name_;
  std::string certificate_;
  absl::Time begin_ = absl::InfinitePast();
  absl::Time end_ = absl::InfiniteFuture();
};

// A private key, and the certificate that stands beside it in its file, if any.
class SigningKey {
 public:
  // From a PEM text. INVALID_ARGUMENT, with words that follow the name of the
  // text: no private key, one with a passphrase, too weak or of an unknown
  // kind; a certificate of another key.
  static absl::StatusOr<SigningKey> Read(absl::string_view pem);

  // INTERNAL: OpenSSL refused.
  absl::StatusOr<std::string> Sign(absl::string_view bytes) const;
  bool Verifies(absl::string_view bytes, absl::string_view signature) const;

  // DER; empty: there is none.
  const std::string& certificate() const { return certificate_; }
  // Of the certificate's subject; empty: there is none.
  const std::string& common_name() const { return common_name_; }

 private:
  SigningKey() = default;

  std::shared_ptr<evp_pkey_st> key_;
  std::string certificate_;
  std::string common_name_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_SIGNATURE_KEY_H_
