#include "peer/curl_url.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, UrlCleanup>;

absl::Status NoUrl(absl::string_view text, absl::string_view why) {
  return Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_REMOTE_FILE)
      .Url(text.substr(0, HttpUrl::kMaxLength))
      .Status(absl::StrCat("the URL cannot be used: ", why));
}

absl::Status WrongScheme(absl::string_view text, absl::string_view scheme) {
  return Error(v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE,
               v1::ERROR_CONTEXT_REMOTE_FILE)
      .Url(text)
      .Status(absl::StrCat("the URL's scheme is \"", scheme,
                           "\"; it must be http or https"));
}

// A part of the URL, or an empty text.
std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string copy(text);
  curl_free(text);
  return copy;
}

absl::Status Set(CURLU* url, absl::string_view text, unsigned flags) {
  if (text.size() > HttpUrl::kMaxLength) return NoUrl(text, "it is too long");
  if (text.find('\0') != absl::string_view::npos) {
    return NoUrl("", "it holds a NUL byte");
  }
  const CURLUcode code =
      curl_url_set(url, CURLUPART_URL, std::string(text).c_str(), flags);
  if (code == CURLUE_UNSUPPORTED_SCHEME) {
    return WrongScheme(text, text.substr(0, text.find(':')));
  }
  if (code == CURLUE_USER_NOT_ALLOWED) {
    return NoUrl(text, "user name and password belong in the credentials");
  }
  if (code != CURLUE_OK) return NoUrl(text, curl_url_strerror(code));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HttpUrl> HttpUrl::Parse(absl::string_view text) {
  const UrlHandle url(curl_url());
  if (url == nullptr) return NoUrl(text, "out of memory");
  CONVOY_RETURN_IF_ERROR(Set(url.get(), text, CURLU_DISALLOW_USER));
  return Read(url.get());
}

absl::StatusOr<HttpUrl> HttpUrl::Resolve(absl::string_view reference) const {
  const UrlHandle url(curl_url());
  if (url == nullptr) return NoUrl(reference, "out of memory");
  CONVOY_RETURN_IF_ERROR(Set(url.get(), text_, 0));
  CONVOY_RETURN_IF_ERROR(Set(url.get(), reference, CURLU_URLENCODE));
  return Read(url.get());
}

// libcurl would spell the path's escapes anew, so this is done in the text.
absl::StatusOr<HttpUrl> HttpUrl::WithSuffix(absl::string_view suffix) const {
  const std::size_t end = std::min(text_.find('?'), text_.size());
  if (text_[end - 1] == '/') return NoUrl(text_, "its path names no file");
  return Parse(absl::StrCat(text_.substr(0, end), suffix, text_.substr(end)));
}

absl::StatusOr<HttpUrl> HttpUrl::WithAuthority(
    absl::string_view authority) const {
  // Of more slashes libcurl would take the path's head for a host.
  if (authority.empty() ||
      authority.find_first_of("/?#@\\ ") != absl::string_view::npos) {
    return NoUrl(text_, "the host that stands in for its own is none");
  }
  const std::size_t end = text_.find_first_of("/?", text_.find("://") + 3);
  return Parse(absl::StrCat(https_ ? "https://" : "http://", authority,
                            end == std::string::npos ? "" : text_.substr(end)));
}

// A text that libcurl made has a path, be it "/".
absl::string_view HttpUrl::FileName() const {
  const absl::string_view path =
      absl::string_view(text_).substr(0, text_.find('?'));
  return path.substr(path.rfind('/') + 1);
}

absl::StatusOr<HttpUrl> HttpUrl::Read(void* handle) {
  CURLU* const url = static_cast<CURLU*>(handle);
  curl_url_set(url, CURLUPART_USER, nullptr, 0);
  curl_url_set(url, CURLUPART_PASSWORD, nullptr, 0);
  curl_url_set(url, CURLUPART_OPTIONS, nullptr, 0);
  curl_url_set(url, CURLUPART_FRAGMENT, nullptr, 0);

  HttpUrl read;
  read.text_ = Part(url, CURLUPART_URL);
  const std::string scheme = absl::AsciiStrToLower(Part(url, CURLUPART_SCHEME));
  if (scheme != "http" && scheme != "https") {
    return WrongScheme(read.text_, scheme);
  }
  read.https_ = scheme == "https";
  read.host_ = absl::AsciiStrToLower(Part(url, CURLUPART_HOST));
  if (read.text_.empty() || read.host_.empty()) {
    return NoUrl(read.text_, "it names no host");
  }
  if (read.text_.size() > kMaxLength) return NoUrl("", "it is too long");
  read.origin_ = absl::StrCat(scheme, "://", read.host_, ":",
                              Part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT));
  const std::string port = Part(url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  const std::string query = Part(url, CURLUPART_QUERY);
  read.normalized_ =
      absl::StrCat(scheme, "://", read.host_, port.empty() ? "" : ":", port,
                   Part(url, CURLUPART_PATH), query.empty() ? "" : "?", query);
  return read;
}

}  // namespace convoy
