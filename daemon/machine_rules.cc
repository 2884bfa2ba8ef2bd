#include "daemon/machine_rules.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/config.pb.h"
#include "peer/base/text_pattern.h"

namespace convoy {
namespace {

// Kinds of rtnetlink that carry packets inside of others to another network. A
// tap device has the kind "tun" as well.
constexpr absl::string_view kVpnKinds[] = {"wireguard", "tun",    "ppp", "ipip",
                                           "gre",       "ip6gre", "xfrm"};

// Whoever meets no peers for want of room meets them again when there is a
// tenth more: what is fetched and evicted must not begin transfers anew each
// time.
std::int64_t FreeDiskFloor(const Settings& settings) {
  const std::int64_t floor = settings.config.swarm().min_free_disk_bytes();
  const bool refused =
      settings.machine.refused_policy == "swarm.min_free_disk_bytes";
  return refused ? floor + floor / 10 : floor;
}

struct Refusal {
  std::string reason;
  std::string policy;
};

// Why this machine meets no peers at all; no reason: it does.
Refusal RefusalOf(const Settings& settings, const MachineFacts& facts) {
  const v1::Config& config = settings.config;
  const v1::SwarmConfig& swarm = config.swarm();
  const std::string vpn = VpnOf(settings, facts);
  if (!vpn.empty() && !config.network().vpn_peers()) {
    return {absl::StrCat("the default route goes through the VPN ", vpn),
            "network.vpn_peers"};
  }
  if (facts.memory_bytes > 0 && facts.memory_bytes < swarm.min_memory_bytes()) {
    return {
        absl::StrCat("this machine has ", facts.memory_bytes,
                     " bytes of memory, fewer than ", swarm.min_memory_bytes()),
        "swarm.min_memory_bytes"};
  }
  if (facts.disk_bytes > 0 && facts.disk_bytes < swarm.min_disk_bytes()) {
    return {absl::StrCat("the cache's file system has ", facts.disk_bytes,
                         " bytes, fewer than ", swarm.min_disk_bytes()),
            "swarm.min_disk_bytes"};
  }
  if (swarm.min_free_disk_bytes() > 0 && facts.free_disk_bytes.has_value() &&
      *facts.free_disk_bytes < FreeDiskFloor(settings)) {
    // What is left changes all the time, and is not a new reason.
    return {absl::StrCat("the cache's file system has less room left than ",
                         swarm.min_free_disk_bytes(), " bytes"),
            "swarm.min_free_disk_bytes"};
  }
  // Whoever knows no group shall not meet those who have none.
  const v1::GroupConfig& group = config.group();
  if (group.id().empty() && group.id_source() != "none") {
    if (facts.group_id.empty()) {
      return {absl::StrCat("this machine's group is not known: ",
                           group.id_source(), " says nothing"),
              "group.id_source"};
    }
    if (facts.group_id != settings.group_id) {
      return {absl::StrCat("this machine's group is ", facts.group_id,
                           " now; it is met when convoyd is started again"),
              "group.id_source"};
    }
  }
  return {};
}

// Why it gives peers nothing; empty: it does.
std::string WhyNothingIsGiven(const Settings& settings,
                              const MachineFacts& facts) {
  const int charge = settings.config.swarm().min_battery_percent_to_upload();
  if (!facts.on_battery.has_value() || charge == 0) return "";
  if (*facts.on_battery >= charge && charge != 100) return "";
  return absl::StrCat(
      "this machine runs on battery, at ", *facts.on_battery,
      "%, and gives nothing to peers ",
      charge == 100 ? "then" : absl::StrCat("below ", charge, "%"));
}

}  // namespace

std::string VpnOf(const Settings& settings, const MachineFacts& facts) {
  constexpr char kKey[] = "network.vpn_interfaces";
  for (const RouteLink& link : facts.default_routes) {
    if (absl::c_linear_search(kVpnKinds, link.kind)) {
      return absl::StrCat(link.name, " (", link.kind, ")");
    }
    for (const std::string& pattern :
         settings.config.network().vpn_interfaces()) {
      if (MatchesPattern(pattern, link.name)) {
        return absl::StrCat(link.name, " (", kKey, ", ",
                            settings.ProviderOf(kKey), ")");
      }
    }
  }
  // A VPN without an interface of its own.
  const PrimaryConnection& primary = facts.primary_connection;
  if (primary.IsVpn()) {
    return primary.name.empty()
               ? absl::StrCat("of NetworkManager (", primary.type, ")")
               : absl::StrCat("NetworkManager calls ", primary.name, " (",
                              primary.type, ")");
  }
  return "";
}

MachineVerdict JudgeMachine(const Settings& settings, const MachineFacts& facts,
                            std::int64_t uploaded_outside) {
  const v1::Config& config = settings.config;
  MachineVerdict verdict;
  verdict.vpn = VpnOf(settings, facts);
  Refusal refusal = RefusalOf(settings, facts);
  verdict.refused = std::move(refusal.reason);
  verdict.refused_policy = std::move(refusal.policy);
  verdict.gives_nothing = WhyNothingIsGiven(settings, facts);
  if (!verdict.gives_nothing.empty()) {
    verdict.gives_nothing_policy = "swarm.min_battery_percent_to_upload";
  }
  const std::int64_t most = config.swarm().monthly_upload_bytes();
  if (most > 0 && uploaded_outside >= most) {
    verdict.gives_lan_only = absl::StrCat(
        "the ", most,
        " bytes that may be given to peers outside of the LAN in a month are "
        "used up");
    verdict.gives_lan_only_policy = "swarm.monthly_upload_bytes";
  }
  return verdict;
}

}  // namespace convoy
