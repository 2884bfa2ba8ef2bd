#include "daemon/default_route.h"

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace convoy {
namespace {

// Of no network of anybody: routed as the rest of the world is.
constexpr char kOutside4[] = "192.0.2.1";
constexpr char kOutside6[] = "2000::1";

// One request with one attribute.
struct Request {
  nlmsghdr header;
  union {
    rtmsg route;
    ifinfomsg link;
  };
  char attributes[64];
};

using Attribute =
    absl::FunctionRef<void(unsigned short type, absl::string_view bytes)>;

void ForEachAttribute(absl::string_view bytes, Attribute each) {
  while (bytes.size() >= sizeof(rtattr)) {
    rtattr attribute;
    std::memcpy(&attribute, bytes.data(), sizeof(attribute));
    if (attribute.rta_len < sizeof(rtattr) ||
        attribute.rta_len > bytes.size()) {
      return;
    }
    each(attribute.rta_type & NLA_TYPE_MASK,
         bytes.substr(RTA_LENGTH(0), attribute.rta_len - RTA_LENGTH(0)));
    bytes.remove_prefix(
        std::min<std::size_t>(RTA_ALIGN(attribute.rta_len), bytes.size()));
  }
}

// Sends a request and takes the one answer of `type`. False: another one.
bool Ask(int fd, Request* request, unsigned short type, std::string* answer) {
  sockaddr_nl kernel = {};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(fd, request, request->header.nlmsg_len, 0,
               reinterpret_cast<const sockaddr*>(&kernel),
               sizeof(kernel)) < 0) {
    return false;
  }
  char buffer[32768];
  ssize_t got = 0;
  do {
    got = ::recv(fd, buffer, sizeof(buffer), 0);
  } while (got < 0 && errno == EINTR);
  nlmsghdr header;
  if (got < static_cast<ssize_t>(sizeof(header))) return false;
  std::memcpy(&header, buffer, sizeof(header));
  if (header.nlmsg_type != type || header.nlmsg_len < sizeof(header) ||
      header.nlmsg_len > static_cast<std::size_t>(got)) {
    return false;
  }
  answer->assign(buffer + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
  return true;
}

// The index of the interface that `address` is reached by.
std::optional<std::uint32_t> InterfaceTo(int fd, int family,
                                         const char* address) {
  Request request = {};
  char bytes[16] = {};
  if (::inet_pton(family, address, bytes) != 1) return std::nullopt;
  const std::size_t size = family == AF_INET ? 4 : 16;
  rtattr attribute = {};
  attribute.rta_type = RTA_DST;
  attribute.rta_len = static_cast<unsigned short>(RTA_LENGTH(size));
  request.header.nlmsg_type = RTM_GETROUTE;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.route.rtm_family = static_cast<unsigned char>(family);
  request.route.rtm_dst_len = static_cast<unsigned char>(size * 8);
  char* const at = reinterpret_cast<char*>(&request) + NLMSG_LENGTH(0) +
                   NLMSG_ALIGN(sizeof(rtmsg));
  std::memcpy(at, &attribute, sizeof(attribute));
  std::memcpy(at + RTA_LENGTH(0), bytes, size);
  request.header.nlmsg_len = static_cast<std::uint32_t>(
      NLMSG_LENGTH(sizeof(rtmsg)) + RTA_LENGTH(size));
  std::string answer;
  if (!Ask(fd, &request, RTM_NEWROUTE, &answer) ||
      answer.size() < NLMSG_ALIGN(sizeof(rtmsg))) {
    return std::nullopt;
  }
  rtmsg route;
  std::memcpy(&route, answer.data(), sizeof(route));
  if (route.rtm_type != RTN_UNICAST) return std::nullopt;
  std::optional<std::uint32_t> index;
  ForEachAttribute(absl::string_view(answer).substr(NLMSG_ALIGN(sizeof(rtmsg))),
                   [&index](unsigned short type, absl::string_view value) {
                     std::uint32_t number = 0;
                     if (type != RTA_OIF || value.size() < sizeof(number)) {
                       return;
                     }
                     std::memcpy(&number, value.data(), sizeof(number));
                     index = number;
                   });
  return index;
}

std::string Text(absl::string_view value) {
  return std::string(value.substr(0, value.find('\0')));
}

std::optional<RouteLink> LinkOf(int fd, std::uint32_t index) {
  Request request = {};
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof(ifinfomsg));
  request.link.ifi_index = static_cast<int>(index);
  std::string answer;
  if (!Ask(fd, &request, RTM_NEWLINK, &answer) ||
      answer.size() < NLMSG_ALIGN(sizeof(ifinfomsg))) {
    return std::nullopt;
  }
  ifinfomsg info;
  std::memcpy(&info, answer.data(), sizeof(info));
  RouteLink link;
  // Older kernels tell no kind of it.
  if (info.ifi_type == ARPHRD_PPP) link.kind = "ppp";
  ForEachAttribute(
      absl::string_view(answer).substr(NLMSG_ALIGN(sizeof(ifinfomsg))),
      [&link](unsigned short type, absl::string_view value) {
        if (type == IFLA_IFNAME) link.name = Text(value);
        if (type != IFLA_LINKINFO) return;
        ForEachAttribute(value,
                         [&link](unsigned short inner, absl::string_view kind) {
                           if (inner == IFLA_INFO_KIND) link.kind = Text(kind);
                         });
      });
  return link;
}

}  // namespace

std::vector<RouteLink> ReadDefaultRoutes() {
  std::vector<RouteLink> links;
  const UniqueFd fd(
      ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd.valid()) return links;
  // The kernel answers inside of the call; never wait for ever.
  const timeval patience = {1, 0};
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience,
                     sizeof(patience));
  const std::optional<std::uint32_t> indices[] = {
      InterfaceTo(fd.get(), AF_INET, kOutside4),
      InterfaceTo(fd.get(), AF_INET6, kOutside6)};
  for (const std::optional<std::uint32_t>& index : indices) {
    if (!index.has_value()) continue;
    const std::optional<RouteLink> link = LinkOf(fd.get(), *index);
    if (!link.has_value()) continue;
    if (std::find(links.begin(), links.end(), *link) == links.end()) {
      links.push_back(*link);
    }
  }
  return links;
}

UniqueFd OpenRouteWatch() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                       NETLINK_ROUTE));
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  if (!fd.valid() ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address),
             sizeof(address)) != 0) {
    return UniqueFd();
  }
  for (const int group : {RTNLGRP_LINK, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
                          RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE}) {
    if (::setsockopt(fd.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
                     sizeof(group)) != 0) {
      return UniqueFd();
    }
  }
  return fd;
}

void DrainRouteWatch(int fd) {
  char buffer[8192];
  ssize_t got = 0;
  do {
    got = ::recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
    // ENOBUFS: the kernel dropped some; the next look sees them anyway.
  } while (got > 0 || (got < 0 && (errno == ENOBUFS || errno == EINTR)));
}

}  // namespace convoy
