#include "daemon/machine_rules.h"

#include <string>
#include <vector>

#include "daemon/config_file.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr std::int64_t kPlenty = std::int64_t{1} << 40;

class MachineRulesTest : public ::testing::Test {
 protected:
  MachineRulesTest() {
    facts_.memory_bytes = kPlenty;
    facts_.disk_bytes = kPlenty;
  }
  MachineVerdict Judge(const std::string& yaml, std::int64_t uploaded = 0) {
    absl::StatusOr<Settings> settings = ParseConfig({{"c.yaml", yaml}}, {});
    EXPECT_TRUE(settings.ok()) << settings.status();
    settings->group_id = group_at_start_;
    settings->machine = before_;
    return JudgeMachine(*settings, facts_, uploaded);
  }

  MachineFacts facts_;
  MachineVerdict before_;
  std::string group_at_start_;
};

TEST_F(MachineRulesTest, AnOrdinaryMachineMeetsPeers) {
  facts_.default_routes = {{"eth0", ""}, {"br0", "bridge"}};
  EXPECT_EQ(Judge(""), MachineVerdict());
}

TEST_F(MachineRulesTest, AVpnIsToldByTheKindOfItsInterfaceAlone) {
  for (const char* kind :
       {"wireguard", "tun", "ppp", "ipip", "gre", "ip6gre", "xfrm"}) {
    facts_.default_routes = {{"eth0", kind}};
    EXPECT_EQ(Judge("").refused_policy, "network.vpn_peers") << kind;
    EXPECT_EQ(Judge("").vpn, "eth0 (" + std::string(kind) + ")");
  }
  for (const char* kind : {"", "bridge", "bond", "vlan", "veth", "macvlan"}) {
    facts_.default_routes = {{"tun0", kind}};
    EXPECT_EQ(Judge("").refused, "") << kind;
  }
}

TEST_F(MachineRulesTest, AVpnOfOneFamilyIsEnough) {
  facts_.default_routes = {{"eth0", ""}, {"wg0", "wireguard"}};
  EXPECT_EQ(Judge("").refused,
            "the default route goes through the VPN wg0 (wireguard)");
}

TEST_F(MachineRulesTest, NamesOfVpnInterfacesMayBeGiven) {
  facts_.default_routes = {{"corp-7", ""}};
  const MachineVerdict verdict =
      Judge("network:\n  vpn_interfaces: [office, corp-*]");
  EXPECT_EQ(verdict.refused_policy, "network.vpn_peers");
  EXPECT_EQ(verdict.vpn, "corp-7 (network.vpn_interfaces, c.yaml:2)");
  EXPECT_EQ(Judge("network: {vpn_interfaces: [corp]}").refused, "");
}

TEST_F(MachineRulesTest, WhatNetworkManagerCallsAVpnIsOne) {
  facts_.default_routes = {{"eth0", ""}};
  for (const char* type : {"", "802-3-ethernet", "802-11-wireless", "bridge"}) {
    facts_.primary_connection = {type, "office"};
    EXPECT_EQ(Judge("").vpn, "") << type;
  }
  facts_.primary_connection = {"vpn", "office"};
  const MachineVerdict verdict = Judge("");
  EXPECT_EQ(verdict.vpn, "NetworkManager calls office (vpn)");
  EXPECT_EQ(verdict.refused,
            "the default route goes through the VPN NetworkManager calls "
            "office (vpn)");
  EXPECT_EQ(verdict.refused_policy, "network.vpn_peers");
  facts_.primary_connection = {"wireguard", ""};
  EXPECT_EQ(Judge("").vpn, "of NetworkManager (wireguard)");
  // The interface is named, if there is one.
  facts_.default_routes = {{"wg0", "wireguard"}};
  EXPECT_EQ(Judge("").vpn, "wg0 (wireguard)");
}

TEST_F(MachineRulesTest, PeersOverAVpnCanBeAllowed) {
  facts_.default_routes = {{"wg0", "wireguard"}};
  const MachineVerdict verdict = Judge("network: {vpn_peers: true}");
  EXPECT_EQ(verdict.refused, "");
  EXPECT_EQ(verdict.vpn, "wg0 (wireguard)");
}

