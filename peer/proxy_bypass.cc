#include "peer/proxy_bypass.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "peer/base/text_pattern.h"
#include "peer/ip_address.h"

namespace convoy {
namespace {

// What entries are held against.
struct Target {
  bool https;
  absl::string_view host;  // Lower case, without brackets and a dot at the end.
  absl::string_view port;
  std::optional<IpAddress> address;  // Where the host is one.
};

absl::string_view WithoutBrackets(absl::string_view host) {
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return host;
}

Target TargetOf(const HttpUrl& url) {
  const absl::string_view origin = url.origin();
  absl::string_view host = WithoutBrackets(url.host());
  absl::ConsumeSuffix(&host, ".");
  return {url.IsHttps(), host, origin.substr(origin.rfind(':') + 1),
          IpAddress::Parse(host)};
}

// 127.0.0.0/8 and ::1, and names without a dot.
bool IsLocal(const Target& target) {
  if (!target.address) return !absl::StrContains(target.host, '.');
  static const IpNetwork* const v4 =
      new IpNetwork(*IpAddress::Parse("127.0.0.0"), 8);
  return v4->Contains(*target.address) ||
         target.address == IpAddress::Parse("::1");
}

// A colon and digits at the end, unless they are a part of an IPv6 address.
// Empty: there are none.
absl::string_view TakePort(absl::string_view* host) {
  const std::size_t colon = host->rfind(':');
  if (colon == absl::string_view::npos) return "";
  const absl::string_view before = host->substr(0, colon);
  const absl::string_view port = host->substr(colon + 1);
  const bool is_address =
      absl::StrContains(before, ':') && !absl::EndsWith(before, "]");
  if (is_address || port.empty() ||
      !std::all_of(port.begin(), port.end(), absl::ascii_isdigit)) {
    return "";
  }
  *host = before;
  return port;
}

// `text`: in lower case.
bool Means(absl::string_view text, const Target& target) {
  if (text == "<local>") return IsLocal(target);
  const bool http = absl::ConsumePrefix(&text, "http://");
  const bool https = !http && absl::ConsumePrefix(&text, "https://");
  if ((http && target.https) || (https && !target.https)) return false;
  const absl::string_view port = TakePort(&text);
  if (!port.empty() && port != target.port) return false;
  absl::string_view host = WithoutBrackets(text);
  if (host.empty()) return false;
  if (absl::StrContains(host, '*')) return MatchesPattern(host, target.host);
  if (target.address) return IpAddress::Parse(host) == target.address;
  absl::ConsumeSuffix(&host, ".");
  if (!absl::StartsWith(host, ".")) return host == target.host;
  return absl::EndsWith(target.host, host) || host.substr(1) == target.host;
}

}  // namespace

bool IsBypassed(const std::vector<std::string>& entries, const HttpUrl& url) {
  const Target target = TargetOf(url);
  return std::any_of(entries.begin(), entries.end(),
                     [&target](const std::string& entry) {
                       return Means(absl::AsciiStrToLower(entry), target);
                     });
}

}  // namespace convoy
