#ifndef CONVOY_DAEMON_MACHINE_FACTS_H_
#define CONVOY_DAEMON_MACHINE_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/default_route.h"
#include "daemon/group_id_source.h"
#include "daemon/network_manager.h"

namespace convoy {

// What rules ask of this machine.
struct MachineFacts {
  std::vector<RouteLink> default_routes;
  PrimaryConnection primary_connection;
  // 0: not known.
  std::int64_t memory_bytes = 0;
  std::int64_t disk_bytes = 0;  // Of the cache's file system.
  // Left there for anybody, in whole MiB. Absent: not known.
  std::optional<std::int64_t> free_disk_bytes;
  // Charge in percent while a battery supplies the machine. Absent: it has
  // other power, or no battery.
  std::optional<int> on_battery;
  bool has_battery = false;
  // What group.id_source says. Empty: nothing, or it is not asked.
  std::string group_id;

  friend bool operator==(const MachineFacts& a, const MachineFacts& b) {
    return a.default_routes == b.default_routes &&
           a.primary_connection == b.primary_connection &&
           a.memory_bytes == b.memory_bytes && a.disk_bytes == b.disk_bytes &&
           a.free_disk_bytes == b.free_disk_bytes &&
           a.on_battery == b.on_battery && a.has_battery == b.has_battery &&
           a.group_id == b.group_id;
  }
};

// Where they are read.
struct MachineSources {
  std::string power_supplies = "/sys/class/power_supply";
  // The nearest folder above it that exists counts.
  std::string cache_directory;
  GroupIdSource group_id;
};

// Blocks for as long as NetworkManager may be asked: a second at most. What it
// does not say in time is as it was `before`.
MachineFacts ReadMachineFacts(const MachineSources& sources,
                              const MachineFacts& before = {});

}  // namespace convoy

#endif  // CONVOY_DAEMON_MACHINE_FACTS_H_
