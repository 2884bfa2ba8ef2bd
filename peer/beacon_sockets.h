#ifndef CONVOY_PEER_BEACON_SOCKETS_H_
#define CONVOY_PEER_BEACON_SOCKETS_H_

#include <poll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "peer/base/unique_fd.h"
#include "peer/ip_address.h"
#include "peer/peer_filter.h"

namespace convoy {

// The beacon's UDP sockets, for IPv4 and IPv6 each: one on the beacon's port,
// shared with the other daemons of the machine, that hears what is sent to the
// group and to this machine, and sends answers; and one on a port of its own,
// that asks and gets the answers. Open only while there may be peers. What does
// not work is reported by the calls, and tried again at the next Update. One
// thread.
class BeaconSockets {
 public:
  // Administratively scoped (RFC 2365), and link-local; never routed further.
  static constexpr char kGroup4[] = "239.255.67.72";
  static constexpr char kGroup6[] = "ff12::4348";

  // A network that questions are sent to.
  struct Target {
    IpAddress source;  // This machine's address there.
    std::uint32_t interface = 0;
  };
  struct Datagram {
    absl::string_view bytes;  // Until the next call.
    IpAddress from;
    int port = 0;
    IpAddress to;  // The address of this machine that it came to; or none.
    std::uint32_t interface = 0;
  };

  explicit BeaconSockets(int port);

  // Opens and closes sockets, and joins the group on the interfaces of
  // `filter`.
  void Update(const PeerFilter& filter);
  // For poll(2). They change with Update only.
  std::vector<pollfd> PollSet() const;
  // The next datagram of one of them, if there is one.
  std::optional<Datagram> Receive(int fd);

  const std::vector<Target>& targets() const { return targets_; }
  // A question to the group. False: the kernel refused, as in the two below.
  bool SendToGroup(const Target& target, absl::string_view bytes);
  // A question to one address.
  bool Ask(const IpAddress& to, int port, absl::string_view bytes);
  // An answer, from `own` where that is an address.
  bool Answer(const IpAddress& to, int port, const IpAddress& own,
              absl::string_view bytes);

  // Why the beacon's port is not listened on. Empty: it is, or no socket is
  // open.
  const std::string& problem() const { return problem_; }

  // The address that this machine would reach `to` from; nothing: it cannot.
  static std::optional<IpAddress> SourceFor(const IpAddress& to);

 private:
  struct Family {
    int family;
    UniqueFd shared;
    UniqueFd own;
  };

  void Open(Family* family);
  void Join(const Family& family, const std::vector<std::uint32_t>& interfaces);
  void ChooseTargets(const PeerFilter& filter);
  Family& FamilyOf(const IpAddress& address) {
    return families_[address.is_v4() ? 0 : 1];
  }

  const int port_;
  std::array<Family, 2> families_;  // IPv4, IPv6.
  std::array<std::vector<std::uint32_t>, 2> joined_;
  std::vector<Target> targets_;
  std::string problem_;
  std::array<char, 2048> buffer_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BEACON_SOCKETS_H_
