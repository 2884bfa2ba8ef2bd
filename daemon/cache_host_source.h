#ifndef CONVOY_DAEMON_CACHE_HOST_SOURCE_H_
#define CONVOY_DAEMON_CACHE_HOST_SOURCE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "convoy/v1/config.pb.h"
#include "daemon/dns_srv.h"
#include "daemon/settings.h"

namespace convoy {

// What cache_host.source finds, and which cache hosts hold then. Pure.

inline constexpr char kCacheHostSourceKey[] = "cache_host.source";
// More are not used.
inline constexpr std::size_t kMaxFoundCacheHosts = 16;

// The text of a DHCP option as URL prefixes: HOST, HOST:PORT or an http or
// https URL, with commas or blanks between them. What cache_host.hosts would
// refuse is left out, and put into `wrong`.
std::vector<std::string> CacheHostsOfText(absl::string_view text,
                                          std::vector<std::string>* wrong);
// "http://TARGET:PORT" of each, in order.
std::vector<std::string> CacheHostsOfSrv(const std::vector<SrvRecord>& records);

// Which source is to be asked: that of the configuration, or "none" where it
// would change nothing.
std::string CacheHostSourceToAsk(const v1::CacheHostConfig& config);

struct CacheHostsInForce {
  std::vector<std::string> hosts;
  // Who names them: cache_host.hosts or cache_host.source.
  std::string key;
};
CacheHostsInForce CacheHostsOf(const Settings& settings);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CACHE_HOST_SOURCE_H_
