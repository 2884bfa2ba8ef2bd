#include "daemon/text_lines.h"

#include <cstddef>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace convoy {
namespace {

// More is none of the files that are read here.
constexpr std::size_t kMaxLines = 10'000;

}  // namespace

std::vector<std::string> LinesOf(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line;
       lines.size() < kMaxLines && std::getline(file, line);) {
    lines.push_back(std::string(absl::StripAsciiWhitespace(line)));
  }
  return lines;
}

std::pair<std::string, std::string> SplitLine(absl::string_view line,
                                              char separator) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(line, absl::MaxSplits(separator, 1));
  return {std::string(absl::StripAsciiWhitespace(parts[0])),
          parts.size() < 2 ? std::string()
                           : std::string(absl::StripAsciiWhitespace(parts[1]))};
}

}  // namespace convoy
