#include "peer/chain_checks.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <memory>

#include "absl/strings/match.h"

namespace convoy {
namespace {

// A context has its own: it may outlive the request.
void FreeChain(void*, void* chain, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<ServerChain*>(chain);
}

int ChainIndex() {
  static const int index =
      SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &FreeChain);
  return index;
}

bool Ignores(const ChainChecks& checks, int error) {
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return checks.ignore_unknown_ca;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return checks.ignore_dates;
    case X509_V_ERR_INVALID_PURPOSE:
      return checks.ignore_usage;
    default:
      return false;
  }
}

// A host that has a name is asked for by it; an address is not.
bool IsAbout(const SSL* connection, const std::string& host) {
  const char* const name =
      SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) return absl::EqualsIgnoreCase(name, host);
  return host.find_first_not_of("0123456789.") == std::string::npos ||
         absl::StrContains(host, ':');
}

int OnVerified(int is_right, X509_STORE_CTX* context) {
  if (is_right == 1) return 1;
  const auto* const connection =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(
          context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* const chain = static_cast<const ServerChain*>(
      SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), ChainIndex()));
  if (chain == nullptr || !IsAbout(connection, chain->host) ||
      !Ignores(chain->checks, X509_STORE_CTX_get_error(context))) {
    return 0;
  }
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

}  // namespace

bool LeaveOut(const ServerChain& chain, void* ssl_context) {
  auto* const context = static_cast<SSL_CTX*>(ssl_context);
  auto own = std::make_unique<ServerChain>(chain);
  if (SSL_CTX_set_ex_data(context, ChainIndex(), own.get()) != 1) return false;
  static_cast<void>(own.release());
  SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context), &OnVerified);
  return true;
}

}  // namespace convoy
