#include "client/cli/checksum_file.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace convoy {
namespace {

constexpr std::size_t kHexSize = 64;

bool IsHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
}

// The other way round of the escapes in LineOf; others stay.
std::string Unescaped(absl::string_view text) {
  return absl::StrReplaceAll(text,
                             {{"\\\\", "\\"}, {"\\n", "\n"}, {"\\r", "\r"}});
}

// The file that a line is about: "HEX  name", "HEX *name", each with a "\" in
// front where the name has escapes.
std::optional<std::string> NameOf(absl::string_view line) {
  const bool escaped = absl::ConsumePrefix(&line, "\\");
  if (line.size() < kHexSize + 3 || !IsHex(line.substr(0, kHexSize)) ||
      line[kHexSize] != ' ' ||
      (line[kHexSize + 1] != ' ' && line[kHexSize + 1] != '*')) {
    return std::nullopt;
  }
  absl::string_view name = line.substr(kHexSize + 2);
  absl::ConsumePrefix(&name, "./");
  return escaped ? Unescaped(name) : std::string(name);
}

std::string LineOf(const std::string& name, absl::string_view digest) {
  const std::string escaped =
      absl::StrReplaceAll(name, {{"\\", "\\\\"}, {"\n", "\\n"}, {"\r", "\\r"}});
  return absl::StrCat(escaped == name ? "" : "\\",
                      absl::BytesToHexString(digest), "  ", escaped, "\n");
}

}  // namespace

std::string WithChecksums(absl::string_view existing,
                          const std::map<std::string, std::string>& digests) {
  std::string front;
  std::multimap<std::string, std::string> lines;
  for (const absl::string_view line : absl::StrSplit(existing, '\n')) {
    std::optional<std::string> name = NameOf(line);
    if (name.has_value()) {
      if (digests.count(*name) == 0) {
        lines.emplace(*std::move(name), absl::StrCat(line, "\n"));
      }
    } else if (!line.empty()) {
      absl::StrAppend(&front, line, "\n");
    }
  }
  for (const auto& [name, digest] : digests) {
    lines.emplace(name, LineOf(name, digest));
  }
  std::string text = std::move(front);
  for (const auto& [name, line] : lines) text += line;
  return text;
}

}  // namespace convoy
