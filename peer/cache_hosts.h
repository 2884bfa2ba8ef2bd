#ifndef CONVOY_PEER_CACHE_HOSTS_H_
#define CONVOY_PEER_CACHE_HOSTS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/curl_url.h"
#include "peer/http_settings.h"
#include "peer/transfer_engine.h"

namespace convoy {

// How a URL is asked for at a cache host.
struct CacheRoute {
  std::string prefix;   // The cache host, as configured.
  std::string address;  // The same for people: scheme, host and port.
  std::string origin;   // HttpUrl::origin() of the URL.
  std::string url;      // To be asked.
  // Empty: that of `url`.
  std::string host_header;
};

// The HTTP caches of the site: where they are asked, and which of them are left
// alone for a while because they failed. One for the machine: what one transfer
// learns holds for all.
//
// A ban is of the cache host as a whole where it could not be reached; after
// any other failure it is of the cache host for files of that origin, so that
// nobody's dead origin takes the cache from others.
//
// Thread: everything on the engine's executor.
class CacheHosts {
 public:
  // One cache host, and the way through it or why there is none now.
  struct Way {
    std::string address;
    std::optional<CacheRoute> route;
    std::string refused;  // A sentence.
    std::string policy;   // The configuration key that refuses it, or empty.
  };

  // `clock` is not owned.
  explicit CacheHosts(const Clock& clock) : clock_(clock) {}
  CacheHosts(const CacheHosts&) = delete;
  CacheHosts& operator=(const CacheHosts&) = delete;

  // Bans of hosts that stay are kept.
  void Set(CacheHostSettings settings) { settings_ = std::move(settings); }
  void SetOnVpn(bool on_vpn) { on_vpn_ = on_vpn; }

  const CacheHostSettings& settings() const { return settings_; }
  bool configured() const { return !settings_.hosts.empty(); }
  // One for each that is configured, in order.
  std::vector<Way> WaysTo(absl::string_view url) const;
  // A request of `route` ended with `error`. Bans where the cache host is to
  // blame, not where it has another version, no such file, or no ranges.
  void OnFailed(const CacheRoute& route, const absl::Status& error);

 private:
  struct Ban {
    absl::Duration until;  // Monotonic.
    absl::Time shown_until;
    std::string why;
  };
  // Prefix, and origin or empty.
  using BanKey = std::pair<std::string, std::string>;

  Way WayThrough(const std::string& prefix, const HttpUrl& url) const;
  const Ban* FindBan(const std::string& prefix,
                     const std::string& origin) const;

  const Clock& clock_;
  CacheHostSettings settings_;
  bool on_vpn_ = false;
  std::map<BanKey, Ban> bans_;
};

// Why no cache host may be asked for this job's file at all; empty: they may.
// What a job alone may see (private, or with credentials, headers or a client
// certificate) is not put into a cache that serves everybody.
std::string WhyNeverCached(const TransferSpec& spec);

}  // namespace convoy

#endif  // CONVOY_PEER_CACHE_HOSTS_H_
