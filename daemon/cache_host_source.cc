#include "daemon/cache_host_source.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/config_items.h"

namespace convoy {
namespace {

constexpr char kHostsKey[] = "cache_host.hosts";
constexpr std::size_t kMaxItem = 1024;
constexpr std::size_t kMaxShown = 100;

std::string UrlOf(absl::string_view entry) {
  if (absl::StrContains(entry, "://")) return std::string(entry);
  // An IPv6 address alone.
  const bool bare =
      std::count(entry.begin(), entry.end(), ':') > 1 && entry.front() != '[';
  return bare ? absl::StrCat("http://[", entry, "]")
              : absl::StrCat("http://", entry);
}

bool IsRight(absl::string_view url) {
  return url.size() <= kMaxItem && absl::c_all_of(url, absl::ascii_isgraph) &&
         WrongInConfigItem(kHostsKey, url).empty();
}

void Add(std::string url, std::vector<std::string>* urls) {
  if (urls->size() < kMaxFoundCacheHosts &&
      !absl::c_linear_search(*urls, url)) {
    urls->push_back(std::move(url));
  }
}

}  // namespace

std::vector<std::string> CacheHostsOfText(absl::string_view text,
                                          std::vector<std::string>* wrong) {
  std::vector<std::string> urls;
  for (const absl::string_view entry :
       absl::StrSplit(text, absl::ByAnyChar(", \t\r\n"), absl::SkipEmpty())) {
    std::string url = UrlOf(entry);
    if (IsRight(url)) {
      Add(std::move(url), &urls);
    } else {
      // Passwords are not shown.
      wrong->push_back(absl::StrContains(entry, '@')
                           ? "an entry with a user name"
                           : absl::CHexEscape(entry.substr(0, kMaxShown)));
    }
  }
  return urls;
}

std::vector<std::string> CacheHostsOfSrv(
    const std::vector<SrvRecord>& records) {
  std::vector<std::string> urls;
  for (const SrvRecord& record : records) {
    std::string url = absl::StrCat("http://", record.target, ":", record.port);
    if (IsRight(url)) Add(std::move(url), &urls);
  }
  return urls;
}

std::string CacheHostSourceToAsk(const v1::CacheHostConfig& config) {
  const bool asked =
      config.hosts().empty() || config.source() == "dhcp_option_forced";
  return asked ? config.source() : "none";
}

CacheHostsInForce CacheHostsOf(const Settings& settings) {
  const v1::CacheHostConfig& config = settings.config.cache_host();
  const FoundCacheHosts& found = settings.found_cache_hosts;
  const std::string source = CacheHostSourceToAsk(config);
  // What another source found does not count any more.
  if (source != "none" && source == found.source && !found.hosts.empty()) {
    return {found.hosts, kCacheHostSourceKey};
  }
  return {{config.hosts().begin(), config.hosts().end()}, kHostsKey};
}

}  // namespace convoy
