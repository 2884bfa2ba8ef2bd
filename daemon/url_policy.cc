#include "daemon/url_policy.h"

#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "convoy/v1/config.pb.h"
#include "daemon/url_check.h"
#include "peer/base/url_pattern.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// Scheme and host in lower case, without the scheme's own port.
std::string Normalized(const std::string& url) {
  if (IsFileUrl(url)) return url;
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = url.find_first_of("/?#", host);
  std::string address = UrlAddress(url);
  const absl::string_view port =
      absl::StartsWith(address, "https://") ? ":443" : ":80";
  if (absl::EndsWith(address, port)) {
    address.resize(address.size() - port.size());
  }
  if (path == std::string::npos) return absl::StrCat(address, "/");
  return absl::StrCat(address, url[path] == '/' ? "" : "/", url.substr(path));
}

// The pattern that matches. Null: none.
const std::string* BlockingPattern(const std::string& url,
                                   const Settings& settings) {
  const auto& patterns = settings.config.http().blocked_urls();
  if (patterns.empty() || !absl::StrContains(url, "://")) return nullptr;
  const std::string normalized = Normalized(url);
  for (const std::string& pattern : patterns) {
    if (MatchesUrlPattern(pattern, url) ||
        MatchesUrlPattern(pattern, normalized)) {
      return &pattern;
    }
  }
  return nullptr;
}

// `rule`: the key, and who set it where no explanation tells that.
std::string Blocked(absl::string_view what, const std::string& pattern,
                    absl::string_view rule) {
  return absl::StrCat(what, " matches \"", pattern,
                      "\", which the configuration blocks (", rule, ")");
}

}  // namespace

absl::Status CheckUrlNotBlocked(absl::string_view field, const std::string& url,
                                const Settings& settings) {
  const std::string* const pattern = BlockingPattern(url, settings);
  if (pattern == nullptr) return absl::OkStatus();
  return Error(v1::ERROR_REASON_BLOCKED_BY_POLICY, v1::ERROR_CONTEXT_REQUEST)
      .Field(field)
      .Policy(kBlockedUrlsKey)
      .Status(Blocked(field, *pattern,
                      absl::StrCat(kBlockedUrlsKey, ", ",
                                   settings.ProviderOf(kBlockedUrlsKey))));
}

absl::Status CheckFetchNotBlocked(const std::string& url,
                                  const Settings& settings) {
  const std::string* const pattern = BlockingPattern(url, settings);
  if (pattern == nullptr) return absl::OkStatus();
  return Error(v1::ERROR_REASON_BLOCKED_BY_POLICY,
               v1::ERROR_CONTEXT_REMOTE_FILE)
      .Url(url)
      .Policy(kBlockedUrlsKey)
      .Status(Blocked("the URL", *pattern, kBlockedUrlsKey));
}

}  // namespace convoy
