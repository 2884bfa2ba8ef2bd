#include "peer/ip_address.h"

#include <netinet/in.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

IpAddress Address(absl::string_view text) {
  const auto address = IpAddress::Parse(text);
  EXPECT_TRUE(address.has_value()) << text;
  return address.value_or(IpAddress());
}

TEST(IpAddressTest, IsReadAndWritten) {
  for (const char* text : {"10.1.2.3", "0.0.0.0", "255.255.255.255", "::",
                           "::1", "fe80::1", "fe80::1%7", "2001:db8::5"}) {
    EXPECT_EQ(Address(text).ToString(), text);
  }
}

TEST(IpAddressTest, WhatIsNoAddressIsNotRead) {
  for (const char* text :
       {"", " ", "10.1.2", "10.1.2.3.4", "10.1.2.256", "10.1.2.3 ", " 10.1.2.3",
        "10.1.2.3%1", "fe80::1%", "fe80::1%-1", "fe80::1%eth0",
        "fe80::1%99999999999", "[::1]", "1", "host", "::1::"}) {
    EXPECT_FALSE(IpAddress::Parse(text).has_value()) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(absl::string_view("10.1.2.3\0x", 10)));
}

TEST(IpAddressTest, OneMachineHasOneValue) {
  EXPECT_EQ(Address("::ffff:10.1.2.3"), Address("10.1.2.3"));
  EXPECT_TRUE(Address("::ffff:10.1.2.3").is_v4());
  EXPECT_EQ(Address("2001:db8::1%5"), Address("2001:db8::1"));
  EXPECT_FALSE(Address("fe80::1%5") == Address("fe80::1%6"));
  EXPECT_FALSE(Address("2001:db8::1").is_v4());
}

TEST(IpAddressTest, KnowsSpecialAddresses) {
  EXPECT_TRUE(Address("0.0.0.0").is_unspecified());
  EXPECT_TRUE(Address("::").is_unspecified());
  EXPECT_FALSE(Address("::1").is_unspecified());
  EXPECT_TRUE(Address("fe80::1").is_link_local());
  EXPECT_TRUE(Address("febf::1").is_link_local());
  EXPECT_FALSE(Address("fec0::1").is_link_local());
  EXPECT_TRUE(Address("169.254.3.4").is_link_local());
  EXPECT_FALSE(Address("169.253.3.4").is_link_local());
}

TEST(IpAddressTest, GoesThroughSocketAddresses) {
  for (const char* text : {"10.1.2.3", "fe80::1%7", "2001:db8::5"}) {
    sockaddr_storage storage;
    const socklen_t length = Address(text).ToSockaddr(6772, &storage);
    EXPECT_EQ(length, Address(text).is_v4() ? sizeof(sockaddr_in)
                                            : sizeof(sockaddr_in6));
    int port = 0;
    const auto back = IpAddress::FromSockaddr(
        reinterpret_cast<const sockaddr*>(&storage), &port);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->ToString(), text);
    EXPECT_EQ(port, 6772);
  }
  sockaddr_storage other = {};
  other.ss_family = AF_UNIX;
  EXPECT_FALSE(IpAddress::FromSockaddr(
      reinterpret_cast<const sockaddr*>(&other), nullptr));
  EXPECT_FALSE(IpAddress::FromSockaddr(nullptr, nullptr));
}

