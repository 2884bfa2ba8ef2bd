#ifndef CONVOY_PEER_GROUP_IDENTITY_H_
#define CONVOY_PEER_GROUP_IDENTITY_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX.

namespace convoy {

// What makes this machine a member of an authenticated group: the certificate
// authority that decides who belongs to it, and a certificate of that authority
// with its key. Signs, and verifies the signatures of others. Any thread.
class GroupIdentity {
 public:
  // A longer certificate of another machine is refused before it is read.
  static constexpr std::size_t kMaxCertificateBytes = 2048;
  // Certificates of others that need no second look while they are valid.
  static constexpr std::size_t kMaxCached = 1024;

  struct Signed {
    std::string certificate;  // DER, without those of the way to the authority.
    std::string signature;
  };

  // From PEM texts. `ca_pem`: one or more authorities; the first one counts for
  // group_key(). `certificate_pem`: this machine's, then those between it and
  // the authority, if any. `clock` is not owned and decides what is valid now.
  // INVALID_ARGUMENT with a sentence, and the key of the configuration that is
  // to blame: what is no PEM, a key of another certificate, a certificate that
  // the authority does not vouch for.
  static absl::StatusOr<std::unique_ptr<GroupIdentity>> Make(
      absl::string_view ca_pem, absl::string_view certificate_pem,
      absl::string_view key_pem, absl::string_view group_id,
      const Clock& clock);
  ~GroupIdentity();
  GroupIdentity(const GroupIdentity&) = delete;
  GroupIdentity& operator=(const GroupIdentity&) = delete;

  // INTERNAL: OpenSSL refused.
  absl::StatusOr<Signed> Sign(absl::string_view bytes) const;
  // The SHA-256 of `certificate`, once it is sure that the authority vouches
  // for it now, and that its key signed `bytes`. UNAUTHENTICATED otherwise.
  // Bounded in time by the inputs' lengths, whatever they are.
  absl::StatusOr<std::string> Verify(absl::string_view bytes,
                                     absl::string_view certificate,
                                     absl::string_view signature) const;

  // For TLS: until when the authority vouches for `certificate`, as far as is
  // known now. `between`: what came with it, DER each. UNAUTHENTICATED: it does
  // not, or not now.
  absl::StatusOr<absl::Time> Vouch(
      absl::string_view certificate,
      const std::vector<std::string>& between) const;
  // Gives `context` this machine's certificate, those between it and the
  // authority, and the key. INTERNAL: OpenSSL refused; the sentence says why.
  absl::Status PutInto(ssl_ctx_st* context) const;
  // Of this machine's certificate.
  absl::Time expiry() const;

  // 32 bytes, the same on every machine of the group: SHA-256 of the
  // authority's certificate (DER) and the group's id. As secret as these two
  // are.
  const std::string& group_key() const { return group_key_; }
  // The most bytes that a Signed can have.
  std::size_t max_signed_bytes() const;
  // DER.
  const std::string& certificate() const;

 private:
  class Impl;
  explicit GroupIdentity(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
  std::string group_key_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_GROUP_IDENTITY_H_
