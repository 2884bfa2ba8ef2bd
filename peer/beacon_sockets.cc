#include "peer/beacon_sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

// A crowd's questions come all at once.
constexpr int kReceiveBuffer = 1 << 20;
// Interfaces and their addresses that questions are sent to.
constexpr std::size_t kMaxTargets = 64;

bool SetOption(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

bool Bind(int fd, int family, int port) {
  IpAddress any;
  if (family == AF_INET) any = *IpAddress::Parse("0.0.0.0");
  sockaddr_storage address;
  const socklen_t length = any.ToSockaddr(port, &address);
  return bind(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0;
}

// A socket that tells where its datagrams came to. Invalid: the kernel has no
// such family.
UniqueFd MakeSocket(int family) {
  UniqueFd fd(
      socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP));
  if (!fd.valid()) return fd;
  SetOption(fd.get(), SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  if (family == AF_INET) {
    SetOption(fd.get(), IPPROTO_IP, IP_PKTINFO, 1);
    SetOption(fd.get(), IPPROTO_IP, IP_MULTICAST_TTL, 1);
    SetOption(fd.get(), IPPROTO_IP, IP_MULTICAST_LOOP, 1);
    // Groups that others of this machine joined are not heard.
    SetOption(fd.get(), IPPROTO_IP, IP_MULTICAST_ALL, 0);
  } else {
    SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
    SetOption(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    SetOption(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1);
    SetOption(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
    SetOption(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
  }
  return fd;
}

void ChangeMembership(int fd, int family, std::uint32_t interface, bool join) {
  int result = 0;
  if (family == AF_INET) {
    sockaddr_storage group;
    IpAddress::Parse(BeaconSockets::kGroup4)->ToSockaddr(0, &group);
    ip_mreqn request = {};
    request.imr_multiaddr = reinterpret_cast<sockaddr_in*>(&group)->sin_addr;
    request.imr_ifindex = static_cast<int>(interface);
    result = setsockopt(fd, IPPROTO_IP,
                        join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &request,
                        sizeof(request));
  } else {
    ipv6_mreq request = {};
    const auto group = IpAddress::Parse(BeaconSockets::kGroup6)->bytes();
    std::memcpy(&request.ipv6mr_multiaddr, group.data(), group.size());
    request.ipv6mr_interface = interface;
    result = setsockopt(fd, IPPROTO_IPV6,
                        join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP,
                        &request, sizeof(request));
  }
  if (join && result != 0 && errno != EADDRINUSE) {
    LogDebug("interface ", interface,
             " does not hear the beacon's group: ", std::strerror(errno));
  }
}

// Bytes on their way, with what sendmsg(2) wants beside them.
class Outgoing {
 public:
  Outgoing(const sockaddr_storage& to, socklen_t length,
           absl::string_view bytes)
      : to_(to), bytes_{const_cast<char*>(bytes.data()), bytes.size()} {
    message_.msg_name = &to_;
    message_.msg_namelen = length;
    message_.msg_iov = &bytes_;
    message_.msg_iovlen = 1;
  }

  // Sends it from this address (none: any) over this interface (0: any).
  void Through(const IpAddress& source, std::uint32_t interface) {
    if (source.is_unspecified() && interface == 0) return;
    sockaddr_storage from;
    source.ToSockaddr(0, &from);
    if (to_.ss_family == AF_INET) {
      in_pktinfo info = {};
      info.ipi_ifindex = static_cast<int>(interface);
      if (from.ss_family == AF_INET) {
        info.ipi_spec_dst = reinterpret_cast<sockaddr_in*>(&from)->sin_addr;
      }
      Attach(IPPROTO_IP, IP_PKTINFO, info);
    } else {
      in6_pktinfo info = {};
      info.ipi6_ifindex = interface;
      if (from.ss_family == AF_INET6) {
        info.ipi6_addr = reinterpret_cast<sockaddr_in6*>(&from)->sin6_addr;
      }
      Attach(IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
  }

  bool Send(int fd) const {
    return sendmsg(fd, &message_, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
  }

 private:
  template <typename Info>
  void Attach(int level, int type, const Info& info) {
    message_.msg_control = control_;
    message_.msg_controllen = CMSG_SPACE(sizeof(info));
    cmsghdr* const header = CMSG_FIRSTHDR(&message_);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof(info));
    std::memcpy(CMSG_DATA(header), &info, sizeof(info));
  }

  sockaddr_storage to_;
  iovec bytes_;
  msghdr message_ = {};
  alignas(cmsghdr) char control_[CMSG_SPACE(sizeof(in6_pktinfo))] = {};
};

// Where a datagram came to.
void ReadControl(msghdr* message, BeaconSockets::Datagram* datagram) {
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr;
       header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(header), sizeof(info));
      datagram->interface = static_cast<std::uint32_t>(info.ipi_ifindex);
      sockaddr_in own = {};
      own.sin_family = AF_INET;
      own.sin_addr = info.ipi_spec_dst;
      datagram->to =
          *IpAddress::FromSockaddr(reinterpret_cast<sockaddr*>(&own), nullptr);
    } else if (header->cmsg_level == IPPROTO_IPV6 &&
               header->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(header), sizeof(info));
      datagram->interface = info.ipi6_ifindex;
      // What came to the group came to no address of this machine.
      if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)) continue;
      sockaddr_in6 own = {};
      own.sin6_family = AF_INET6;
      own.sin6_addr = info.ipi6_addr;
      own.sin6_scope_id = info.ipi6_ifindex;
      datagram->to =
          *IpAddress::FromSockaddr(reinterpret_cast<sockaddr*>(&own), nullptr);
    }
  }
}

}  // namespace

