#include "daemon/machine_facts.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/numbers.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

// The first line of a file of sysfs; empty: there is none.
std::string LineOf(const fs::path& path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

// As Documentation/ABI/testing/sysfs-class-power of the kernel describes it.
void ReadPower(const std::string& folder, MachineFacts* facts) {
  bool has_mains = false;
  bool discharges = false;
  int batteries = 0;
  int charge = 0;
  std::error_code error;
  for (fs::directory_iterator supply(folder, error);
       !error && supply != fs::directory_iterator(); supply.increment(error)) {
    const fs::path path = supply->path();
    const std::string type = LineOf(path / "type");
    if (type != "Battery") {
      // Mains, USB chargers, wireless ones.
      if (LineOf(path / "online") == "1") has_mains = true;
      continue;
    }
    // Of a mouse or keyboard.
    if (LineOf(path / "scope") == "Device") continue;
    if (LineOf(path / "present") == "0") continue;
    int percent = 0;
    if (!absl::SimpleAtoi(LineOf(path / "capacity"), &percent)) continue;
    ++batteries;
    charge += percent;
    if (LineOf(path / "status") == "Discharging") discharges = true;
  }
  facts->has_battery = batteries > 0;
  if (discharges && !has_mains) facts->on_battery = charge / batteries;
}

void ReadDisk(fs::path folder, MachineFacts* facts) {
  struct statvfs space;
  while (::statvfs(folder.c_str(), &space) != 0) {
    if (!folder.has_relative_path()) return;
    folder = folder.parent_path();
  }
  const auto block = static_cast<std::int64_t>(space.f_frsize);
  facts->disk_bytes = static_cast<std::int64_t>(space.f_blocks) * block;
  // Whole ones: each change is told.
  facts->free_disk_bytes =
      (static_cast<std::int64_t>(space.f_bavail) * block) >> 20 << 20;
}

}  // namespace

MachineFacts ReadMachineFacts(const MachineSources& sources,
                              const MachineFacts& before) {
  MachineFacts facts;
  facts.default_routes = ReadDefaultRoutes();
  facts.primary_connection =
      AskNetworkManager().value_or(before.primary_connection);
  const std::int64_t pages = ::sysconf(_SC_PHYS_PAGES);
  if (pages > 0) facts.memory_bytes = pages * ::sysconf(_SC_PAGESIZE);
  ReadDisk(sources.cache_directory, &facts);
  ReadPower(sources.power_supplies, &facts);
  facts.group_id = ReadGroupId(sources.group_id);
  return facts;
}

}  // namespace convoy
