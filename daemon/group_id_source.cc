#include "daemon/group_id_source.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

// Longer ones are cut: it is a name, not a text.
constexpr std::size_t kMaxId = 256;
// More is none of these files.
constexpr std::size_t kMaxLines = 10'000;

std::vector<std::string> LinesOf(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line;
       lines.size() < kMaxLines && std::getline(file, line);) {
    lines.push_back(std::string(absl::StripAsciiWhitespace(line)));
  }
  return lines;
}

// What stands before and after the first `separator`, without blanks.
std::pair<std::string, std::string> Split(absl::string_view line,
                                          char separator) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(line, absl::MaxSplits(separator, 1));
  return {std::string(absl::StripAsciiWhitespace(parts[0])),
          parts.size() < 2 ? std::string()
                           : std::string(absl::StripAsciiWhitespace(parts[1]))};
}

std::string FirstWord(absl::string_view text, absl::string_view separators) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(separators), absl::SkipEmpty());
  return words.empty() ? std::string() : std::string(words[0]);
}

std::string DnsSuffix(const std::string& root) {
  std::string search;
  std::string domain;
  for (const std::string& line : LinesOf(root + "/etc/resolv.conf")) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() < 2) continue;
    if (words[0] == "search") search = words[1];
    if (words[0] == "domain") domain = words[1];
  }
  std::string suffix = absl::AsciiStrToLower(search.empty() ? domain : search);
  // "." alone: no search domain.
  return std::string(absl::StripSuffix(suffix, "."));
}

// The files of a folder, the newest first.
std::vector<fs::path> NewestFirst(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_regular_file(ignored)) continue;
    files.emplace_back(entry->last_write_time(ignored), entry->path());
  }
  std::sort(files.rbegin(), files.rend());
  std::vector<fs::path> paths;
  for (auto& [time, path] : files) paths.push_back(std::move(path));
  return paths;
}

bool IsHex(absl::string_view text) {
  return text.size() % 2 == 0 &&
         std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
}

// "OPTION_234=6f7267" of systemd-networkd.
std::string OfNetworkdLease(const fs::path& lease) {
  for (const std::string& line : LinesOf(lease)) {
    const auto [name, value] = Split(line, '=');
    if (name == "OPTION_234" && IsHex(value)) {
      return absl::HexStringToBytes(value);
    }
  }
  return "";
}

// `option unknown-234 "org";` or, with other characters, `6f:72:67;`. The last
// lease of the file holds.
std::string OfDhclientLease(const fs::path& lease) {
  std::string found;
  for (const std::string& line : LinesOf(lease)) {
    absl::string_view value = line;
    if (!absl::ConsumePrefix(&value, "option unknown-234 ") &&
        !absl::ConsumePrefix(&value, "option option-234 ")) {
      continue;
    }
    value = absl::StripSuffix(value, ";");
    if (absl::ConsumePrefix(&value, "\"")) {
      std::string text;
      if (absl::CUnescape(absl::StripSuffix(value, "\""), &text)) found = text;
      continue;
    }
    // dhclient leaves out leading zeros.
    std::string bytes;
    for (absl::string_view byte : absl::StrSplit(value, ':')) {
      if (byte.empty() || byte.size() > 2) break;
      const std::string two =
          byte.size() == 1 ? absl::StrCat("0", byte) : std::string(byte);
      if (!IsHex(two)) break;
      bytes += absl::HexStringToBytes(two);
    }
    found = bytes;
  }
  return found;
}

std::string DhcpOption(const std::string& root) {
  for (const fs::path& lease :
       NewestFirst(root + "/run/systemd/netif/leases")) {
    if (std::string id = OfNetworkdLease(lease); !id.empty()) return id;
  }
  for (const char* const folder :
       {"/var/lib/dhcp", "/var/lib/NetworkManager"}) {
    for (const fs::path& lease : NewestFirst(root + folder)) {
      if (std::string id = OfDhclientLease(lease); !id.empty()) return id;
    }
  }
  return "";
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
      const auto [name, value] = Split(line, '=');
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
  if (source.source == "dns_suffix") id = DnsSuffix(source.root);
  if (source.source == "dhcp_option") id = DhcpOption(source.root);
  if (source.source == "realm") id = Realm(source.root);
  if (source.source == "file") id = FirstLine(source.file);
  // Some servers end texts with a 0.
  id = id.substr(0, std::min(id.find('\0'), kMaxId));
  return std::string(absl::StripAsciiWhitespace(id));
}

}  // namespace convoy
