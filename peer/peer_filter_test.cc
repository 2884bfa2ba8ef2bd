#include "peer/peer_filter.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

IpAddress Address(absl::string_view text) {
  const auto address = IpAddress::Parse(text);
  EXPECT_TRUE(address.has_value()) << text;
  return address.value_or(IpAddress());
}

// "10.1.2.3/24 fe80::5%2/64", of an interface that is up.
NetworkInterface Interface(const std::string& name, std::uint32_t index,
                           const std::string& addresses) {
  NetworkInterface interface;
  interface.name = name;
  interface.index = index;
  interface.up = true;
  interface.multicast = name != "lo";
  interface.loopback = name == "lo";
  for (const auto text : absl::StrSplit(addresses, ' ', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(text, '/');
    interface.addresses.push_back({Address(parts[0]), std::stoi(parts[1])});
  }
  return interface;
}

NetworkInterface Down(NetworkInterface interface) {
  interface.up = false;
  return interface;
}

NetworkInterface Lo() { return Interface("lo", 1, "127.0.0.1/8 ::1/128"); }
NetworkInterface Eth0() {
  return Interface("eth0", 2, "10.1.2.3/24 fd00:1::3/64 fe80::3%2/64");
}
NetworkInterface Wlan0() {
  return Interface("wlan0", 3, "192.168.7.3/24 fe80::4%3/64");
}
NetworkInterface Docker0() { return Interface("docker0", 4, "172.17.0.1/16"); }

using Interfaces = std::vector<NetworkInterface>;

PeerFilter Filter(DownloadMode mode, const Interfaces& interfaces,
                  const std::vector<std::string>& names = {},
                  const std::vector<std::string>& networks = {}) {
  SwarmSettings settings;
  settings.max_mode = mode;
  settings.interfaces = names;
  settings.allowed_networks = networks;
  const auto rules = MakePeerRules(settings);
  EXPECT_TRUE(rules.ok()) << rules.status();
  return PeerFilter(*rules, interfaces);
}

std::string Listening(const PeerFilter& filter) {
  std::string text;
  for (const PeerFilter::LocalAddress& own : filter.listen_addresses()) {
    absl::StrAppend(&text, text.empty() ? "" : " ", own.interface, "=",
                    own.address.ToString());
  }
  return text;
}

void ExpectPeers(const PeerFilter& filter, bool allowed,
                 std::initializer_list<const char*> addresses) {
  for (const char* address : addresses) {
    EXPECT_EQ(filter.MayBePeer(Address(address)), allowed) << address;
  }
}

TEST(PeerFilterTest, ListensOnAllInterfacesButLoopback) {
  const Interfaces interfaces = {Lo(), Eth0(), Down(Wlan0()), Docker0()};
  EXPECT_EQ(Listening(Filter(DownloadMode::kLan, interfaces)),
            "eth0=10.1.2.3 eth0=fd00:1::3 eth0=fe80::3%2 docker0=172.17.0.1");
}

TEST(PeerFilterTest, ListensOnNamedInterfaces) {
  struct Row {
    std::vector<std::string> names;
    const char* listening;
  };
  const Interfaces interfaces = {Lo(), Interface("eth0", 2, "10.1.2.3/24"),
                                 Interface("eth1", 5, "10.1.3.3/24"),
                                 Interface("enp3s0", 6, "10.1.4.3/24")};
  const Row rows[] = {
      {{"eth0"}, "eth0=10.1.2.3"},
      {{"eth1", "enp*"}, "eth1=10.1.3.3 enp3s0=10.1.4.3"},
      {{"eth?"}, "eth0=10.1.2.3 eth1=10.1.3.3"},
      {{"e*0"}, "eth0=10.1.2.3 enp3s0=10.1.4.3"},
      {{"e*h*"}, "eth0=10.1.2.3 eth1=10.1.3.3"},
      {{"*"}, "eth0=10.1.2.3 eth1=10.1.3.3 enp3s0=10.1.4.3"},
      {{"lo"}, "lo=127.0.0.1 lo=::1"},
      {{"lo", "eth0"}, "lo=127.0.0.1 lo=::1 eth0=10.1.2.3"},
      {{"eth0", "tun0"}, "eth0=10.1.2.3"},
      {{"l*"}, ""},
      {{"eth"}, ""},
      {{"eth0?"}, ""},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Listening(Filter(DownloadMode::kLan, interfaces, row.names)),
              row.listening)
        << row.names[0];
  }
}

