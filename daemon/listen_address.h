#ifndef CONVOY_DAEMON_LISTEN_ADDRESS_H_
#define CONVOY_DAEMON_LISTEN_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// Where a TCP server listens.
struct ListenAddress {
  std::string address;     // Numeric; IPv6 without brackets.
  std::uint16_t port = 0;  // 0: any free one.
  bool loopback = false;

  // "127.0.0.1:9464", "[::1]:9464".
  std::string ToString() const;
};

// "ADDRESS:PORT", IPv6 addresses in brackets. Host names are not looked up.
// Null: it is no such text.
std::optional<ListenAddress> ParseListenAddress(absl::string_view text);

}  // namespace convoy

#endif  // CONVOY_DAEMON_LISTEN_ADDRESS_H_
