#include "daemon/http_options_update.h"

namespace convoy {
namespace {

bool IsProxy(const v1::HttpCredentials& credentials) {
  return credentials.target() == v1::HttpCredentials::TARGET_PROXY;
}

bool IsSameLogin(const v1::HttpCredentials& a, const v1::HttpCredentials& b) {
  return IsProxy(a) == IsProxy(b) && a.scheme() == b.scheme() &&
         a.user_name() == b.user_name();
}

void CopyCredentials(const v1::HttpOptions& from, v1::HttpOptions* to) {
  const v1::HttpOptions before = *to;
  *to->mutable_credentials() = from.credentials();
  for (v1::HttpCredentials& one : *to->mutable_credentials()) {
    if (!one.password().empty() || !one.bearer_token().empty()) continue;
    for (const v1::HttpCredentials& known : before.credentials()) {
      if (!IsSameLogin(one, known)) continue;
      one.set_password(known.password());
      one.set_bearer_token(known.bearer_token());
    }
  }
}

}  // namespace

void CopyHttpPart(absl::string_view part, const v1::HttpOptions& from,
                  v1::HttpOptions* to) {
  if (part == "http.headers") {
    *to->mutable_headers() = from.headers();
  } else if (part == "http.credentials") {
    CopyCredentials(from, to);
  } else if (part == "http.proxy") {
    to->clear_proxy();
    if (from.has_proxy()) *to->mutable_proxy() = from.proxy();
  } else if (part == "http.tls") {
    to->clear_tls();
    if (from.has_tls()) *to->mutable_tls() = from.tls();
  } else if (part == "http.redirect_policy") {
    to->set_redirect_policy(from.redirect_policy());
  } else if (part == "http.method") {
    to->set_method(from.method());
  } else if (part == "http.certificate_approval") {
    to->clear_certificate_approval();
    if (from.has_certificate_approval()) {
      *to->mutable_certificate_approval() = from.certificate_approval();
    }
  }
}

}  // namespace convoy
