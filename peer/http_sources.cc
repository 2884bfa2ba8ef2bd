#include "peer/http_sources.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

// Between two rounds of cache hosts that do not serve the file.
constexpr absl::Duration kFirstWait = absl::Seconds(1);
constexpr absl::Duration kLongestWait = absl::Seconds(30);

// What a cache host is told: nothing of the job's, not even which authority the
// job trusts. It is of the site, so no proxy is between. A redirect would lead
// past it.
std::shared_ptr<const HttpSettings> CacheHostHttp() {
  auto settings = std::make_shared<HttpSettings>();
  settings->proxy_mode = ProxyMode::kDirect;
  settings->redirect_policy = RedirectPolicy::kRefuse;
  return settings;
}

}  // namespace

OriginRequest HttpSource::Request(bool foreground) const {
  OriginRequest request;
  request.url = url;
  if (kind == Kind::kOrigin) request.method = settings->method;
  request.settings = settings;
  request.foreground = foreground;
  request.of_cache_host = is_cache_host();
  request.connect_timeout = connect_timeout;
  if (route) request.host_header = route->host_header;
  return request;
}

std::int64_t& BytesOf(HttpSource::Kind kind, TransferNews* news) {
  switch (kind) {
    case HttpSource::Kind::kCacheHost:
      return news->cache_host_bytes;
    case HttpSource::Kind::kMirror:
      return news->mirror_bytes;
    case HttpSource::Kind::kOrigin:
      break;
  }
  return news->origin_bytes;
}

HttpSources::HttpSources(CacheHosts* cache_hosts, const Clock* clock,
                         const TransferSpec& spec, const FoundContent& found)
    : cache_hosts_(cache_hosts),
      clock_(clock),
      spec_(spec),
      found_mirrors_(found.mirrors) {
  for (const std::string& url : spec_.urls) {
    HttpSource source;
    source.kind =
        urls_.empty() ? HttpSource::Kind::kOrigin : HttpSource::Kind::kMirror;
    source.url = url;
    source.settings = spec_.http;
    source.url_index = static_cast<int>(urls_.size());
    urls_.push_back(std::move(source));
  }
  for (const std::string& url : found_mirrors_) {
    HttpSource source;
    source.kind = HttpSource::Kind::kMirror;
    source.url = url;
    source.settings = HttpSettingsFor(spec_.http, spec_.urls.front(), url);
    source.url_index = static_cast<int>(urls_.size());
    urls_.push_back(std::move(source));
  }
  refused_ = WhyNeverCached(spec_);
  if (!refused_.empty()) refused_policy_ = "job";
  const bool checked = !spec_.expected_sha256.empty() ||
                       found.manifest != nullptr || never_the_origin();
  if (refused_.empty() && !found.identity && !checked) {
    refused_ =
        "the origin did not tell which version of the file it has, and no "
        "sha-256 is in the job";
  }
  StartOver();
}

absl::Duration HttpSources::wait() const {
  if (!wait_until_) return absl::ZeroDuration();
  return std::max(*wait_until_ - clock_->Monotonic(), absl::ZeroDuration());
}

void HttpSources::WaitIsOver() {
  if (!waiting()) return;
  TryCacheHosts(0);
}

void HttpSources::StartOver() {
  next_wait_ = kFirstWait;
  // What never leaves the site waits, too, where no cache host may be asked.
  if (!configured() || (!refused_.empty() && !never_the_origin())) {
    return UseUrl(0);
  }
  TryCacheHosts(0);
}

