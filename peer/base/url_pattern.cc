#include "peer/base/url_pattern.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "peer/base/text_pattern.h"

namespace convoy {
namespace {

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string WithoutNeedlessEscapes(absl::string_view url) {
  std::string text;
  text.reserve(url.size());
  for (std::size_t i = 0; i < url.size(); ++i) {
    int code = 0;
    const bool escape = url[i] == '%' && i + 2 < url.size() &&
                        absl::ascii_isxdigit(url[i + 1]) &&
                        absl::ascii_isxdigit(url[i + 2]) &&
                        absl::SimpleHexAtoi(url.substr(i + 1, 2), &code);
    if (escape && IsUnreserved(static_cast<char>(code))) {
      text += static_cast<char>(code);
      i += 2;
    } else {
      text += url[i];
    }
  }
  return text;
}

}  // namespace

bool MatchesUrlPattern(absl::string_view pattern, absl::string_view url) {
  return MatchesPattern(absl::AsciiStrToLower(pattern),
                        absl::AsciiStrToLower(WithoutNeedlessEscapes(url)));
}

}  // namespace convoy