TEST(IpNetworkTest, ContainsItsAddresses) {
  struct Row {
    const char* network;
    const char* address;
    bool contains;
  };
  const Row rows[] = {
      {"10.1.0.0/16", "10.1.0.0", true},
      {"10.1.0.0/16", "10.1.255.255", true},
      {"10.1.0.0/16", "10.2.0.0", false},
      {"10.1.0.0/16", "::ffff:10.1.2.3", true},
      {"10.1.2.3", "10.1.2.3", true},
      {"10.1.2.3", "10.1.2.2", false},
      {"10.1.2.64/27", "10.1.2.95", true},
      {"10.1.2.64/27", "10.1.2.96", false},
      {"0.0.0.0/0", "255.1.1.1", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"::/0", "2001:db8::1", true},
      {"::/0", "10.1.2.3", false},
      {"fd00::/8", "fdff::1", true},
      {"fd00::/8", "fe00::1", false},
      {"fe80::/10", "fe80::1%3", true},
      {"::1/128", "::1", true},
      {"::1/128", "::2", false},
      {"::ffff:10.0.0.0/104", "10.255.0.1", true},
      {"::ffff:10.0.0.0/104", "11.0.0.1", false},
  };
  for (const Row& row : rows) {
    const auto network = IpNetwork::Parse(row.network);
    ASSERT_TRUE(network.ok()) << network.status();
    EXPECT_EQ(network->Contains(Address(row.address)), row.contains)
        << row.network << " " << row.address;
  }
}

TEST(IpNetworkTest, KnowsItsEndsAndNeighbours) {
  const IpNetwork network = *IpNetwork::Parse("10.1.64.0/18");
  EXPECT_EQ(network.first().ToString(), "10.1.64.0");
  EXPECT_EQ(network.last().ToString(), "10.1.127.255");
  EXPECT_EQ(network.length(), 18);
  EXPECT_EQ(IpNetwork::Parse("fd00::/8")->last().ToString(),
            "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_TRUE(IpNetwork::Parse("10.0.0.0/8")->Contains(network));
  EXPECT_TRUE(network.Contains(network));
  EXPECT_FALSE(network.Contains(*IpNetwork::Parse("10.0.0.0/8")));
  EXPECT_EQ(IpNetwork(Address("fe80::1%3"), 64).ToString(), "fe80::/64");
}

TEST(IpNetworkTest, SaysWhatIsWrongWithAText) {
  struct Row {
    const char* text;
    const char* why;
  };
  const Row rows[] = {
      {"", "is no network"},
      {"lan", "is no network"},
      {"10.1.0.0.0/16", "is no network"},
      {"fe80::1%2/64", "is no network"},
      {"10.1.0.0/", "no length from 0 to 32"},
      {"10.1.0.0/33", "no length from 0 to 32"},
      {"10.1.0.0/-1", "no length from 0 to 32"},
      {"10.1.0.0/+8", "no length from 0 to 32"},
      {"10.1.0.0/8/8", "no length from 0 to 32"},
      {"fd00::/129", "no length from 0 to 128"},
      {"::ffff:10.0.0.0/24", "no length from 96 to 128"},
      {"10.1.2.3/16", "the network is 10.1.0.0/16"},
      {"fd00::1/8", "the network is fd00::/8"},
  };
  for (const Row& row : rows) {
    const auto network = IpNetwork::Parse(row.text);
    EXPECT_EQ(network.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(network.status().message(), row.why))
        << network.status();
    EXPECT_TRUE(absl::StrContains(network.status().message(), row.text));
  }
}

TEST(HostAndPortTest, IsRead) {
  struct Row {
    const char* text;
    const char* host;
    int port;
  };
  const Row rows[] = {{"host.example:6772", "host.example", 6772},
                      {"10.1.2.3:1", "10.1.2.3", 1},
                      {"[fd00::1]:65535", "fd00::1", 65535}};
  for (const Row& row : rows) {
    const auto read = ParseHostAndPort(row.text);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->host, row.host);
    EXPECT_EQ(read->port, row.port);
  }
  for (const char* text :
       {"", "host", ":6772", "host:", "host:0", "host:65536", "host:-1",
        "host:x", "fd00::1:6772", "[fd00::1]", "[host]:6772", "[10.1.2.3]:6772",
        "a b:6772", "-a:6772", "http://host:80", "[]:6772"}) {
    EXPECT_EQ(ParseHostAndPort(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace convoy
