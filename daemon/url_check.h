#ifndef CONVOY_DAEMON_URL_CHECK_H_
#define CONVOY_DAEMON_URL_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace convoy {

// What the contract asks of URLs: a known scheme, a host, a sane port, no user
// name and password, no control characters and blanks, at most 2,200
// characters. What is allowed here may still be refused by the HTTP library,
// when it is used.
//
// Errors name `field` and never repeat the URL, which may hold secrets.

// http, https or file. PROTOCOL_NOT_AVAILABLE for another scheme.
absl::Status CheckRemoteUrl(absl::string_view field, absl::string_view url);
// http or https.
absl::Status CheckMirrorUrl(absl::string_view field, absl::string_view url);

enum class UserInfo { kRefused, kAllowed };
// http, https, socks5 or socks5h.
absl::Status CheckProxyUrl(absl::string_view field, absl::string_view url,
                           UserInfo user_info);

// The announce URL of a tracker: http, https, or udp with a port.
absl::Status CheckTrackerUrl(absl::string_view field, absl::string_view url);
// A name, an IPv4 address or an IPv6 address in brackets; ":"; a port.
absl::Status CheckHostPort(absl::string_view field, absl::string_view text);

bool IsFileUrl(absl::string_view url);
// The path that a file:// URL names: absolute, as CheckAbsolutePath wants it.
absl::StatusOr<std::string> PathOfFileUrl(absl::string_view field,
                                          absl::string_view url);

// Where a URL leads: "https://example.org:443", or the path of a file:// URL.
// REQUIRES: CheckRemoteUrl(url) is OK.
std::string UrlAddress(absl::string_view url);

}  // namespace convoy

#endif  // CONVOY_DAEMON_URL_CHECK_H_