TEST(PeerFilterTest, WithoutTheNamedInterfacesNothingIsAPeer) {
  struct Row {
    std::vector<std::string> names;
    Interfaces interfaces;
    const char* reason;
  };
  NetworkInterface bare = Interface("tun0", 9, "");
  const Row rows[] = {
      {{"tun0"}, {Lo(), Eth0()}, "has no network interface tun0"},
      {{"tun0", "wg*"}, {Lo(), Eth0()}, "no network interface tun0, wg*"},
      {{"wlan0"},
       {Lo(), Eth0(), Down(Wlan0())},
       "of the network interfaces wlan0 none is up and has an address (there: "
       "wlan0)"},
      {{"tun0"}, {Eth0(), bare}, "has an address"},
      {{}, {Lo(), Down(Eth0())}, "no network interface but loopback is up"},
      {{}, {}, "no network interface but loopback is up"},
  };
  for (const Row& row : rows) {
    // Whatever else would allow them.
    for (const auto& networks :
         {std::vector<std::string>{}, {"0.0.0.0/0", "::/0"}}) {
      const PeerFilter filter =
          Filter(DownloadMode::kInternet, row.interfaces, row.names, networks);
      EXPECT_FALSE(filter.usable());
      EXPECT_TRUE(absl::StrContains(filter.reason(), row.reason))
          << filter.reason();
      EXPECT_EQ(filter.policy(), "swarm.interfaces");
      EXPECT_EQ(Listening(filter), "");
      ExpectPeers(filter, false,
                  {"10.1.2.4", "127.0.0.1", "192.168.7.4", "8.8.8.8", "::1",
                   "fd00:1::4", "fe80::4%2", "fe80::4"});
      EXPECT_FALSE(filter.UsesInterface(2));
    }
  }
}

TEST(PeerFilterTest, ModesWithoutPeersSaySo) {
  for (const DownloadMode mode :
       {DownloadMode::kSimple, DownloadMode::kHttpOnly}) {
    const PeerFilter filter = Filter(mode, {Lo(), Eth0()});
    EXPECT_FALSE(filter.usable());
    EXPECT_EQ(filter.policy(), "swarm.download_mode");
    ExpectPeers(filter, false, {"10.1.2.4"});
  }
  EXPECT_FALSE(PeerFilter().usable());
  EXPECT_FALSE(PeerFilter().MayBePeer(Address("10.1.2.4")));
}

TEST(PeerFilterTest, InModeLanThePeersAreThoseOfTheUsedNetworks) {
  const PeerFilter filter =
      Filter(DownloadMode::kLan, {Lo(), Eth0(), Wlan0(), Docker0()},
             {"eth0", "wlan0"});
  EXPECT_TRUE(filter.usable());
  EXPECT_EQ(filter.reason(), "");
  EXPECT_EQ(filter.policy(), "");
  ExpectPeers(filter, true,
              {"10.1.2.4", "10.1.2.3", "::ffff:10.1.2.4", "192.168.7.9",
               "fd00:1::9", "fe80::9%2", "fe80::9%3", "fe80::9"});
  ExpectPeers(filter, false,
              {"10.1.3.4", "172.17.0.2", "127.0.0.1", "8.8.8.8", "fd00:2::9",
               "::1", "2001:db8::1", "169.254.1.1"});
  // Of an interface that is not used.
  ExpectPeers(filter, false, {"fe80::9%4", "fe80::9%77"});
}

TEST(PeerFilterTest, InModeGroupPrivateNetworksAreAdded) {
  const PeerFilter filter =
      Filter(DownloadMode::kGroup,
             {Lo(), Interface("eth0", 2, "198.51.100.5/24 fe80::5%2/64")});
  ExpectPeers(filter, true,
              {"198.51.100.9", "10.200.1.1", "172.16.0.1", "172.31.255.254",
               "192.168.1.1", "fd12::1", "fe80::9%2"});
  ExpectPeers(filter, false,
              {"8.8.8.8", "172.32.0.1", "127.0.0.1", "169.254.1.1",
               "100.64.0.1", "2001:db8::1"});
}

TEST(PeerFilterTest, InModeInternetAllAreAllowedButThoseThatAreNobodys) {
  const PeerFilter filter = Filter(DownloadMode::kInternet, {Lo(), Eth0()});
  ExpectPeers(filter, true, {"8.8.8.8", "10.9.9.9", "2001:db8::1", "10.1.2.4"});
  ExpectPeers(
      filter, false,
      {"127.0.0.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.67.72",
       "255.255.255.255", "240.0.0.1", "::", "::1", "ff02::1", "169.254.1.1"});
}

