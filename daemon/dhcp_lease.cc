#include "daemon/dhcp_lease.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "daemon/text_lines.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

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
std::string OfNetworkdLease(int option, const fs::path& lease) {
  const std::string key = absl::StrCat("OPTION_", option);
  for (const std::string& line : LinesOf(lease)) {
    const auto [name, value] = SplitLine(line, '=');
    if (name == key && IsHex(value)) return absl::HexStringToBytes(value);
  }
  return "";
}

// `option unknown-234 "org";` or, with other characters, `6f:72:67;`. The last
// lease of the file holds.
std::string OfDhclientLease(int option, const fs::path& lease) {
  const std::string unknown = absl::StrCat("option unknown-", option, " ");
  const std::string known = absl::StrCat("option option-", option, " ");
  std::string found;
  for (const std::string& line : LinesOf(lease)) {
    absl::string_view value = line;
    if (!absl::ConsumePrefix(&value, unknown) &&
        !absl::ConsumePrefix(&value, known)) {
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

std::string WholeOption(int option, const std::string& root) {
  for (const fs::path& lease :
       NewestFirst(root + "/run/systemd/netif/leases")) {
    std::string value = OfNetworkdLease(option, lease);
    if (!value.empty()) return value;
  }
  for (const char* const folder :
       {"/var/lib/dhcp", "/var/lib/NetworkManager"}) {
    for (const fs::path& lease : NewestFirst(root + folder)) {
      std::string value = OfDhclientLease(option, lease);
      if (!value.empty()) return value;
    }
  }
  return "";
}

}  // namespace

std::string DhcpOption(int option, const std::string& root) {
  const std::string value = WholeOption(option, root);
  return value.substr(0, value.find('\0'));
}

}  // namespace convoy
