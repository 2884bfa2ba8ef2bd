#ifndef CONVOY_PEER_NETWORK_INTERFACE_H_
#define CONVOY_PEER_NETWORK_INTERFACE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "peer/base/unique_fd.h"
#include "peer/ip_address.h"

namespace convoy {

// A network interface of this machine, as it is now.
struct NetworkInterface {
  struct Address {
    IpAddress address;
    int prefix_length = 0;  // Of its network: 24 of 10.1.2.3/24.

    friend bool operator==(const Address& a, const Address& b) {
      return a.address == b.address && a.prefix_length == b.prefix_length;
    }
  };

  std::string name;
  std::uint32_t index = 0;
  bool up = false;  // Switched on, and with a link.
  bool loopback = false;
  bool multicast = false;
  std::vector<Address> addresses;

  friend bool operator==(const NetworkInterface& a, const NetworkInterface& b) {
    return a.name == b.name && a.index == b.index && a.up == b.up &&
           a.loopback == b.loopback && a.multicast == b.multicast &&
           a.addresses == b.addresses;
  }
};

// How this machine's interfaces are learned; tests say what they like.
using InterfaceReader = std::function<std::vector<NetworkInterface>()>;

// From the kernel, by index. Empty if it does not say (which is logged): then
// no peers are met.
std::vector<NetworkInterface> ReadNetworkInterfaces();

// Becomes readable when an interface or an address changes. Invalid where the
// kernel does not tell: then look now and then.
UniqueFd OpenNetworkWatch();
// What it says is taken from it; look at the interfaces afterwards.
void DrainNetworkWatch(int fd);

}  // namespace convoy

#endif  // CONVOY_PEER_NETWORK_INTERFACE_H_
