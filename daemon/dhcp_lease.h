#ifndef CONVOY_DAEMON_DHCP_LEASE_H_
#define CONVOY_DAEMON_DHCP_LEASE_H_

#include <string>

namespace convoy {

// The bytes of a site's own DHCP option (224 to 254, RFC 3942), of the newest
// lease that has it and that systemd-networkd (ROOT/run/systemd/netif/leases,
// where it is hexadecimal) or dhclient (ROOT/var/lib/dhcp,
// ROOT/var/lib/NetworkManager) keeps. They end before the first 0, which some
// servers end texts with. Empty: there is none.
std::string DhcpOption(int option, const std::string& root);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DHCP_LEASE_H_
