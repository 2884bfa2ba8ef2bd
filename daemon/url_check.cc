#include "daemon/url_check.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/field_check.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxUrlCharacters = 2200;

// "https://host:1/path?query" in parts; views into the URL.
struct UrlParts {
  std::string scheme;  // Lower case.
  absl::string_view authority;
  absl::string_view rest;  // From the first "/", "?" or "#" on.
};

// A scheme and "://" at the head of `url`.
std::optional<UrlParts> Split(absl::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == absl::string_view::npos) return std::nullopt;
  UrlParts parts;
  parts.scheme = absl::AsciiStrToLower(url.substr(0, colon));
  const absl::string_view after = url.substr(colon + 3);
  const std::size_t end = std::min(after.find_first_of("/?#"), after.size());
  parts.authority = after.substr(0, end);
  parts.rest = after.substr(end);
  return parts;
}

bool IsScheme(absl::string_view text) {
  return !text.empty() && absl::ascii_isalpha(text.front()) &&
         absl::c_all_of(text, [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
         });
}

// "Inside the brackets": an IPv6 address, with a zone perhaps.
bool IsIpv6(absl::string_view text) {
  const std::size_t percent = text.find('%');
  if (percent != absl::string_view::npos) {
    absl::string_view zone = text.substr(percent + 1);
    absl::ConsumePrefix(&zone, "25");
    const bool plain = absl::c_all_of(zone, [](unsigned char c) {
      return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
    });
    if (zone.empty() || !plain) return false;
    text = text.substr(0, percent);
  }
  in6_addr address;
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// A name or an IPv4 address; names may be international.
bool IsHostName(absl::string_view text) {
  return !text.empty() && absl::c_all_of(text, [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' ||
           c == '~' || c >= 0x80;
  });
}

struct HostPort {
  absl::string_view host;  // Brackets included.
  absl::string_view port;  // Empty: none.
};

HostPort SplitHostPort(absl::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon == absl::string_view::npos ||
      (bracket != absl::string_view::npos && colon < bracket)) {
    return {authority, ""};
  }
  return {authority.substr(0, colon), authority.substr(colon + 1)};
}

// Empty: nothing is wrong.
absl::string_view WrongInAuthority(absl::string_view authority) {
  const HostPort parts = SplitHostPort(authority);
  if (parts.host.empty()) return "has no host";
  if (parts.host.front() == '[') {
    absl::string_view address = parts.host.substr(1);
    if (!absl::ConsumeSuffix(&address, "]") || !IsIpv6(address)) {
      return "has a host in brackets that is not an IPv6 address";
    }
  } else if (!IsHostName(parts.host)) {
    return "has a host with a character that host names do not have";
  }
  int port = 0;
  const bool digits = absl::c_all_of(parts.port, absl::ascii_isdigit);
  if (!parts.port.empty() && (!digits || !absl::SimpleAtoi(parts.port, &port) ||
                              port < 1 || port > 65535)) {
    return "has a port that is not between 1 and 65535";
  }
  return "";
}

absl::Status WrongScheme(absl::string_view field, absl::string_view scheme,
                         std::initializer_list<absl::string_view> allowed) {
  return Error(v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE,
               v1::ERROR_CONTEXT_REQUEST)
      .Field(field)
      .Status(absl::StrCat(field, " has the scheme \"",
                           FirstCharacters(scheme, 32),
                           "\"; allowed: ", absl::StrJoin(allowed, ", ")));
}

absl::Status CheckUrl(absl::string_view field, absl::string_view url,
                      std::initializer_list<absl::string_view> schemes,
                      UserInfo user_info) {
  const auto wrong = [field](absl::string_view what) {
    return InvalidField(field, absl::StrCat(field, " ", what));
  };
  if (url.empty()) return wrong("is required: a URL");
  CONVOY_RETURN_IF_ERROR(CheckText(field, url, 1, kMaxUrlCharacters));
  if (HasControl(url) || absl::StrContains(url, ' ')) {
    return wrong(
        "holds a blank or a control character: write it as %20 or the like");
  }
  const absl::string_view head = url.substr(0, url.find(':'));
  const std::optional<UrlParts> parts = Split(url);
  // "localhost:8080" is a host and a port, not a scheme.
  const absl::string_view after =
      url.substr(std::min(head.size() + 1, url.size()));
  const bool has_scheme =
      head.size() < url.size() && IsScheme(head) &&
      (after.empty() || !absl::ascii_isdigit(after.front()));
  if (has_scheme &&
      !absl::c_linear_search(schemes, absl::AsciiStrToLower(head))) {
    return WrongScheme(field, head, schemes);
  }
  if (!has_scheme || !parts.has_value() ||
      parts->scheme.size() != head.size()) {
    return wrong(absl::StrCat("is not a URL: begin it with \"",
                              absl::StrJoin(schemes, "://\", \""), "://\""));
  }
  if (parts->scheme == "file") return PathOfFileUrl(field, url).status();

  absl::string_view authority = parts->authority;
  const std::size_t at = authority.rfind('@');
  if (at != absl::string_view::npos) {
    if (user_info == UserInfo::kRefused) {
      return wrong(
          "holds a user name or a password: put them in http.credentials");
    }
    authority.remove_prefix(at + 1);
  }
  const absl::string_view problem = WrongInAuthority(authority);
  return problem.empty() ? absl::OkStatus() : wrong(problem);
}

