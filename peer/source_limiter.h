#ifndef CONVOY_PEER_SOURCE_LIMITER_H_
#define CONVOY_PEER_SOURCE_LIMITER_H_

#include <cstddef>
#include <optional>

#include "absl/time/time.h"
#include "peer/base/lru_map.h"
#include "peer/ip_address.h"

namespace convoy {

// Holds `burst` tokens at most and gets `rate` of them a second.
class TokenBucket {
 public:
  // Full at its first use.
  TokenBucket(double rate, double burst) : rate_(rate), burst_(burst) {}

  // `now` is monotonic. False: there is none.
  bool Take(absl::Duration now);
  // How long until there is one.
  absl::Duration WaitFor(absl::Duration now);

 private:
  void Fill(absl::Duration now);

  double rate_;
  double burst_;
  double tokens_ = 0;
  std::optional<absl::Duration> filled_;
};

// How often something is done for others: for each address, and for all
// together. Remembers 1,024 addresses; a forgotten one begins anew, which the
// limit for all makes harmless. Not thread-safe.
class SourceLimiter {
 public:
  static constexpr std::size_t kMaxSources = 1024;
  struct Rate {
    double per_second;
    double burst;
  };

  SourceLimiter(Rate each, Rate all);

  bool Admit(const IpAddress& source, absl::Duration now);

 private:
  const Rate each_;
  LruMap<IpAddress, TokenBucket> sources_{kMaxSources};
  TokenBucket all_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_SOURCE_LIMITER_H_
