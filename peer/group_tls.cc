#include "peer/group_tls.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

constexpr std::size_t kInfoHashDigits = 40;
constexpr int kVerify = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;

// The contexts that this thread makes now. OpenSSL offers nothing narrower than
// a callback for every context of the process: those of libcurl must not be
// touched.
thread_local std::vector<SSL_CTX*>* made_now = nullptr;

void OnNewContext(void* context, void*, CRYPTO_EX_DATA*, int, long, void*) {
  if (made_now != nullptr) made_now->push_back(static_cast<SSL_CTX*>(context));
}

// Those that `make` makes on this thread; not owned.
std::vector<SSL_CTX*> ContextsOf(absl::FunctionRef<void()> make) {
  static const int index =
      SSL_CTX_get_ex_new_index(0, nullptr, OnNewContext, nullptr, nullptr);
  std::vector<SSL_CTX*> made;
  if (index < 0) return made;
  made_now = &made;
  make();
  made_now = nullptr;
  return made;
}

std::string DerOf(const X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size <= 0) return "";
  std::string der(reinterpret_cast<const char*>(bytes),
                  static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

// What came with the certificate. The certificate itself may be among them.
std::vector<std::string> BetweenOf(X509_STORE_CTX* chain) {
  const STACK_OF(X509)* const untrusted = X509_STORE_CTX_get0_untrusted(chain);
  std::vector<std::string> between;
  for (int i = 0; i < sk_X509_num(untrusted); ++i) {
    const X509* const each = sk_X509_value(untrusted, i);
    if (each != X509_STORE_CTX_get0_cert(chain)) {
      between.push_back(DerOf(each));
    }
  }
  return between;
}

// Certificates are asked for at each handshake.
void ForbidResumption(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
}

absl::Status Refused() {
  const char* const why = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return absl::InternalError(why == nullptr ? "OpenSSL cannot set up TLS"
                                            : why);
}

}  // namespace

void GroupTls::Free::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

GroupTls::GroupTls(const GroupIdentity& identity, const Clock& clock)
    : identity_(identity), clock_(clock) {}

GroupTls::~GroupTls() = default;

absl::StatusOr<std::unique_ptr<GroupTls>> GroupTls::Make(
    const GroupIdentity& identity, const Clock& clock) {
  std::unique_ptr<GroupTls> tls(new GroupTls(identity, clock));
  tls->nothing_.reset(SSL_CTX_new(TLS_method()));
  if (tls->nothing_ == nullptr || ConnectionIndex() < 0) return Refused();
  CONVOY_RETURN_IF_ERROR(tls->SetUp(tls->nothing_.get()));
  return tls;
}

absl::Status GroupTls::SetUpSession(absl::FunctionRef<void()> make) {
  bool accepts = false;
  for (SSL_CTX* const context : ContextsOf(make)) {
    // The other one is for https trackers.
    if (SSL_CTX_get_ssl_method(context) != TLS_method()) continue;
    accepts = true;
    ForbidResumption(context);
    if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1) {
      return Refused();
    }
    // Instead of libtorrent's, which breaks off where a content is not there.
    SSL_CTX_set_tlsext_servername_callback(context, OnHello);
    SSL_CTX_set_tlsext_servername_arg(context, this);
  }
  if (accepts) return absl::OkStatus();
  return absl::InternalError("the session has no TLS");
}

absl::Status GroupTls::SetUpContent(const std::string& info_hash,
                                    absl::FunctionRef<void()> add) {
  const std::vector<SSL_CTX*> made = ContextsOf(add);
  if (made.size() != 1) {
    return absl::InternalError("the content has no TLS");
  }
  CONVOY_RETURN_IF_ERROR(SetUp(made.front()));
  SSL_CTX_up_ref(made.front());
  contents_[info_hash] = Context(made.front());
  return absl::OkStatus();
}

void GroupTls::RemoveContent(const std::string& info_hash) {
  contents_.erase(info_hash);
}

absl::Status GroupTls::SetUp(SSL_CTX* context) {
  ForbidResumption(context);
  if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1) {
    return Refused();
  }
  SSL_CTX_set_verify(context, kVerify, nullptr);
  SSL_CTX_set_cert_verify_callback(context, OnCertificate, this);
  return identity_.PutInto(context);
}

SSL_CTX* GroupTls::ContextFor(const char* name) const {
  const absl::string_view digits = name == nullptr ? "" : name;
  if (digits.size() != kInfoHashDigits) return nothing_.get();
  for (const char digit : digits) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(digit))) {
      return nothing_.get();
    }
  }
  const auto found = contents_.find(absl::HexStringToBytes(digits));
  return found == contents_.end() ? nothing_.get() : found->second.get();
}

int GroupTls::OnHello(SSL* connection, int*, void* self) {
  SSL_CTX* const context = static_cast<GroupTls*>(self)->ContextFor(
      SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name));
  SSL_set_SSL_CTX(connection, context);
  // Not taken from the context.
  SSL_set_verify(connection, kVerify, nullptr);
  return SSL_TLSEXT_ERR_OK;
}

int GroupTls::OnCertificate(X509_STORE_CTX* chain, void* self) {
  GroupTls* const tls = static_cast<GroupTls*>(self);
  const absl::StatusOr<absl::Time> until = tls->identity_.Vouch(
      DerOf(X509_STORE_CTX_get0_cert(chain)), BetweenOf(chain));
  auto* const connection = static_cast<SSL*>(
      X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (!until.ok() || SSL_set_ex_data(connection, ConnectionIndex(), tls) != 1) {
    LogDebug("group: a certificate is refused: ", until.status().message());
    X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }
  tls->connections_[connection] = *until;
  X509_STORE_CTX_set_error(chain, X509_V_OK);
  return 1;
}

int GroupTls::ConnectionIndex() {
  static const int index = SSL_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void* connection, void* self, CRYPTO_EX_DATA*, int, long, void*) {
        if (self == nullptr) return;
        static_cast<GroupTls*>(self)->connections_.erase(
            static_cast<SSL*>(connection));
      });
  return index;
}

void GroupTls::EndExpired() {
  const absl::Time now = clock_.Now();
  for (auto each = connections_.begin(); each != connections_.end();) {
    if (each->second >= now) {
      ++each;
      continue;
    }
    // What comes is not read any more, and nothing is sent: libtorrent sees the
    // end of the connection.
    SSL_set_shutdown(each->first, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_set_ex_data(each->first, ConnectionIndex(), nullptr);
    each = connections_.erase(each);
  }
}

}  // namespace convoy
