#ifndef CONVOY_PEER_CURL_URL_H_
#define CONVOY_PEER_CURL_URL_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace convoy {

// An absolute http or https URL, as libcurl reads it, so that what is checked
// is what is asked for. Without user name, password and fragment. Escapes and
// international names stay as they are.
class HttpUrl {
 public:
  static constexpr std::size_t kMaxLength = 16 * 1024;

  // PROTOCOL_NOT_AVAILABLE: another scheme. INVALID_ARGUMENT: no absolute URL,
  // too long, or with user name or password.
  static absl::StatusOr<HttpUrl> Parse(absl::string_view text);

  // Where a Location header leads to: absolute or relative to this URL. User
  // name and password are dropped, blanks escaped. Errors as in Parse.
  absl::StatusOr<HttpUrl> Resolve(absl::string_view reference) const;

  // The URL of a file whose name is longer by `suffix`, in which nothing needs
  // an escape; the query stays.
  // INVALID_ARGUMENT: the path ends with "/", so it names no file; or too long.
  absl::StatusOr<HttpUrl> WithSuffix(absl::string_view suffix) const;

  // The URL at another host: `authority` is its name or address, and may have a
  // port. INVALID_ARGUMENT: it is none.
  absl::StatusOr<HttpUrl> WithAuthority(absl::string_view authority) const;

  const std::string& text() const { return text_; }
  // Equal for two spellings of one URL: scheme and host in lower case, without
  // a port that goes without saying.
  const std::string& normalized() const { return normalized_; }
  // Lower case; brackets around an IPv6 address.
  const std::string& host() const { return host_; }
  // "https://example.org:443": two URLs with the same one share credentials and
  // connections.
  const std::string& origin() const { return origin_; }
  bool IsHttps() const { return https_; }
  // The path behind its last "/", with its escapes; empty: it names no file.
  absl::string_view FileName() const;

 private:
  HttpUrl() = default;
  // From a CURLU*, which it strips of what an HttpUrl does not have.
  static absl::StatusOr<HttpUrl> Read(void* handle);

  std::string text_;
  std::string normalized_;
  std::string host_;
  std::string origin_;
  bool https_ = false;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CURL_URL_H_
