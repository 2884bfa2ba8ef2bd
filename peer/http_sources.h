#ifndef CONVOY_PEER_HTTP_SOURCES_H_
#define CONVOY_PEER_HTTP_SOURCES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/cache_hosts.h"
#include "peer/content_rules.h"
#include "peer/http_settings.h"
#include "peer/origin_transport.h"
#include "peer/transfer_engine.h"

namespace convoy {

// Somebody who may have the file, and how it is asked for there.
struct HttpSource {
  enum class Kind { kCacheHost, kOrigin, kMirror };

  Kind kind = Kind::kOrigin;
  std::string url;
  // What may be sent there.
  std::shared_ptr<const HttpSettings> settings;
  int url_index = 0;  // TransferNews.url_index.
  // Of a cache host.
  std::optional<CacheRoute> route;
  absl::Duration connect_timeout;

  // A request without a range.
  OriginRequest Request(bool foreground) const;
  bool is_cache_host() const { return kind == Kind::kCacheHost; }
};

// Where bytes of such a source are counted.
std::int64_t& BytesOf(HttpSource::Kind kind, TransferNews* news);

// Who is asked for one file by HTTP, one after another: the cache hosts; when
// none of them serves it for TransferSpec.cache_host_delay, the job's URLs;
// then mirrors that the origin named.
//
// Thread: the engine's executor.
class HttpSources {
 public:
  // `cache_hosts` (null: there are none), `clock` and `spec` are not owned and
  // outlive this. Of `found`, identity and mirrors are used.
  HttpSources(CacheHosts* cache_hosts, const Clock* clock,
              const TransferSpec& spec, const FoundContent& found);

  // Null: nobody may be asked now; in wait() call WaitIsOver.
  const HttpSource* current() const { return waiting() ? nullptr : &current_; }
  const HttpSource& origin() const { return urls_.front(); }
  bool waiting() const { return wait_until_.has_value(); }
  // Zero where nothing is waited for.
  absl::Duration wait() const;
  void WaitIsOver();

  // current() did not give the file. False: it was the last one, and stays
  // current().
  bool Fail(const absl::Status& why);
  // From the first one on again.
  void StartOver();
  // No cache host is asked for this file any more. If one is current(), the
  // origin is now.
  void RefuseCacheHosts(std::string why);

  // A cache host may be asked for this file at some time.
  bool uses_cache_hosts() const { return refused_.empty() && configured(); }
  // Fills in url_index, cache_hosts, hold; `news->connections` are those to
  // current().
  void Tell(TransferNews* news) const;
  const std::vector<std::string>& found_mirrors() const {
    return found_mirrors_;
  }

 private:
  bool configured() const {
    return cache_hosts_ != nullptr && cache_hosts_->configured();
  }
  bool never_the_origin() const {
    return spec_.cache_host_delay == absl::InfiniteDuration();
  }
  std::optional<TransferHold> Hold() const;
  std::vector<CacheHostUse> CacheHostUses(int connections) const;
  // The next cache host, from the one of this number on; when none is left, the
  // origin or a wait.
  void TryCacheHosts(std::size_t from);
  void UseUrl(std::size_t index);

  CacheHosts* const cache_hosts_;
  const Clock* const clock_;
  const TransferSpec& spec_;
  const std::vector<std::string> found_mirrors_;
  std::vector<HttpSource> urls_;

  HttpSource current_;
  std::size_t cache_host_ = 0;  // The number of current_, if it is one.
  std::size_t url_ = 0;         // The same for a URL.
  // Why cache hosts are not asked for this file; empty: they are.
  std::string refused_;
  std::string refused_policy_;
  // Why this one did not give the file, by prefix.
  std::map<std::string, std::string> faults_;

  // Monotonic times.
  std::optional<absl::Duration> origin_from_;
  std::optional<absl::Duration> wait_until_;
  absl::Time shown_origin_from_;
  absl::Duration next_wait_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_HTTP_SOURCES_H_
