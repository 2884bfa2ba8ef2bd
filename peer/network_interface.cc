#include "peer/network_interface.h"

#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/numeric/bits.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

int CountBits(const IpAddress::Bytes& bytes) {
  int bits = 0;
  for (const std::uint8_t byte : bytes) bits += absl::popcount(byte);
  return bits;
}

// The length of a netmask. What has no mask is a network of its own.
int PrefixLength(const ifaddrs& entry, const IpAddress& address) {
  const int whole = address.is_v4() ? 32 : 128;
  if (entry.ifa_netmask == nullptr) return whole;
  // Some kernels leave the family of an empty mask unset.
  if (entry.ifa_netmask->sa_family != entry.ifa_addr->sa_family) return whole;
  const auto mask = IpAddress::FromSockaddr(entry.ifa_netmask, nullptr);
  if (!mask) return whole;
  const int bits = CountBits(mask->bytes());
  // An IPv4 mask has the 16 bits of the IPv6 form before it.
  return address.is_v4() ? bits - 16 : bits;
}

}  // namespace

std::vector<NetworkInterface> ReadNetworkInterfaces() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) {
    LogWarning("the network interfaces cannot be read: ", std::strerror(errno));
    return {};
  }
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list,
                                                               &freeifaddrs);
  std::map<std::string, NetworkInterface> by_name;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    // An address with a label of its own ("eth0:1") is of the interface.
    std::string name(entry->ifa_name);
    name = name.substr(0, name.find(':'));
    NetworkInterface& interface = by_name[name];
    interface.name = name;
    constexpr unsigned kUp = IFF_UP | IFF_RUNNING;
    interface.up = (entry->ifa_flags & kUp) == kUp;
    interface.loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
    interface.multicast = (entry->ifa_flags & IFF_MULTICAST) != 0;
    const auto address = IpAddress::FromSockaddr(entry->ifa_addr, nullptr);
    if (!address) continue;
    interface.addresses.push_back({*address, PrefixLength(*entry, *address)});
  }
  std::vector<NetworkInterface> result;
  for (auto& [name, interface] : by_name) {
    interface.index = if_nametoindex(name.c_str());
    // Gone in the meantime.
    if (interface.index == 0) continue;
    result.push_back(std::move(interface));
  }
  std::sort(result.begin(), result.end(),
            [](const NetworkInterface& a, const NetworkInterface& b) {
              return a.index < b.index;
            });
  return result;
}

UniqueFd OpenNetworkWatch() {
  UniqueFd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                     NETLINK_ROUTE));
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (!fd.valid() || bind(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                          sizeof(address)) != 0) {
    return UniqueFd();
  }
  return fd;
}

void DrainNetworkWatch(int fd) {
  char buffer[8192];
  // ENOBUFS: the kernel dropped some; the next look sees them anyway.
  while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0 ||
         errno == ENOBUFS || errno == EINTR) {
    errno = 0;
  }
}

}  // namespace convoy
