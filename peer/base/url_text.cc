#include "peer/base/url_text.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"

namespace convoy {
namespace {

template <typename Stays>
std::string Encoded(absl::string_view text, Stays stays) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (stays(c)) {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

bool IsOneOf(char c, absl::string_view set) {
  return set.find(c) != absl::string_view::npos;
}

}  // namespace

std::string EncodedPathComponent(absl::string_view name) {
  return Encoded(name, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           IsOneOf(c, "-._~");
  });
}

std::string EncodedUrl(absl::string_view url) {
  return Encoded(url, [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) &&
           !IsOneOf(c, "\"<>\\^`{|}");
  });
}

absl::string_view HostOfUrl(absl::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != absl::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t user = url.rfind('@');
  if (user != absl::string_view::npos) url.remove_prefix(user + 1);
  return url;
}

std::string PercentDecoded(absl::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() &&
        absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) &&
        absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      decoded += absl::HexStringToBytes(text.substr(i + 1, 2));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

}  // namespace convoy
