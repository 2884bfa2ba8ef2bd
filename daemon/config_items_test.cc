#include "daemon/config_items.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

struct ItemCase {
  const char* item;
  const char* problem;
};

TEST(WrongInConfigItemTest, InterfacesAreNamesAsTheKernelHasThem) {
  const ItemCase cases[] = {
      {"eth0", ""},
      {"*", ""},
      {"wl?p*.7", ""},
      {"fifteen-letters", ""},
      {"sixteen-letters0", "\"sixteen-letters0\" is too long"},
      {"eth 0", "\"eth 0\" has a character that interfaces have not"},
      {"eth0:1", "\"eth0:1\" has a character that interfaces have not"},
      {"10.0.0.0/8", "\"10.0.0.0/8\" has a character that interfaces have not"},
  };
  for (const ItemCase& one : cases) {
    EXPECT_EQ(WrongInConfigItem("swarm.interfaces", one.item), one.problem);
  }
}

TEST(WrongInConfigItemTest, NetworksHaveALengthAndNoHost) {
  const ItemCase cases[] = {
      {"10.1.0.0/16", ""},
      {"10.1.2.3/32", ""},
      {"0.0.0.0/0", ""},
      {"10.255.255.128/25", ""},
      {"fd00::/8", ""},
      {"::/0", ""},
      {"2001:db8::1/128", ""},
      {"::ffff:10.0.0.0/104", ""},
      {"10.1.0.0",
       "\"10.1.0.0\" does not end with a \"/\" and a number of bits, 0 to 32"},
      {"10.1.0.0/",
       "\"10.1.0.0/\" does not end with a \"/\" and a number of bits, 0 to 32"},
      {"10.1.0.0/33",
       "\"10.1.0.0/33\" does not end with a \"/\" and a number of bits, 0 to "
       "32"},
      {"10.1.0.0/-1",
       "\"10.1.0.0/-1\" does not end with a \"/\" and a number of bits, 0 to "
       "32"},
      {"fd00::/129",
       "\"fd00::/129\" does not end with a \"/\" and a number of bits, 0 to "
       "128"},
      {"fd00::/99999999999999999999",
       "\"fd00::/99999999999999999999\" does not end with a \"/\" and a number "
       "of bits, 0 to 128"},
      {"10.1.2.3/24",
       "\"10.1.2.3/24\" names an address in a network: only the first 24 bits "
       "may be set"},
      {"10.255.255.128/24",
       "\"10.255.255.128/24\" names an address in a network: only the first 24 "
       "bits may be set"},
      {"fd00::1/8",
       "\"fd00::1/8\" names an address in a network: only the first 8 bits may "
       "be set"},
      {"10.1/16", "\"10.1/16\" does not begin with an IPv4 or IPv6 address"},
      {"lan", "\"lan\" does not begin with an IPv4 or IPv6 address"},
      {"/8", "\"/8\" does not begin with an IPv4 or IPv6 address"},
      {"[fd00::]/8",
       "\"[fd00::]/8\" does not begin with an IPv4 or IPv6 address"},
  };
  for (const ItemCase& one : cases) {
    EXPECT_EQ(WrongInConfigItem("swarm.allowed_networks", one.item),
              one.problem);
  }
}

TEST(WrongInConfigItemTest, PeersAreHostsWithPorts) {
  const ItemCase cases[] = {
      {"depot.example:6772", ""},
      {"[fd00::1]:6772", ""},
      {"depot.example", "\"depot.example\" has no port"},
      {"depot.example:0",
       "\"depot.example:0\" has a port that is not between 1 and 65535"},
      {":6772", "\":6772\" has no host"},
  };
  for (const ItemCase& one : cases) {
    EXPECT_EQ(WrongInConfigItem("swarm.peers", one.item), one.problem);
  }
}

TEST(WrongInConfigItemTest, TrackersAreUrlsThatAreNotRepeated) {
  const ItemCase cases[] = {
      {"http://tracker.example/sesame/announce", ""},
      {"udp://tracker.example:6969", ""},
      {"udp://tracker.example/sesame", "has no port"},
      {"ftp://tracker.example/sesame", "has the scheme \"ftp\""},
      {"http:///sesame", "has no host"},
  };
  for (const ItemCase& one : cases) {
    const std::string problem = WrongInConfigItem("swarm.trackers", one.item);
    EXPECT_EQ(problem, one.problem);
    EXPECT_FALSE(absl::StrContains(problem, "sesame"));
  }
}

TEST(WrongInConfigItemTest, ScheduleLinesAreThoseOfABandwidthPlan) {
  EXPECT_EQ(WrongInConfigItem("bandwidth.schedule",
                              "sat,sun 00:00-24:00 background=2000000"),
            "");
  EXPECT_EQ(WrongInConfigItem("bandwidth.schedule",
                              "mom 00:00-24:00 background=2000000"),
            "has the day \"mom\"; days are mon, tue, wed, thu, fri, sat, sun");
}

TEST(ConfigItemsOfTest, KnowsListsOnly) {
  EXPECT_EQ(ConfigItemsOf("swarm.peers"),
            "HOST:PORT, such as depot.example:6772");
  EXPECT_EQ(ConfigItemsOf("log.level"), "");
  EXPECT_EQ(WrongInConfigItem("log.level", "anything"), "");
}

}  // namespace
}  // namespace convoy
