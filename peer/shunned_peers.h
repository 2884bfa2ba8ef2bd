#ifndef CONVOY_PEER_SHUNNED_PEERS_H_
#define CONVOY_PEER_SHUNNED_PEERS_H_

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/time/time.h"
#include "peer/base/clock.h"

namespace convoy {

// Why an address is met no more.
enum class ShunReason { kWrongBytes, kFalseHashes };

// Addresses that are met no more for a content, of all contents. They outlive
// the memberships of a content, so that who was found out is not met again when
// a job is suspended and resumed, tried again, or when the content is opened
// again. In memory alone: a daemon that starts has none. Not thread-safe.
class ShunnedPeers {
 public:
  // So long, from the time when it was found out.
  static constexpr absl::Duration kTime = absl::Hours(4);
  // Of all contents together; the oldest make room.
  static constexpr std::size_t kMax = 10'000;

  struct Counts {
    int wrong_bytes = 0;
    int false_hashes = 0;
  };

  // `clock` is not owned.
  explicit ShunnedPeers(const Clock* clock) : clock_(*clock) {}
  ShunnedPeers(const ShunnedPeers&) = delete;
  ShunnedPeers& operator=(const ShunnedPeers&) = delete;

  // False: it was there, and stays as it was.
  bool Add(const std::string& content, const std::string& address,
           ShunReason reason);
  bool Has(const std::string& content, const std::string& address) const;
  Counts CountsOf(const std::string& content);

 private:
  struct Entry {
    ShunReason reason;
    absl::Duration until;  // Monotonic.
  };
  using Addresses = std::unordered_map<std::string, Entry>;

  // Forgets those whose time is over.
  void Sweep();
  void ForgetOldest();

  const Clock& clock_;
  std::unordered_map<std::string, Addresses> contents_;
  // Content and address of all entries, the oldest first.
  std::deque<std::pair<std::string, std::string>> order_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_SHUNNED_PEERS_H_
