#include "daemon/group_id_source.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "daemon/dhcp_lease.h"
#include "daemon/resolv_conf.h"
#include "daemon/text_lines.h"

namespace convoy {
namespace {

// Longer ones are cut: it is a name, not a text.
constexpr std::size_t kMaxId = 256;
// A site's own option (RFC 3942).
constexpr int kDhcpOption = 234;

std::string FirstWord(absl::string_view text, absl::string_view separators) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(separators), absl::SkipEmpty());
  return words.empty() ? std::string() : std::string(words[0]);
}

// The value of `key` in `section` of an INI file.
std::string IniValue(const std::string& path, absl::string_view section,
                     absl::string_view key) {
  const std::string head = absl::StrCat("[", section, "]");
  bool inside = false;
  for (const std::string& line : LinesOf(path)) {
    if (absl::StartsWith(line, "[")) {
      inside = absl::EqualsIgnoreCase(line, head);
    } else if (inside) {
      const auto [name, value] = SplitLine(line, '=');
      if (absl::EqualsIgnoreCase(name, key)) return value;
    }
  }
  return "";
}

std::string Realm(const std::string& root) {
  const std::string sssd = FirstWord(
      IniValue(root + "/etc/sssd/sssd.conf", "sssd", "domains"), ", \t");
  return absl::AsciiStrToLower(
      sssd.empty() ? IniValue(root + "/etc/samba/smb.conf", "global", "realm")
                   : sssd);
}

std::string FirstLine(const std::string& path) {
  for (const std::string& line : LinesOf(path)) {
    if (!line.empty()) return line;
  }
  return "";
}

}  // namespace

std::string ReadGroupId(const GroupIdSource& source) {
  std::string id;
  if (source.source == "dns_suffix") id = SearchDomain(source.root);
  if (source.source == "dhcp_option") id = DhcpOption(kDhcpOption, source.root);
  if (source.source == "realm") id = Realm(source.root);
  if (source.source == "file") id = FirstLine(source.file);
  id = id.substr(0, std::min(id.find('\0'), kMaxId));
  return std::string(absl::StripAsciiWhitespace(id));
}

}  // namespace convoy