BeaconSockets::BeaconSockets(int port) : port_(port) {
  families_[0].family = AF_INET;
  families_[1].family = AF_INET6;
}

void BeaconSockets::Update(const PeerFilter& filter) {
  problem_.clear();
  ChooseTargets(filter);
  for (Family& family : families_) {
    std::set<std::uint32_t> interfaces;
    bool any = false;
    for (const PeerFilter::LocalAddress& own : filter.listen_addresses()) {
      if (own.address.is_v4() != (family.family == AF_INET)) continue;
      any = true;
      if (own.multicast) interfaces.insert(own.interface_index);
    }
    if (!any) {
      family.own.reset();
      family.shared.reset();
      continue;
    }
    Open(&family);
    Join(family, {interfaces.begin(), interfaces.end()});
  }
}

void BeaconSockets::Open(Family* family) {
  if (!family->own.valid()) {
    family->own = MakeSocket(family->family);
    if (!family->own.valid()) return;
    if (!Bind(family->own.get(), family->family, 0)) family->own.reset();
  }
  if (family->shared.valid()) return;
  UniqueFd shared = MakeSocket(family->family);
  // Each daemon of the machine hears what is sent to the group; what is sent to
  // the machine's address is heard by one of them.
  if (!shared.valid() ||
      !SetOption(shared.get(), SOL_SOCKET, SO_REUSEADDR, 1) ||
      !SetOption(shared.get(), SOL_SOCKET, SO_REUSEPORT, 1) ||
      !Bind(shared.get(), family->family, port_)) {
    problem_ = absl::StrCat("UDP port ", port_, " of ",
                            family->family == AF_INET ? "IPv4" : "IPv6",
                            " cannot be listened on: ", std::strerror(errno));
    return;
  }
  joined_[family->family == AF_INET ? 0 : 1].clear();
  family->shared = std::move(shared);
}

void BeaconSockets::Join(const Family& family,
                         const std::vector<std::uint32_t>& interfaces) {
  if (!family.shared.valid()) return;
  // All anew: an interface that went and came back is not joined any more.
  auto& joined = joined_[family.family == AF_INET ? 0 : 1];
  for (const std::uint32_t interface : joined) {
    ChangeMembership(family.shared.get(), family.family, interface, false);
  }
  joined = interfaces;
  for (const std::uint32_t interface : joined) {
    ChangeMembership(family.shared.get(), family.family, interface, true);
  }
}

