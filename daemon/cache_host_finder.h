#ifndef CONVOY_DAEMON_CACHE_HOST_FINDER_H_
#define CONVOY_DAEMON_CACHE_HOST_FINDER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "daemon/dns_srv.h"
#include "daemon/settings.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"

namespace convoy {

// Asks where the site's cache hosts are (cache_host.source), on a thread of its
// own: at the start, every kDnsInterval, and when the configuration or the
// network changes. What DNS said stays while no name server answers; what it
// said of another search domain does not. Thread-safe.
class CacheHostFinder {
 public:
  static constexpr char kService[] = "_convoy-cache._tcp.";
  static constexpr int kDhcpOption = 235;

  static constexpr absl::Duration kDnsInterval = absl::Minutes(10);
  // A lease is read; and nobody answered.
  static constexpr absl::Duration kShortInterval = absl::Minutes(1);
  // resolv.conf and leases are written after routes: for kShortInterval after a
  // change of the network they are looked at so often.
  static constexpr absl::Duration kUnsettledInterval = absl::Seconds(10);
  // Some networks change all the time.
  static constexpr absl::Duration kLeastInterval = absl::Seconds(2);

  struct Sources {
    const Clock* clock = nullptr;  // Not owned.
    // The root of the file system. Tests have another one.
    std::string root;
    // AskForSrv (dns_question.h).
    std::function<std::optional<std::vector<SrvRecord>>(const std::string&)>
        ask;
    // Shares machines out to cache hosts of one priority.
    std::uint64_t seed = 0;
  };

  // `source`: none, dns_sd, dhcp_option or dhcp_option_forced. `on_change` is
  // called on the thread, when something else is found than before; at first
  // nothing is.
  CacheHostFinder(Sources sources, std::string source,
                  std::function<void(FoundCacheHosts)> on_change);
  // Waits for an answer that is outstanding. Not on its thread.
  ~CacheHostFinder();
  CacheHostFinder(const CacheHostFinder&) = delete;
  CacheHostFinder& operator=(const CacheHostFinder&) = delete;

  // Another one is asked, or the same one anew.
  void Ask(std::string source);
  void NetworkChanged();
  // Waits until it has been asked once; at most for `patience`.
  void WaitForFirst(absl::Duration patience);

 private:
  // What one look found. Nothing: nobody answered.
  struct Look {
    std::string where;  // For people, and to tell one site from another.
    std::optional<std::vector<std::string>> hosts;
    std::vector<std::string> wrong;
  };

  void Run();
  Look LookAt(const std::string& source) const;
  // What was found becomes known, if it is news.
  void Take(const std::string& source, Look look);
  // Until it is time for the next look, or to stop.
  void Rest(absl::Duration interval);

  const Sources sources_;
  const std::function<void(FoundCacheHosts)> on_change_;

  // Of the thread.
  FoundCacheHosts found_;
  std::string where_;
  std::vector<std::string> wrong_;

  Mutex mutex_;
  CondVar changed_;
  std::string source_ ABSL_GUARDED_BY(mutex_);
  bool asked_ ABSL_GUARDED_BY(mutex_) = false;  // Look at once.
  bool stops_ ABSL_GUARDED_BY(mutex_) = false;
  bool looked_ ABSL_GUARDED_BY(mutex_) = false;  // At least once.
  bool network_changed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration unsettled_until_ ABSL_GUARDED_BY(mutex_);  // Monotonic.
  std::thread thread_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_CACHE_HOST_FINDER_H_
