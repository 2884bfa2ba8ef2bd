#ifndef CONVOY_DAEMON_MACHINE_RULES_H_
#define CONVOY_DAEMON_MACHINE_RULES_H_

#include <cstdint>
#include <string>

#include "daemon/machine_facts.h"
#include "daemon/settings.h"

namespace convoy {

// What the configuration makes of this machine as it is now: the keys
// network.vpn_peers, network.vpn_interfaces, swarm.min_memory_bytes,
// swarm.min_disk_bytes, swarm.min_free_disk_bytes,
// swarm.min_battery_percent_to_upload, swarm.monthly_upload_bytes and
// group.id_source. Pure. `uploaded_outside`: bytes given to peers outside of
// the LAN in this month.
MachineVerdict JudgeMachine(const Settings& settings, const MachineFacts& facts,
                            std::int64_t uploaded_outside);

// The VPN that a default route goes through: "wg0 (wireguard)", "corp0
// (network.vpn_interfaces, FILE:LINE)", or "NetworkManager calls office (vpn)".
// Empty: none does.
std::string VpnOf(const Settings& settings, const MachineFacts& facts);

}  // namespace convoy

#endif  // CONVOY_DAEMON_MACHINE_RULES_H_
