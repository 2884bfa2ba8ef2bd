#include "peer/cache_hosts.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "peer/base/log.h"
#include "peer/base/url_text.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxBans = 1000;

enum class Blame { kNobody, kForThisOrigin, kAltogether };

Blame BlameFor(const absl::Status& error) {
  const v1::ErrorDetail detail = ErrorDetailOf(error);
  switch (detail.reason()) {
    case v1::ERROR_REASON_NAME_RESOLUTION_FAILURE:
    case v1::ERROR_REASON_CONNECT_FAILURE:
    case v1::ERROR_REASON_SECURE_CHANNEL_FAILURE:
    case v1::ERROR_REASON_TRUST_FAILURE:
      return Blame::kAltogether;
    case v1::ERROR_REASON_CONNECTION_CLOSED:
    case v1::ERROR_REASON_TIMEOUT:
    case v1::ERROR_REASON_INVALID_SERVER_RESPONSE:
      return Blame::kForThisOrigin;
    case v1::ERROR_REASON_HTTP_STATUS:
      return detail.retryable() ? Blame::kForThisOrigin : Blame::kNobody;
    default:
      return Blame::kNobody;
  }
}

// What follows host and port, "/" at least.
std::string PathAndQuery(const std::string& url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = url.find_first_of("/?", host);
  if (path == std::string::npos) return "/";
  return absl::StrCat(url[path] == '?' ? "/" : "", url.substr(path));
}

// A Connected Cache finds the origin's name there.
constexpr absl::string_view kOriginParameter = "cacheHostOrigin=";

// Sets url and host_header. `base` has no "/" at its end.
void AskFor(const HttpUrl& url, absl::string_view base,
            CacheHostSettings::Style style, CacheRoute* route) {
  const std::string origin(HostOfUrl(url.text()));
  const std::string rest = PathAndQuery(url.text());
  switch (style) {
    case CacheHostSettings::Style::kHost:
      route->url = absl::StrCat(base, rest);
      route->host_header = origin;
      return;
    case CacheHostSettings::Style::kPath:
      route->url = absl::StrCat(base, "/", origin, rest);
      return;
    case CacheHostSettings::Style::kConnectedCache:
      route->url =
          absl::StrCat(base, rest, absl::StrContains(rest, '?') ? "&" : "?",
                       kOriginParameter, origin);
      return;
  }
}

std::string AddressOf(const HttpUrl& url) {
  return absl::StrCat(url.IsHttps() ? "https://" : "http://",
                      HostOfUrl(url.text()));
}

}  // namespace

std::vector<CacheHosts::Way> CacheHosts::WaysTo(absl::string_view url) const {
  std::vector<Way> ways;
  const absl::StatusOr<HttpUrl> parsed = HttpUrl::Parse(url);
  if (!parsed.ok()) return ways;
  for (const std::string& prefix : settings_.hosts) {
    ways.push_back(WayThrough(prefix, *parsed));
  }
  return ways;
}

CacheHosts::Way CacheHosts::WayThrough(const std::string& prefix,
                                       const HttpUrl& url) const {
  Way way;
  way.address = prefix;
  const absl::StatusOr<HttpUrl> host = HttpUrl::Parse(prefix);
  if (!host.ok()) {
    way.refused = std::string(host.status().message());
    way.policy = settings_.key;
    return way;
  }
  way.address = AddressOf(*host);
  if (on_vpn_ && !settings_.on_vpn) {
    way.refused = "the default route goes through a VPN";
    way.policy = "cache_host.on_vpn";
    return way;
  }
  if (url.IsHttps() && !host->IsHttps()) {
    way.refused =
        "the file's URL is https: it is not asked for over plain http";
    way.policy = settings_.key;
    return way;
  }
  if (host->origin() == url.origin()) {
    way.refused = "it is the origin itself";
    return way;
  }
  if (const Ban* const ban = FindBan(prefix, url.origin())) {
    way.refused =
        absl::StrCat("it failed and is left alone until ",
                     absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", ban->shown_until,
                                      absl::UTCTimeZone()),
                     ": ", ban->why);
    way.policy = "cache_host.ban_seconds";
    return way;
  }
  CacheRoute route;
  route.prefix = prefix;
  route.address = way.address;
  route.origin = url.origin();
  AskFor(url, absl::StripSuffix(host->text(), "/"), settings_.style, &route);
  way.route = std::move(route);
  return way;
}

const CacheHosts::Ban* CacheHosts::FindBan(const std::string& prefix,
                                           const std::string& origin) const {
  const absl::Duration now = clock_.Monotonic();
  for (const std::string& scope : {std::string(), origin}) {
    const auto found = bans_.find({prefix, scope});
    if (found != bans_.end() && found->second.until > now) {
      return &found->second;
    }
  }
  return nullptr;
}

void CacheHosts::OnFailed(const CacheRoute& route, const absl::Status& error) {
  const Blame blame = BlameFor(error);
  if (blame == Blame::kNobody) return;
  const absl::Duration now = clock_.Monotonic();
  for (auto ban = bans_.begin(); ban != bans_.end();) {
    ban = ban->second.until <= now ? bans_.erase(ban) : std::next(ban);
  }
  if (bans_.size() >= kMaxBans) {
    bans_.erase(std::min_element(bans_.begin(), bans_.end(),
                                 [](const auto& one, const auto& other) {
                                   return one.second.until < other.second.until;
                                 }));
  }
  Ban ban;
  ban.until = now + settings_.ban;
  ban.shown_until = clock_.Now() + settings_.ban;
  ban.why = std::string(error.message());
  LogInfo("cache host ", route.address, " is left alone for ",
          absl::FormatDuration(settings_.ban),
          blame == Blame::kAltogether ? ": " : ", for files of " + route.origin,
          blame == Blame::kAltogether ? "" : ": ", ban.why);
  bans_[{route.prefix,
         blame == Blame::kAltogether ? std::string() : route.origin}] =
      std::move(ban);
}

std::string WhyNeverCached(const TransferSpec& spec) {
  if (spec.is_private) {
    return "the job is private: its bytes are not put into caches";
  }
  if (spec.urls_alone) {
    return "the file's owner found the bytes wrong that had come: they are "
           "fetched again from the origin alone";
  }
  const HttpSettings& http = *spec.http;
  if (!http.method.empty()) {
    return absl::StrCat("the job asks by ", http.method,
                        ": its files come from the origin alone");
  }
  if (http.certificate_approval) {
    return "the job approves the certificate of each server, and none of a "
           "cache host";
  }
  if (!http.headers.empty() ||
      http.server_credentials.schemes != AuthSchemes::kNone ||
      !http.client_certificate_pem.empty()) {
    return "the job has headers, credentials or a client certificate, which "
           "are for the origin alone";
  }
  return "";
}

}  // namespace convoy
