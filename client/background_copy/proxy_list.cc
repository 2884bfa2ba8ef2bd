#include "client/background_copy/proxy_list.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace convoy::background_copy {
namespace {

std::vector<absl::string_view> Entries(absl::string_view list) {
  return absl::StrSplit(list, absl::ByAnyChar(" \t\r\n,;"), absl::SkipEmpty());
}

}  // namespace

std::optional<std::string> ProxyUrlOf(absl::string_view list) {
  for (absl::string_view entry : Entries(list)) {
    if (absl::ConsumePrefix(&entry, "http=") ||
        absl::ConsumePrefix(&entry, "https=")) {
      // The scheme of the requests, not the proxy's.
    } else if (absl::ConsumePrefix(&entry, "socks=")) {
      return absl::StrCat("socks5://", entry);
    }
    if (absl::StrContains(entry, "://")) return std::string(entry);
    return absl::StrCat("http://", entry);
  }
  return std::nullopt;
}

std::vector<std::string> BypassOf(absl::string_view list) {
  const std::vector<absl::string_view> entries = Entries(list);
  return {entries.begin(), entries.end()};
}

}  // namespace convoy::background_copy
