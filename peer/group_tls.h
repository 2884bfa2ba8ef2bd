#ifndef CONVOY_PEER_GROUP_TLS_H_
#define CONVOY_PEER_GROUP_TLS_H_

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/group_identity.h"

struct ssl_st;             // OpenSSL's SSL.
struct ssl_ctx_st;         // SSL_CTX.
struct x509_store_ctx_st;  // X509_STORE_CTX.

namespace convoy {

// The TLS that members of an authenticated group speak to each other.
//
// libtorrent makes the contexts (SSL_CTX): one that accepts connections, and
// one for each content. It has no calls for what a group needs of them, so this
// class learns from OpenSSL which ones are made, and sets them up:
//
// - TLS 1.3 only, which hides the certificates; no session is resumed, since
//   that would pass by the certificate;
// - this machine's certificate, with those between it and the authority;
// - GroupIdentity decides on the other's certificate, whatever name is in it;
// - who asks for a content that is not there is led to the very same handshake
//   as for one that is. Without a certificate nobody learns which it was.
//
// Thread: that of the session, but for the constructor and SetUpSession.
// Outlives the session and its connections.
class GroupTls final {
 public:
  // `identity` and `clock` are not owned and outlive this. INTERNAL: OpenSSL
  // refused.
  static absl::StatusOr<std::unique_ptr<GroupTls>> Make(
      const GroupIdentity& identity, const Clock& clock);
  ~GroupTls();
  GroupTls(const GroupTls&) = delete;
  GroupTls& operator=(const GroupTls&) = delete;

  // Calls `make`, in which a session is made, without listening yet. INTERNAL:
  // it made no context that accepts.
  absl::Status SetUpSession(absl::FunctionRef<void()> make);
  // Calls `add`, in which the content is added to the session: before anything
  // is connected. INTERNAL: it must be removed again.
  absl::Status SetUpContent(const std::string& info_hash,
                            absl::FunctionRef<void()> add);
  void RemoveContent(const std::string& info_hash);

  // Ends connections whose peer's certificate is not valid any more. Call it
  // every few seconds.
  void EndExpired();
  std::size_t connections() const { return connections_.size(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  using Context = std::unique_ptr<ssl_ctx_st, Free>;

  GroupTls(const GroupIdentity& identity, const Clock& clock);

  absl::Status SetUp(ssl_ctx_st* context);
  // By the name that the hello gives: an info-hash in hexadecimal digits.
  ssl_ctx_st* ContextFor(const char* name) const;

  // OpenSSL's callbacks.
  static int OnHello(ssl_st* connection, int* alert, void* self);
  static int OnCertificate(x509_store_ctx_st* chain, void* self);
  static int ConnectionIndex();

  const GroupIdentity& identity_;
  const Clock& clock_;
  // Of contents that are not there.
  Context nothing_;
  std::map<std::string, Context> contents_;  // By info-hash.
  // Verified ones, and until when.
  std::map<ssl_st*, absl::Time> connections_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_GROUP_TLS_H_