TEST_F(MachineRulesTest, LittleMemoryMeetsNoPeers) {
  facts_.memory_bytes = 999;
  EXPECT_EQ(Judge("swarm: {min_memory_bytes: 1000}").refused,
            "this machine has 999 bytes of memory, fewer than 1000");
  EXPECT_EQ(Judge("swarm: {min_memory_bytes: 1000}").refused_policy,
            "swarm.min_memory_bytes");
  EXPECT_EQ(Judge("swarm: {min_memory_bytes: 999}").refused, "");
}

TEST_F(MachineRulesTest, ASmallDiskMeetsNoPeers) {
  facts_.disk_bytes = 999;
  EXPECT_EQ(Judge("swarm: {min_disk_bytes: 1000}").refused_policy,
            "swarm.min_disk_bytes");
  EXPECT_EQ(Judge("swarm: {min_disk_bytes: 999}").refused, "");
}

TEST_F(MachineRulesTest, ADiskThatIsNearlyFullMeetsNoPeersUntilThereIsMore) {
  const std::string yaml = "swarm: {min_free_disk_bytes: 1000}";
  facts_.free_disk_bytes = 999;
  EXPECT_EQ(Judge("").refused, "");
  before_ = Judge(yaml);
  EXPECT_EQ(before_.refused,
            "the cache's file system has less room left than 1000 bytes");
  EXPECT_EQ(before_.refused_policy, "swarm.min_free_disk_bytes");
  facts_.free_disk_bytes = 1099;
  EXPECT_EQ(Judge(yaml), before_);
  facts_.free_disk_bytes = 1100;
  before_ = Judge(yaml);
  EXPECT_EQ(before_.refused, "");
  facts_.free_disk_bytes = 1000;
  EXPECT_EQ(Judge(yaml).refused, "");
  facts_.free_disk_bytes.reset();
  EXPECT_EQ(Judge(yaml).refused, "");
}

TEST_F(MachineRulesTest, ALowBatteryGivesNothingAndTakes) {
  facts_.on_battery = 39;
  EXPECT_EQ(Judge("").gives_nothing,
            "this machine runs on battery, at 39%, and gives nothing to peers "
            "below 40%");
  EXPECT_EQ(Judge("").gives_nothing_policy,
            "swarm.min_battery_percent_to_upload");
  EXPECT_EQ(Judge("").refused, "");
  facts_.on_battery = 40;
  EXPECT_EQ(Judge(""), MachineVerdict());
}

TEST_F(MachineRulesTest, ABatteryMayBeForbiddenOrAllowedAltogether) {
  facts_.on_battery = 100;
  EXPECT_NE(Judge("swarm: {min_battery_percent_to_upload: 100}").gives_nothing,
            "");
  facts_.on_battery = 0;
  EXPECT_EQ(Judge("swarm: {min_battery_percent_to_upload: 0}"),
            MachineVerdict());
}

TEST_F(MachineRulesTest, AMonthsBytesAreForPeersOutsideOfTheLan) {
  const std::string yaml = "swarm: {monthly_upload_bytes: 1000}";
  EXPECT_EQ(Judge(yaml, 999).gives_lan_only, "");
  EXPECT_EQ(Judge(yaml, 1000).gives_lan_only_policy,
            "swarm.monthly_upload_bytes");
  EXPECT_EQ(Judge(yaml, 1000).gives_lan_only,
            "the 1000 bytes that may be given to peers outside of the LAN in a "
            "month are used up");
  EXPECT_EQ(Judge(yaml, 1000).refused, "");
  EXPECT_EQ(Judge("", kPlenty).gives_lan_only, "");
}

TEST_F(MachineRulesTest, AGroupThatNobodyTellsMeetsNoPeers) {
  const std::string yaml = "group: {id_source: dns_suffix}";
  EXPECT_EQ(Judge(yaml).refused,
            "this machine's group is not known: dns_suffix says nothing");
  EXPECT_EQ(Judge(yaml).refused_policy, "group.id_source");
  facts_.group_id = "example.org";
  group_at_start_ = "example.org";
  EXPECT_EQ(Judge(yaml).refused, "");
  // group.id decides.
  facts_.group_id = "";
  EXPECT_EQ(Judge("group: {id_source: dns_suffix, id: mine}").refused, "");
}

TEST_F(MachineRulesTest, AGroupThatBecameAnotherOneMeetsNobodyByTheOldName) {
  facts_.group_id = "b";
  group_at_start_ = "a";
  EXPECT_EQ(Judge("group: {id_source: dns_suffix}").refused,
            "this machine's group is b now; it is met when convoyd is started "
            "again");
}

}  // namespace
}  // namespace convoy
