#ifndef CONVOY_PEER_IP_ADDRESS_H_
#define CONVOY_PEER_IP_ADDRESS_H_

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace convoy {

// An IPv4 or IPv6 address. An IPv4 address in IPv6's form (::ffff:10.0.0.1) is
// the IPv4 address, so that one machine has one value.
class IpAddress {
 public:
  // As IPv6 writes it; IPv4 addresses as ::ffff:a.b.c.d.
  using Bytes = std::array<std::uint8_t, 16>;

  // "::": no machine's address.
  IpAddress() = default;
  // `scope`: the index of the interface that a link-local address belongs to.
  explicit IpAddress(const Bytes& bytes, std::uint32_t scope = 0);
  // 10.1.2.3, fe80::1, fe80::1%2.
  static std::optional<IpAddress> Parse(absl::string_view text);
  // Of an AF_INET or AF_INET6 address; else nothing. `port` may be null.
  static std::optional<IpAddress> FromSockaddr(const sockaddr* address,
                                               int* port);

  // Fills `storage`; the length of what was filled.
  socklen_t ToSockaddr(int port, sockaddr_storage* storage) const;
  std::string ToString() const;

  bool is_v4() const;
  bool is_unspecified() const;
  // 169.254.0.0/16 or fe80::/10.
  bool is_link_local() const;
  const Bytes& bytes() const { return bytes_; }
  // 0: none.
  std::uint32_t scope() const { return scope_; }

  friend bool operator==(const IpAddress& a, const IpAddress& b) {
    return a.bytes_ == b.bytes_ && a.scope_ == b.scope_;
  }
  friend bool operator!=(const IpAddress& a, const IpAddress& b) {
    return !(a == b);
  }
  friend bool operator<(const IpAddress& a, const IpAddress& b) {
    return std::tie(a.bytes_, a.scope_) < std::tie(b.bytes_, b.scope_);
  }
  template <typename H>
  friend H AbslHashValue(H h, const IpAddress& address) {
    return H::combine(std::move(h), address.bytes_, address.scope_);
  }

 private:
  Bytes bytes_ = {};
  std::uint32_t scope_ = 0;
};

// A block of addresses of one family: 10.1.0.0/16, fd00::/8.
class IpNetwork {
 public:
  // The block around `address`; what lies behind its first `length` bits is
  // cleared. REQUIRES: 0 <= length <= 32 for IPv4, 128 for IPv6.
  IpNetwork(const IpAddress& address, int length);
  // ADDRESS/LENGTH, or an address alone, which is a block of one.
  // INVALID_ARGUMENT with a sentence: no address, a length that is none, bits
  // set behind the length.
  static absl::StatusOr<IpNetwork> Parse(absl::string_view text);

  bool Contains(const IpAddress& address) const;
  bool Contains(const IpNetwork& other) const;
  std::string ToString() const;

  // The lowest one.
  const IpAddress& first() const { return first_; }
  // The highest one.
  IpAddress last() const;
  // In bits of its family.
  int length() const;

  friend bool operator==(const IpNetwork& a, const IpNetwork& b) {
    return a.bits_ == b.bits_ && a.first_ == b.first_;
  }

 private:
  IpAddress first_;
  int bits_ = 0;  // Of IpAddress::Bytes: 96 more than length() for IPv4.
};

// HOST:PORT or [ADDRESS]:PORT. INVALID_ARGUMENT with a sentence.
struct HostAndPort {
  std::string host;
  int port = 0;
};
absl::StatusOr<HostAndPort> ParseHostAndPort(absl::string_view text);

}  // namespace convoy

#endif  // CONVOY_PEER_IP_ADDRESS_H_
