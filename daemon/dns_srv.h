#ifndef CONVOY_DAEMON_DNS_SRV_H_
#define CONVOY_DAEMON_DNS_SRV_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace convoy {

// Where a service is, of one SRV record (RFC 2782).
struct SrvRecord {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;  // A host's name, in small letters, without a last dot.

  friend bool operator==(const SrvRecord& a, const SrvRecord& b) {
    return a.priority == b.priority && a.weight == b.weight &&
           a.port == b.port && a.target == b.target;
  }
};

// More of an answer are not read.
inline constexpr std::size_t kMaxSrvRecords = 64;

// The SRV records in the answer section of a DNS message (RFC 1035), in its
// order, without those whose target is "." (no such service) or no host's name,
// or whose port is 0. Of a message that says it was cut, those that are whole.
// Nothing: it is not a well-formed answer. Pure; takes any bytes.
std::optional<std::vector<SrvRecord>> ParseSrvAnswer(absl::string_view message);

// In the order in which clients ask them: the lowest priority first, and among
// those of one priority by chance, in proportion to their weights. The same
// records and `seed` make the same order. Pure.
std::vector<SrvRecord> InSrvOrder(std::vector<SrvRecord> records,
                                  std::uint64_t seed);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DNS_SRV_H_
