#include "daemon/http_options_check.h"

#include <cstddef>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "convoy/v1/job.pb.h"
#include "daemon/field_check.h"
#include "daemon/url_check.h"
#include "google/protobuf/repeated_field.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr int kMaxHeaders = 64;
constexpr std::size_t kMaxHeaderName = 256;
constexpr std::size_t kMaxHeaderValue = 8192;
constexpr std::size_t kMaxUserName = 300;
constexpr std::size_t kMaxPassword = 4096;
constexpr std::size_t kMaxBearerToken = 16384;
constexpr int kMaxKeys = 64;
constexpr std::size_t kKeyBytes = 32;  // SHA-256.
constexpr std::size_t kMaxMethod = 32;
// BITS' bound, of its list.
constexpr std::size_t kMaxBypass = 32'767;
// Of a host name (RFC 1035), with a dot before it.
constexpr std::size_t kMaxBypassEntry = 254;

// The transfer sets these itself: with others it would read wrong bytes.
constexpr absl::string_view kOwnHeaders[] = {
    "range",          "if-range",          "accept-encoding",
    "content-length", "transfer-encoding", "connection",
};

// Their answers are no files.
constexpr absl::string_view kRefusedMethods[] = {"head", "connect", "options",
                                                 "trace"};

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return InvalidField(field, absl::StrCat(field, " ", what));
}

// RFC 9110 section 5.6.2.
bool IsToken(absl::string_view text) {
  return !text.empty() && absl::c_all_of(text, [](unsigned char c) {
    return absl::ascii_isalnum(c) ||
           absl::StrContains("!#$%&'*+-.^_`|~", static_cast<char>(c));
  });
}

// HasControl, but for the tab.
bool HasControlButTab(absl::string_view text) {
  return absl::c_any_of(text, [](char c) {
    return c != '\t' && HasControl(absl::string_view(&c, 1));
  });
}

bool IsForProxy(const v1::HttpCredentials& one) {
  return one.target() == v1::HttpCredentials::TARGET_PROXY;
}

bool HasCredentials(const v1::HttpOptions& options, bool for_proxy) {
  return absl::c_any_of(options.credentials(),
                        [for_proxy](const v1::HttpCredentials& one) {
                          return IsForProxy(one) == for_proxy;
                        });
}

absl::Status CheckHeader(const std::string& field, const v1::HttpHeader& header,
                         const v1::HttpOptions& options) {
  const std::string name_field = absl::StrCat(field, ".name");
  const std::string value_field = absl::StrCat(field, ".value");
  CONVOY_RETURN_IF_ERROR(
      CheckText(name_field, header.name(), 1, kMaxHeaderName));
  if (!IsToken(header.name())) {
    return Wrong(name_field,
                 "is no header name: letters, digits and !#$%&'*+-.^_`|~ only");
  }
  const std::string name = absl::AsciiStrToLower(header.name());
  if (absl::c_linear_search(kOwnHeaders, name)) {
    return Wrong(
        name_field,
        absl::StrCat("is \"", name, "\", which the transfer sets itself"));
  }
  if (name == "host" && header.value().empty()) {
    return Wrong(value_field, "is empty, and names no host");
  }
  if ((name == "authorization" && HasCredentials(options, false)) ||
      (name == "proxy-authorization" && HasCredentials(options, true))) {
    return Wrong(name_field,
                 absl::StrCat("is \"", name, "\", which http.credentials set"));
  }
  CONVOY_RETURN_IF_ERROR(
      CheckText(value_field, header.value(), 0, kMaxHeaderValue));
  if (HasControlButTab(header.value())) {
    return Wrong(value_field,
                 "holds a line break or another control character");
  }
  return absl::OkStatus();
}

