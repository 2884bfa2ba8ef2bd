#ifndef CONVOY_PEER_BASE_IDS_H_
#define CONVOY_PEER_BASE_IDS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace convoy {

// A GUID (RFC 9562 version 4 when made here).
class JobId {
 public:
  static constexpr int kSize = 16;
  using Bytes = std::array<std::uint8_t, kSize>;

  // All zero: no job's id.
  JobId() = default;
  explicit JobId(const Bytes& bytes) : bytes_(bytes) {}

  // From the machine's random numbers.
  static JobId Random();
  // 8-4-4-4-12 hexadecimal digits, either case, braces allowed.
  static std::optional<JobId> Parse(absl::string_view text);

  // 8-4-4-4-12 lower-case digits.
  std::string ToString() const;
  const Bytes& bytes() const { return bytes_; }

  friend bool operator==(const JobId& a, const JobId& b) {
    return a.bytes_ == b.bytes_;
  }
  friend bool operator!=(const JobId& a, const JobId& b) { return !(a == b); }
  friend bool operator<(const JobId& a, const JobId& b) {
    return a.bytes_ < b.bytes_;
  }
  template <typename H>
  friend H AbslHashValue(H h, const JobId& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  Bytes bytes_ = {};
};

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_IDS_H_