void HttpSources::TryCacheHosts(std::size_t from) {
  wait_until_.reset();
  if (!configured()) return UseUrl(0);
  if (refused_.empty()) {
    const std::vector<CacheHosts::Way> ways =
        cache_hosts_->WaysTo(spec_.urls.front());
    for (std::size_t i = from; i < ways.size(); ++i) {
      if (!ways[i].route) continue;
      cache_host_ = i;
      current_ = HttpSource();
      current_.kind = HttpSource::Kind::kCacheHost;
      current_.url = ways[i].route->url;
      current_.route = ways[i].route;
      current_.settings = CacheHostHttp();
      current_.connect_timeout = cache_hosts_->settings().connect_timeout;
      return;
    }
  }
  const absl::Duration now = clock_->Monotonic();
  if (!origin_from_) {
    origin_from_ = now + spec_.cache_host_delay;
    shown_origin_from_ = clock_->Now() + spec_.cache_host_delay;
  }
  if (now >= *origin_from_) return UseUrl(0);
  wait_until_ = std::min(*origin_from_, now + next_wait_);
  next_wait_ = std::min(next_wait_ * 2, kLongestWait);
}

void HttpSources::UseUrl(std::size_t index) {
  wait_until_.reset();
  url_ = index;
  current_ = urls_[index];
}

bool HttpSources::Fail(const absl::Status& why) {
  if (current_.is_cache_host()) {
    faults_[current_.route->prefix] = std::string(why.message());
    cache_hosts_->OnFailed(*current_.route, why);
    TryCacheHosts(cache_host_ + 1);
    return true;
  }
  if (url_ + 1 == urls_.size()) return false;
  UseUrl(url_ + 1);
  return true;
}

void HttpSources::RefuseCacheHosts(std::string why) {
  refused_ = std::move(why);
  refused_policy_.clear();
  if (current_.is_cache_host() || waiting()) StartOver();
}

void HttpSources::Tell(TransferNews* news) const {
  news->url_index = waiting() ? 0 : current_.url_index;
  news->cache_hosts = CacheHostUses(news->connections);
  news->hold = Hold();
}

std::optional<TransferHold> HttpSources::Hold() const {
  if (!waiting()) return std::nullopt;
  TransferHold hold;
  hold.policy = spec_.foreground
                    ? "cache_host.fallback_delay_foreground_seconds"
                    : "cache_host.fallback_delay_background_seconds";
  hold.text = absl::StrCat(
      "No cache host serves the file now; they are asked again, and the origin "
      "is ",
      never_the_origin() ? "never asked"
                         : absl::StrCat("not asked before ",
                                        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                                                         shown_origin_from_,
                                                         absl::UTCTimeZone())));
  return hold;
}

std::vector<CacheHostUse> HttpSources::CacheHostUses(int connections) const {
  std::vector<CacheHostUse> uses;
  if (!configured()) return uses;
  const HttpSource* const now = current();
  const std::vector<std::string>& prefixes = cache_hosts_->settings().hosts;
  const std::vector<CacheHosts::Way> ways =
      cache_hosts_->WaysTo(spec_.urls.front());
  for (std::size_t i = 0; i < ways.size(); ++i) {
    CacheHostUse use;
    use.address = ways[i].address;
    const auto fault = faults_.find(prefixes[i]);
    if (now != nullptr && now->is_cache_host() &&
        now->route->prefix == prefixes[i]) {
      use.use = PeerUse::Use::kUsed;
      use.connections = connections;
      use.reason = absl::StrCat(
          connections == 0 ? "being asked"
                           : absl::StrCat("fetching over ", connections,
                                          connections == 1 ? " connection"
                                                           : " connections"));
    } else if (!refused_.empty()) {
      use.use = PeerUse::Use::kRefused;
      use.reason = refused_;
      use.policy = refused_policy_;
    } else if (!ways[i].route) {
      use.use = PeerUse::Use::kRefused;
      use.reason = ways[i].refused;
      use.policy = ways[i].policy;
    } else if (fault != faults_.end()) {
      use.use = PeerUse::Use::kRefused;
      use.reason = fault->second;
    } else {
      use.reason = "asked when the one before it does not serve the file";
    }
    uses.push_back(std::move(use));
  }
  return uses;
}

}  // namespace convoy