absl::Status CheckHeaders(const std::string& field,
                          const v1::HttpOptions& options) {
  if (options.headers_size() > kMaxHeaders) {
    return Wrong(field,
                 absl::StrCat("has more than ", kMaxHeaders, " entries"));
  }
  int hosts = 0;
  for (int i = 0; i < options.headers_size(); ++i) {
    const std::string one_field = absl::StrCat(field, "[", i, "]");
    const v1::HttpHeader& header = options.headers(i);
    CONVOY_RETURN_IF_ERROR(CheckHeader(one_field, header, options));
    if (absl::EqualsIgnoreCase(header.name(), "host") && ++hosts > 1) {
      return Wrong(absl::StrCat(one_field, ".name"),
                   "is \"host\" once more: a request has one host");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBearer(const std::string& field,
                         const v1::HttpCredentials& credentials) {
  const std::string token_field = absl::StrCat(field, ".bearer_token");
  if (IsForProxy(credentials)) {
    return Wrong(absl::StrCat(field, ".scheme"),
                 "is BEARER, which is for servers only");
  }
  if (!credentials.user_name().empty()) {
    return Wrong(absl::StrCat(field, ".user_name"), "is not used with BEARER");
  }
  if (!credentials.password().empty()) {
    return Wrong(absl::StrCat(field, ".password"), "is not used with BEARER");
  }
  CONVOY_RETURN_IF_ERROR(
      CheckText(token_field, credentials.bearer_token(), 1, kMaxBearerToken));
  const bool plain =
      absl::c_all_of(credentials.bearer_token(),
                     [](unsigned char c) { return absl::ascii_isgraph(c); });
  if (!plain) {
    return Wrong(token_field,
                 "holds a character other than visible ASCII (RFC 6750)");
  }
  return absl::OkStatus();
}

absl::Status CheckPassword(const std::string& field,
                           const v1::HttpCredentials& credentials) {
  const std::string user_field = absl::StrCat(field, ".user_name");
  const std::string password_field = absl::StrCat(field, ".password");
  CONVOY_RETURN_IF_ERROR(
      CheckText(user_field, credentials.user_name(), 1, kMaxUserName));
  if (absl::StrContains(credentials.user_name(), ':')) {
    return Wrong(user_field, "holds a colon, which user names cannot have");
  }
  if (HasControl(credentials.user_name())) {
    return Wrong(user_field, "holds a control character");
  }
  CONVOY_RETURN_IF_ERROR(
      CheckText(password_field, credentials.password(), 0, kMaxPassword));
  if (HasControl(credentials.password())) {
    return Wrong(password_field, "holds a control character");
  }
  if (!credentials.bearer_token().empty()) {
    return Wrong(absl::StrCat(field, ".bearer_token"),
                 "is used with BEARER only");
  }
  return absl::OkStatus();
}

absl::Status CheckCredentials(const std::string& field,
                              const v1::HttpCredentials& credentials) {
  if (!v1::HttpCredentials::Target_IsValid(credentials.target())) {
    return Wrong(absl::StrCat(field, ".target"),
                 "is unknown; allowed: TARGET_SERVER, TARGET_PROXY");
  }
  switch (credentials.scheme()) {
    case v1::HttpCredentials::SCHEME_BEARER:
      return CheckBearer(field, credentials);
    case v1::HttpCredentials::SCHEME_BASIC:
    case v1::HttpCredentials::SCHEME_DIGEST:
    case v1::HttpCredentials::SCHEME_NTLM:
      return CheckPassword(field, credentials);
    default:
      return Wrong(absl::StrCat(field, ".scheme"),
                   "is required; allowed: SCHEME_BASIC, SCHEME_DIGEST, "
                   "SCHEME_NTLM, SCHEME_BEARER");
  }
}

// `second`, at `field`, beside `first`, of the same target.
absl::Status CheckBeside(const std::string& field,
                         const v1::HttpCredentials& first,
                         const v1::HttpCredentials& second) {
  const auto bearer = v1::HttpCredentials::SCHEME_BEARER;
  if (first.scheme() == bearer || second.scheme() == bearer) {
    return Wrong(absl::StrCat(field, ".scheme"),
                 "stands beside another of the same target: SCHEME_BEARER is "
                 "given alone");
  }
  if (first.scheme() == second.scheme()) {
    return Wrong(absl::StrCat(field, ".scheme"),
                 "is given twice for the same target");
  }
  if (first.user_name() != second.user_name()) {
    return Wrong(absl::StrCat(field, ".user_name"),
                 "is another than before for the same target, which has one "
                 "login");
  }
  if (first.password() != second.password()) {
    return Wrong(absl::StrCat(field, ".password"),
                 "is another than before for the same target, which has one "
                 "login");
  }
  return absl::OkStatus();
}

absl::Status CheckAllCredentials(const std::string& field,
                                 const v1::HttpOptions& options) {
  for (int i = 0; i < options.credentials_size(); ++i) {
    const v1::HttpCredentials& credentials = options.credentials(i);
    const std::string one_field = absl::StrCat(field, "[", i, "]");
    CONVOY_RETURN_IF_ERROR(CheckCredentials(one_field, credentials));
    for (int j = 0; j < i; ++j) {
      const v1::HttpCredentials& before = options.credentials(j);
      if (IsForProxy(before) != IsForProxy(credentials)) continue;
      CONVOY_RETURN_IF_ERROR(CheckBeside(one_field, before, credentials));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBypass(const std::string& field, const v1::HttpProxy& proxy) {
  std::size_t characters = 0;
  for (int i = 0; i < proxy.bypass_size(); ++i) {
    const std::string one_field = absl::StrCat(field, "[", i, "]");
    const std::string& entry = proxy.bypass(i);
    CONVOY_RETURN_IF_ERROR(CheckText(one_field, entry, 1, kMaxBypassEntry));
    characters += CountCharacters(entry).value_or(0);
    absl::string_view host = entry;
    if (!absl::ConsumePrefix(&host, "http://")) {
      absl::ConsumePrefix(&host, "https://");
    }
    if (host.empty() || HasControl(host) ||
        host.find_first_of(" ,/") != absl::string_view::npos) {
      return Wrong(
          one_field,
          "is not one host name, domain (\".example.org\"), address or "
          "pattern (\"*.example.org\", \"10.*\"), or \"<local>\"");
    }
  }
  if (characters > kMaxBypass) return TooLong(field, kMaxBypass, "characters");
  return absl::OkStatus();
}

absl::Status CheckProxy(const std::string& field, const v1::HttpProxy& proxy) {
  const std::string url_field = absl::StrCat(field, ".url");
  if (!v1::HttpProxy::Mode_IsValid(proxy.mode())) {
    return Wrong(absl::StrCat(field, ".mode"),
                 "is unknown; allowed: MODE_CONFIGURED, MODE_DIRECT, "
                 "MODE_OVERRIDE");
  }
  if (proxy.mode() == v1::HttpProxy::MODE_OVERRIDE) {
    CONVOY_RETURN_IF_ERROR(
        CheckProxyUrl(url_field, proxy.url(), UserInfo::kRefused));
  } else if (!proxy.url().empty()) {
    return Wrong(url_field, "is used with MODE_OVERRIDE only: set the mode");
  }
  return CheckBypass(absl::StrCat(field, ".bypass"), proxy);
}

absl::Status CheckTls(const std::string& field, const v1::HttpTls& tls) {
  const auto check = [&field](absl::string_view name, const std::string& path) {
    return path.empty()
               ? absl::OkStatus()
               : CheckAbsolutePath(absl::StrCat(field, ".", name), path);
  };
  CONVOY_RETURN_IF_ERROR(check("ca_file", tls.ca_file()));
  CONVOY_RETURN_IF_ERROR(
      check("client_certificate_file", tls.client_certificate_file()));
  CONVOY_RETURN_IF_ERROR(check("client_key_file", tls.client_key_file()));
  if (!tls.client_key_file().empty() && tls.client_certificate_file().empty()) {
    return Wrong(absl::StrCat(field, ".client_certificate_file"),
                 "is required with client_key_file");
  }
  return absl::OkStatus();
}

// In the one spelling that the transfer compares.
bool IsKey(const std::string& text) {
  std::string bytes;
  return absl::Base64Unescape(text, &bytes) && bytes.size() == kKeyBytes &&
         absl::Base64Escape(bytes) == text;
}

absl::Status CheckKeys(
    const std::string& field,
    const google::protobuf::RepeatedPtrField<std::string>& keys) {
  if (keys.size() > kMaxKeys) {
    return Wrong(field, absl::StrCat("has more than ", kMaxKeys, " entries"));
  }
  for (int i = 0; i < keys.size(); ++i) {
    if (IsKey(keys[i])) continue;
    return Wrong(absl::StrCat(field, "[", i, "]"),
                 "is not the base64 of a key's SHA-256: 44 characters, the "
                 "last of them \"=\"");
  }
  return absl::OkStatus();
}

absl::Status CheckApproval(const std::string& field,
                           const v1::ServerCertificateApproval& approval) {
  const std::string refused_field = absl::StrCat(field, ".refused_keys");
  CONVOY_RETURN_IF_ERROR(CheckKeys(absl::StrCat(field, ".approved_keys"),
                                   approval.approved_keys()));
  CONVOY_RETURN_IF_ERROR(CheckKeys(refused_field, approval.refused_keys()));
  for (int i = 0; i < approval.refused_keys_size(); ++i) {
    if (!absl::c_linear_search(approval.approved_keys(),
                               approval.refused_keys(i))) {
      continue;
    }
    return Wrong(absl::StrCat(refused_field, "[", i, "]"),
                 "is among approved_keys too");
  }
  return absl::OkStatus();
}

absl::Status CheckMethod(const std::string& field, const std::string& method) {
  CONVOY_RETURN_IF_ERROR(CheckText(field, method, 0, kMaxMethod));
  if (!method.empty() && !IsToken(method)) {
    return Wrong(field,
                 "is no HTTP method: letters, digits and !#$%&'*+-.^_`|~ only");
  }
  if (absl::c_linear_search(kRefusedMethods, absl::AsciiStrToLower(method))) {
    return Wrong(field,
                 "is HEAD, CONNECT, OPTIONS or TRACE, whose answers are no "
                 "files");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckHttpOptions(absl::string_view field,
                              const v1::HttpOptions& options) {
  CONVOY_RETURN_IF_ERROR(
      CheckHeaders(absl::StrCat(field, ".headers"), options));
  CONVOY_RETURN_IF_ERROR(
      CheckAllCredentials(absl::StrCat(field, ".credentials"), options));
  CONVOY_RETURN_IF_ERROR(
      CheckProxy(absl::StrCat(field, ".proxy"), options.proxy()));
  CONVOY_RETURN_IF_ERROR(CheckTls(absl::StrCat(field, ".tls"), options.tls()));
  if (!v1::HttpRedirectPolicy_IsValid(options.redirect_policy())) {
    return Wrong(absl::StrCat(field, ".redirect_policy"),
                 "is unknown; allowed: HTTP_REDIRECT_POLICY_FOLLOW, "
                 "HTTP_REDIRECT_POLICY_FOLLOW_INSECURE, "
                 "HTTP_REDIRECT_POLICY_REFUSE");
  }
  CONVOY_RETURN_IF_ERROR(
      CheckApproval(absl::StrCat(field, ".certificate_approval"),
                    options.certificate_approval()));
  return CheckMethod(absl::StrCat(field, ".method"), options.method());
}

}  // namespace convoy
