#include "peer/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

constexpr int kV4Bits = 96;  // Before the four bytes of an IPv4 address.
constexpr std::uint8_t kV4Prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};

IpAddress FromV4(const in_addr& address) {
  IpAddress::Bytes bytes = {};
  std::copy(std::begin(kV4Prefix), std::end(kV4Prefix), bytes.begin());
  std::memcpy(bytes.data() + sizeof(kV4Prefix), &address, sizeof(address));
  return IpAddress(bytes);
}

IpAddress FromV6(const in6_addr& address, std::uint32_t scope) {
  IpAddress::Bytes bytes;
  std::memcpy(bytes.data(), &address, bytes.size());
  return IpAddress(bytes, scope);
}

// `bytes` with all bits from `bits` on set to `value`.
IpAddress::Bytes FilledFrom(IpAddress::Bytes bytes, int bits, bool value) {
  for (int i = bits; i < 128; ++i) {
    const auto bit = static_cast<std::uint8_t>(0x80 >> (i % 8));
    if (value) {
      bytes[i / 8] |= bit;
    } else {
      bytes[i / 8] &= static_cast<std::uint8_t>(~bit);
    }
  }
  return bytes;
}

bool SameBits(const IpAddress::Bytes& a, const IpAddress::Bytes& b, int bits) {
  const int whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

// Digits alone: "+1" and " 1" are no number here.
bool ParseDigits(absl::string_view text, int max, int* value) {
  if (text.empty() || text.size() > 10 ||
      !std::all_of(text.begin(), text.end(),
                   [](char c) { return '0' <= c && c <= '9'; })) {
    return false;
  }
  return absl::SimpleAtoi(text, value) && *value <= max;
}

bool IsHostName(absl::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') ||
                  ('0' <= c && c <= '9') || c == '-' || c == '.' || c == '_';
         });
}

}  // namespace

IpAddress::IpAddress(const Bytes& bytes, std::uint32_t scope) : bytes_(bytes) {
  // Elsewhere a scope says nothing, and would make two values of one address.
  if (!is_v4() && is_link_local()) scope_ = scope;
}

std::optional<IpAddress> IpAddress::Parse(absl::string_view text) {
  const std::size_t percent = text.find('%');
  const std::string address(text.substr(0, percent));
  int scope = 0;
  if (percent != text.npos &&
      !ParseDigits(text.substr(percent + 1), std::numeric_limits<int>::max(),
                   &scope)) {
    return std::nullopt;
  }
  if (address.find('\0') != address.npos) return std::nullopt;
  in_addr v4;
  if (percent == text.npos && inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    return FromV4(v4);
  }
  in6_addr v6;
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return std::nullopt;
  return FromV6(v6, static_cast<std::uint32_t>(scope));
}

std::optional<IpAddress> IpAddress::FromSockaddr(const sockaddr* address,
                                                 int* port) {
  if (address == nullptr) return std::nullopt;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof(v4));
    if (port != nullptr) *port = ntohs(v4.sin_port);
    return FromV4(v4.sin_addr);
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof(v6));
    if (port != nullptr) *port = ntohs(v6.sin6_port);
    return FromV6(v6.sin6_addr, v6.sin6_scope_id);
  }
  return std::nullopt;
}

socklen_t IpAddress::ToSockaddr(int port, sockaddr_storage* storage) const {
  *storage = {};
  if (is_v4()) {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&v4.sin_addr, bytes_.data() + sizeof(kV4Prefix),
                sizeof(v4.sin_addr));
    std::memcpy(storage, &v4, sizeof(v4));
    return sizeof(v4);
  }
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(static_cast<std::uint16_t>(port));
  v6.sin6_scope_id = scope_;
  std::memcpy(&v6.sin6_addr, bytes_.data(), sizeof(v6.sin6_addr));
  std::memcpy(storage, &v6, sizeof(v6));
  return sizeof(v6);
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + sizeof(kV4Prefix), text, sizeof(text));
    return text;
  }
  inet_ntop(AF_INET6, bytes_.data(), text, sizeof(text));
  return scope_ == 0 ? std::string(text) : absl::StrCat(text, "%", scope_);
}

bool IpAddress::is_v4() const {
  return std::equal(std::begin(kV4Prefix), std::end(kV4Prefix), bytes_.begin());
}

bool IpAddress::is_unspecified() const {
  const auto begin = bytes_.begin() + (is_v4() ? sizeof(kV4Prefix) : 0);
  return std::all_of(begin, bytes_.end(), [](auto byte) { return byte == 0; });
}

bool IpAddress::is_link_local() const {
  if (is_v4()) return bytes_[12] == 169 && bytes_[13] == 254;
  return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

IpNetwork::IpNetwork(const IpAddress& address, int length)
    : bits_(address.is_v4() ? kV4Bits + length : length) {
  // Without scope: a block is the same on every link.
  first_ = IpAddress(FilledFrom(address.bytes(), bits_, false));
}

absl::StatusOr<IpNetwork> IpNetwork::Parse(absl::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<IpAddress> address =
      IpAddress::Parse(text.substr(0, slash));
  if (!address || text.find('%') != text.npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text,
                     "' is no network; a network looks like 10.1.0.0/16 or "
                     "fd00::/8"));
  }
  const int most = address->is_v4() ? 32 : 128;
  int length = most;
  if (slash != text.npos) {
    // The length of ::ffff:10.0.0.0/104 counts from the first bit of IPv6.
    const bool mapped = address->is_v4() && text.find(':') != text.npos;
    const int less = mapped ? kV4Bits : 0;
    if (!ParseDigits(text.substr(slash + 1), most + less, &length) ||
        length < less) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", text, "' has no length from ", less, " to ",
                       most + less, " behind its slash"));
    }
    length -= less;
  }
  const IpNetwork network(*address, length);
  if (network.first().bytes() != address->bytes()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' has bits behind its length; the network is ",
                     network.ToString()));
  }
  return network;
}

bool IpNetwork::Contains(const IpAddress& address) const {
  // "::/0" is all of IPv6, and an IPv4 address is none of it.
  return address.is_v4() == first_.is_v4() &&
         SameBits(first_.bytes(), address.bytes(), bits_);
}

bool IpNetwork::Contains(const IpNetwork& other) const {
  return bits_ <= other.bits_ && Contains(other.first_);
}

std::string IpNetwork::ToString() const {
  return absl::StrCat(first_.ToString(), "/", length());
}

IpAddress IpNetwork::last() const {
  return IpAddress(FilledFrom(first_.bytes(), bits_, true));
}

int IpNetwork::length() const {
  return first_.is_v4() ? bits_ - kV4Bits : bits_;
}

absl::StatusOr<HostAndPort> ParseHostAndPort(absl::string_view text) {
  const auto bad = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' ", why,
                     "; it looks like host.example:6772, 10.1.2.3:6772 or "
                     "[fd00::1]:6772"));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return bad("has no port");
  HostAndPort result;
  if (!ParseDigits(text.substr(colon + 1), 65535, &result.port) ||
      result.port == 0) {
    return bad("has no port from 1 to 65535 behind its colon");
  }
  absl::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::Parse(host);
    if (!address || host.find(':') == host.npos) {
      return bad("has no IPv6 address in its brackets");
    }
  } else if (!IsHostName(host)) {
    return bad("names no host");
  }
  result.host = std::string(host);
  return result;
}

}  // namespace convoy