TEST(PeerFilterTest, ConfiguredNetworksRule) {
  const std::vector<std::string> networks = {"10.1.0.0/16", "fd00::/8"};
  for (const DownloadMode mode :
       {DownloadMode::kLan, DownloadMode::kGroup, DownloadMode::kInternet}) {
    const PeerFilter filter =
        Filter(mode, {Lo(), Eth0(), Wlan0()}, {}, networks);
    ExpectPeers(filter, true,
                {"10.1.2.4", "10.1.200.1", "fd00:1::9", "fd77::"});
    // The interfaces' own networks, too, only where they are among them.
    ExpectPeers(filter, false,
                {"192.168.7.9", "fe80::9%2", "10.2.0.1", "8.8.8.8"});
  }
  // A part of the interface's network.
  const PeerFilter part =
      Filter(DownloadMode::kLan, {Eth0()}, {}, {"10.1.2.64/26"});
  ExpectPeers(part, true, {"10.1.2.65"});
  ExpectPeers(part, false, {"10.1.2.4"});
  // Loopback stays what it is.
  ExpectPeers(Filter(DownloadMode::kLan, {Lo(), Eth0()}, {}, {"127.0.0.0/8"}),
              false, {"127.0.0.1"});
  ExpectPeers(
      Filter(DownloadMode::kLan, {Lo(), Eth0()}, {"lo"}, {"127.0.0.0/8"}), true,
      {"127.0.0.1"});
}

PeerFilter Selecting(PeerSelection selection, DownloadMode mode,
                     const Interfaces& interfaces,
                     const std::vector<std::string>& networks = {}) {
  SwarmSettings settings;
  settings.max_mode = mode;
  settings.allowed_networks = networks;
  settings.peer_selection = selection;
  return PeerFilter(*MakePeerRules(settings), interfaces);
}

TEST(PeerFilterTest, SelectionKeepsOwnNetworks) {
  for (const PeerSelection selection :
       {PeerSelection::kSubnet, PeerSelection::kLinkLocal}) {
    const PeerFilter group =
        Selecting(selection, DownloadMode::kGroup, {Lo(), Eth0()});
    ExpectPeers(group, true, {"10.1.2.4", "fd00:1::9", "fe80::9%2"});
    // Private ones that only a router reaches.
    ExpectPeers(group, false, {"10.9.9.9", "192.168.7.9", "127.0.0.1"});
    const PeerFilter lan = Selecting(selection, DownloadMode::kLan, {Eth0()},
                                     {"10.0.0.0/8", "10.1.2.64/26"});
    ExpectPeers(lan, true, {"10.1.2.4", "10.1.2.65"});
    ExpectPeers(lan, false, {"10.1.3.4", "fd00:1::9"});
    // It is for the modes lan and group.
    ExpectPeers(Selecting(selection, DownloadMode::kInternet, {Eth0()}), true,
                {"8.8.8.8"});
  }
}

TEST(PeerFilterTest, SelectionByLinkLeavesOutTunnels) {
  NetworkInterface tunnel = Interface("eth7", 7, "10.77.0.3/24");
  tunnel.multicast = false;
  const Interfaces interfaces = {Eth0(), tunnel};
  ExpectPeers(Selecting(PeerSelection::kSubnet, DownloadMode::kLan, interfaces),
              true, {"10.1.2.4", "10.77.0.4"});
  const PeerFilter linked =
      Selecting(PeerSelection::kLinkLocal, DownloadMode::kLan, interfaces);
  ExpectPeers(linked, true, {"10.1.2.4"});
  ExpectPeers(linked, false, {"10.77.0.4"});
}

TEST(PeerFilterTest, AMachineThatMeetsNobodySaysWhy) {
  SwarmSettings settings;
  settings.refused = "a VPN";
  settings.refused_policy = "network.vpn_peers";
  const PeerFilter filter(*MakePeerRules(settings), {Eth0()});
  EXPECT_FALSE(filter.usable());
  EXPECT_EQ(filter.reason(), "a VPN");
  EXPECT_EQ(filter.policy(), "network.vpn_peers");
  EXPECT_EQ(Listening(filter), "");
  ExpectPeers(filter, false, {"10.1.2.4"});
}

TEST(PeerFilterTest, NetworksOfUnusedInterfacesAreRefused) {
  const Interfaces interfaces = {Lo(), Eth0(), Docker0(),
                                 Interface("wide", 8, "10.0.0.1/8"),
                                 Interface("narrow", 9, "10.1.2.130/28")};
  const PeerFilter filter =
      Filter(DownloadMode::kInternet, interfaces, {"eth0"}, {});
  ExpectPeers(filter, true, {"10.1.2.4", "8.8.8.8"});
  // Inside a wider, unused network; inside a narrower one; elsewhere.
  ExpectPeers(filter, false, {"10.9.9.9", "10.1.2.131", "172.17.0.2"});
  // Two interfaces in one network: one that is used is enough.
  const PeerFilter shared =
      Filter(DownloadMode::kLan, {Eth0(), Interface("eth1", 5, "10.1.2.99/24")},
             {"eth0"});
  ExpectPeers(shared, true, {"10.1.2.4"});
}