void BeaconSockets::ChooseTargets(const PeerFilter& filter) {
  targets_.clear();
  std::set<std::uint32_t> has_v6;
  // IPv4 first: of several questions that come to one machine the first counts.
  // Each IPv4 address has a network of its own; of IPv6 one for each interface,
  // if possible one that is more than link-local.
  for (const int pass : {0, 1, 2}) {
    for (const PeerFilter::LocalAddress& own : filter.listen_addresses()) {
      const bool v4 = own.address.is_v4();
      const int its_pass = v4 ? 0 : own.address.is_link_local() ? 2 : 1;
      if (its_pass != pass || !own.multicast) continue;
      // Others would refuse it, as this machine would.
      if (!filter.MayBePeer(own.address)) continue;
      if (!v4 && !has_v6.insert(own.interface_index).second) continue;
      if (targets_.size() >= kMaxTargets) return;
      targets_.push_back({own.address, own.interface_index});
    }
  }
}

std::vector<pollfd> BeaconSockets::PollSet() const {
  std::vector<pollfd> set;
  for (const Family& family : families_) {
    for (const UniqueFd* fd : {&family.shared, &family.own}) {
      if (fd->valid()) set.push_back({fd->get(), POLLIN, 0});
    }
  }
  return set;
}

std::optional<BeaconSockets::Datagram> BeaconSockets::Receive(int fd) {
  sockaddr_storage from = {};
  iovec bytes = {buffer_.data(), buffer_.size()};
  alignas(cmsghdr) char control[256];
  msghdr message = {};
  message.msg_name = &from;
  message.msg_namelen = sizeof(from);
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  ssize_t size = -1;
  do {
    size = recvmsg(fd, &message, MSG_DONTWAIT);
    // An error of an earlier send (nobody listens there) is none of this call.
  } while (size < 0 && (errno == EINTR || errno == ECONNREFUSED));
  if (size < 0) return std::nullopt;
  Datagram datagram;
  datagram.bytes =
      absl::string_view(buffer_.data(), static_cast<std::size_t>(size));
  const auto address = IpAddress::FromSockaddr(
      reinterpret_cast<const sockaddr*>(&from), &datagram.port);
  // Always one of the two families. What is not is from nobody.
  if (address) datagram.from = *address;
  ReadControl(&message, &datagram);
  return datagram;
}

bool BeaconSockets::SendToGroup(const Target& target, absl::string_view bytes) {
  const bool v4 = target.source.is_v4();
  sockaddr_storage to;
  const socklen_t length =
      IpAddress::Parse(v4 ? kGroup4 : kGroup6)->ToSockaddr(port_, &to);
  if (!v4) {
    reinterpret_cast<sockaddr_in6*>(&to)->sin6_scope_id = target.interface;
  }
  Outgoing outgoing(to, length, bytes);
  outgoing.Through(target.source, target.interface);
  return outgoing.Send(FamilyOf(target.source).own.get());
}

bool BeaconSockets::Ask(const IpAddress& to, int port,
                        absl::string_view bytes) {
  sockaddr_storage address;
  const socklen_t length = to.ToSockaddr(port, &address);
  return Outgoing(address, length, bytes).Send(FamilyOf(to).own.get());
}

bool BeaconSockets::Answer(const IpAddress& to, int port, const IpAddress& own,
                           absl::string_view bytes) {
  sockaddr_storage address;
  const socklen_t length = to.ToSockaddr(port, &address);
  Outgoing outgoing(address, length, bytes);
  // From the address and port that were asked: what lies between lets it pass.
  outgoing.Through(own, own.scope());
  const Family& family = FamilyOf(to);
  return outgoing.Send(family.shared.valid() ? family.shared.get()
                                             : family.own.get());
}

std::optional<IpAddress> BeaconSockets::SourceFor(const IpAddress& to) {
  const UniqueFd fd(socket(to.is_v4() ? AF_INET : AF_INET6,
                           SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP));
  sockaddr_storage address;
  // The port does not matter: nothing is sent.
  socklen_t length = to.ToSockaddr(9, &address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (!fd.valid() || connect(fd.get(), generic, length) != 0) {
    return std::nullopt;
  }
  length = sizeof(address);
  if (getsockname(fd.get(), generic, &length) != 0) return std::nullopt;
  return IpAddress::FromSockaddr(generic, nullptr);
}

}  // namespace convoy
