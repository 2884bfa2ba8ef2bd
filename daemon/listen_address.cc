#include "daemon/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace convoy {
namespace {

std::optional<std::uint16_t> ParsePort(absl::string_view text) {
  int port = 0;
  if (text.empty() || text.size() > 5 ||
      !std::all_of(text.begin(), text.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(text, &port) || port > 65535) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(port);
}

}  // namespace

std::string ListenAddress::ToString() const {
  const bool v6 = address.find(':') != std::string::npos;
  return v6 ? absl::StrCat("[", address, "]:", port)
            : absl::StrCat(address, ":", port);
}

std::optional<ListenAddress> ParseListenAddress(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return std::nullopt;
  const std::optional<std::uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port.has_value()) return std::nullopt;
  absl::string_view host = text.substr(0, colon);
  ListenAddress result;
  result.port = *port;
  if (absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]")) {
    result.address = std::string(host);
    in6_addr v6 = {};
    if (inet_pton(AF_INET6, result.address.c_str(), &v6) != 1) {
      return std::nullopt;
    }
    result.loopback = IN6_IS_ADDR_LOOPBACK(&v6);
    return result;
  }
  result.address = std::string(host);
  in_addr v4 = {};
  if (inet_pton(AF_INET, result.address.c_str(), &v4) != 1) {
    return std::nullopt;
  }
  result.loopback = ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
  return result;
}

}  // namespace convoy