TEST(PeerFilterTest, LoopbackIsUsedWhenItIsNamed) {
  const PeerFilter filter = Filter(DownloadMode::kLan, {Lo(), Eth0()}, {"lo"});
  ExpectPeers(filter, true, {"127.0.0.1", "127.3.2.1", "::1"});
  ExpectPeers(filter, false, {"10.1.2.4", "fe80::1%2"});
  EXPECT_TRUE(filter.listen_addresses()[0].multicast);
  EXPECT_FALSE(filter.listen_addresses()[1].multicast);
}

TEST(PeerFilterTest, AnInterfaceWithoutANetworkHasOneAddress) {
  const PeerFilter filter =
      Filter(DownloadMode::kLan, {Interface("tun0", 5, "10.9.0.2/0")});
  ExpectPeers(filter, true, {"10.9.0.2"});
  ExpectPeers(filter, false, {"10.9.0.3", "8.8.8.8"});
}

TEST(PeerFilterTest, TellsWhatKindOfPeerAnAddressIs) {
  const Interfaces interfaces = {Lo(), Eth0(), Docker0()};
  for (const DownloadMode mode :
       {DownloadMode::kGroup, DownloadMode::kInternet}) {
    const PeerFilter filter = Filter(mode, interfaces, {"eth0"});
    for (const bool authenticated : {false, true}) {
      EXPECT_EQ(filter.KindOf(Address("10.1.2.4"), authenticated),
                PeerKind::kLan);
      EXPECT_EQ(filter.KindOf(Address("fe80::4%2"), authenticated),
                PeerKind::kLan);
    }
    EXPECT_EQ(filter.KindOf(Address("10.7.0.1"), true), PeerKind::kGroup);
    EXPECT_EQ(filter.KindOf(Address("10.7.0.1"), false), PeerKind::kInternet);
    EXPECT_EQ(filter.KindOf(Address("172.17.0.2"), false), PeerKind::kInternet);
  }
  const PeerFilter lan =
      Filter(DownloadMode::kLan, interfaces, {}, {"10.0.0.0/8"});
  EXPECT_TRUE(lan.MayBePeer(Address("10.7.0.1")));
  EXPECT_EQ(lan.KindOf(Address("10.7.0.1"), false), PeerKind::kLan);
}

TEST(PeerFilterTest, ItsStepsDecideAsItDoes) {
  const PeerFilter filter = Filter(
      DownloadMode::kGroup, {Lo(), Eth0(), Wlan0(), Docker0()}, {"eth0", "lo"});
  for (const char* text : {"10.1.2.4", "172.17.0.2", "192.168.7.9", "8.8.8.8",
                           "127.0.0.1", "224.0.0.1", "fd00:1::4", "fe80::1"}) {
    bool allowed = false;
    for (const PeerFilter::Step& step : filter.steps()) {
      if (step.network.Contains(Address(text))) allowed = step.allowed;
    }
    EXPECT_EQ(allowed, filter.MayBePeer(Address(text))) << text;
  }
}

TEST(PeerRulesTest, SayWhatIsWrong) {
  for (const char* name :
       {"", "a/b", "a b", "eth0:1", "averylongname0000", "..", "\xc3\xa4"}) {
    EXPECT_EQ(CheckInterfacePattern(name).code(),
              absl::StatusCode::kInvalidArgument)
        << name;
    SwarmSettings settings;
    settings.interfaces = {"eth0", name};
    EXPECT_FALSE(MakePeerRules(settings).ok());
  }
  for (const char* name :
       {"eth0", "en*", "?", "br-1234567890ab", "*averylongname0000*"}) {
    EXPECT_TRUE(CheckInterfacePattern(name).ok()) << name;
  }
  SwarmSettings settings;
  settings.allowed_networks = {"10.0.0.0/8", "10.1.2.3/8"};
  EXPECT_TRUE(absl::StrContains(MakePeerRules(settings).status().message(),
                                "10.1.2.3/8"));
  EXPECT_FALSE(CheckNetwork("10.0.0.0/40").ok());
  EXPECT_TRUE(CheckNetwork("10.0.0.0/8").ok());
  EXPECT_FALSE(CheckPeer("host").ok());
  EXPECT_TRUE(CheckPeer("host:6772").ok());
}

TEST(NetworkInterfaceTest, LoopbackOfThisMachineIsRead) {
  bool seen = false;
  for (const NetworkInterface& interface : ReadNetworkInterfaces()) {
    EXPECT_NE(interface.index, 0u);
    for (const NetworkInterface::Address& own : interface.addresses) {
      if (own.address != Address("127.0.0.1")) continue;
      seen = true;
      EXPECT_EQ(own.prefix_length, 8);
      EXPECT_TRUE(interface.loopback);
      EXPECT_TRUE(interface.up);
    }
  }
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace convoy
