#include "client/background_copy/request_headers.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace convoy::background_copy {

std::optional<std::vector<v1::HttpHeader>> ParseRequestHeaders(
    absl::string_view text) {
  std::vector<v1::HttpHeader> headers;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::ConsumeSuffix(&line, "\r");
    if (line.empty()) continue;
    const std::size_t colon = line.find(':');
    if (colon == absl::string_view::npos || colon == 0) return std::nullopt;
    const absl::string_view name = line.substr(0, colon);
    if (name.find_first_of(" \t\r") != absl::string_view::npos) {
      return std::nullopt;
    }
    v1::HttpHeader& header = headers.emplace_back();
    header.set_name(std::string(name));
    header.set_value(
        std::string(absl::StripAsciiWhitespace(line.substr(colon + 1))));
  }
  return headers;
}

std::vector<v1::HttpHeader> SentHeaders(std::vector<v1::HttpHeader> headers) {
  constexpr absl::string_view kDaemons[] = {
      "Accept-Encoding", "Connection", "Content-Length",
      "If-Range",        "Range",      "Transfer-Encoding"};
  const auto is_daemons = [&kDaemons](const v1::HttpHeader& header) {
    return std::any_of(std::begin(kDaemons), std::end(kDaemons),
                       [&header](absl::string_view name) {
                         return absl::EqualsIgnoreCase(header.name(), name);
                       });
  };
  headers.erase(std::remove_if(headers.begin(), headers.end(), is_daemons),
                headers.end());
  return headers;
}

}  // namespace convoy::background_copy