// Undoes %-escapes; none if one is malformed.
std::optional<std::string> Unescape(absl::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    if (i + 2 >= text.size() || !absl::ascii_isxdigit(text[i + 1]) ||
        !absl::ascii_isxdigit(text[i + 2])) {
      return std::nullopt;
    }
    plain += absl::HexStringToBytes(text.substr(i + 1, 2));
    i += 2;
  }
  return plain;
}

}  // namespace

absl::Status CheckRemoteUrl(absl::string_view field, absl::string_view url) {
  return CheckUrl(field, url, {"http", "https", "file"}, UserInfo::kRefused);
}

absl::Status CheckMirrorUrl(absl::string_view field, absl::string_view url) {
  return CheckUrl(field, url, {"http", "https"}, UserInfo::kRefused);
}

absl::Status CheckProxyUrl(absl::string_view field, absl::string_view url,
                           UserInfo user_info) {
  return CheckUrl(field, url, {"http", "https", "socks5", "socks5h"},
                  user_info);
}

absl::Status CheckTrackerUrl(absl::string_view field, absl::string_view url) {
  CONVOY_RETURN_IF_ERROR(
      CheckUrl(field, url, {"http", "https", "udp"}, UserInfo::kRefused));
  const std::optional<UrlParts> parts = Split(url);
  if (parts.has_value() && parts->scheme == "udp" &&
      SplitHostPort(parts->authority).port.empty()) {
    return InvalidField(field, absl::StrCat(field, " has no port"));
  }
  return absl::OkStatus();
}

absl::Status CheckHostPort(absl::string_view field, absl::string_view text) {
  absl::string_view problem = WrongInAuthority(text);
  if (problem.empty() && SplitHostPort(text).port.empty()) {
    problem = "has no port";
  }
  if (problem.empty()) return absl::OkStatus();
  return InvalidField(field, absl::StrCat(field, " ", problem));
}

bool IsFileUrl(absl::string_view url) {
  return absl::StartsWithIgnoreCase(url, "file:");
}

absl::StatusOr<std::string> PathOfFileUrl(absl::string_view field,
                                          absl::string_view url) {
  const auto wrong = [field](absl::string_view what) {
    return InvalidField(field, absl::StrCat(field, " ", what));
  };
  const std::optional<UrlParts> parts = Split(url);
  if (!parts.has_value() || parts->scheme != "file" ||
      !parts->authority.empty()) {
    return wrong("names no file of this machine: write file:///absolute/path");
  }
  if (parts->rest.find_first_of("?#") != absl::string_view::npos) {
    return wrong(
        "has a \"?\" or \"#\", which file:// URLs write as %3F and %23");
  }
  const std::optional<std::string> path = Unescape(parts->rest);
  if (!path.has_value()) {
    return wrong("has a \"%\" without two hexadecimal digits after it");
  }
  CONVOY_RETURN_IF_ERROR(CheckAbsolutePath(field, *path));
  return *path;
}

std::string UrlAddress(absl::string_view url) {
  if (IsFileUrl(url)) {
    return PathOfFileUrl("url", url).value_or(std::string());
  }
  const std::optional<UrlParts> parts = Split(url);
  if (!parts.has_value()) return "";
  const HostPort host_port = SplitHostPort(parts->authority);
  const absl::string_view standard = parts->scheme == "https" ? "443" : "80";
  return absl::StrCat(parts->scheme, "://",
                      absl::AsciiStrToLower(host_port.host), ":",
                      host_port.port.empty() ? standard : host_port.port);
}

}  // namespace convoy
