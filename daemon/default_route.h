#ifndef CONVOY_DAEMON_DEFAULT_ROUTE_H_
#define CONVOY_DAEMON_DEFAULT_ROUTE_H_

#include <string>
#include <vector>

#include "peer/base/unique_fd.h"

namespace convoy {

// A network interface as the kernel knows it.
struct RouteLink {
  std::string name;
  // Of rtnetlink: "wireguard", "tun" (tap too), "ppp", "bridge" ... Empty:
  // hardware.
  std::string kind;

  friend bool operator==(const RouteLink& a, const RouteLink& b) {
    return a.name == b.name && a.kind == b.kind;
  }
};

// The interfaces that packets to the outside leave by, IPv4 first: what the
// kernel answers for an address of no network of this machine, policy routes
// included. Empty: there is no way to the outside, or the kernel does not say.
std::vector<RouteLink> ReadDefaultRoutes();

// Becomes readable when links, routes or routing rules change. Invalid where
// the kernel does not tell.
UniqueFd OpenRouteWatch();
// What it says is taken from it; ask for the routes afterwards.
void DrainRouteWatch(int fd);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DEFAULT_ROUTE_H_
