#include "daemon/listen_address.h"

#include "gtest/gtest.h"

namespace convoy {
namespace {

TEST(ListenAddressTest, ReadsAddressAndPort) {
  const auto v4 = ParseListenAddress("127.0.0.1:9464");
  ASSERT_TRUE(v4.has_value());
  EXPECT_EQ(v4->address, "127.0.0.1");
  EXPECT_EQ(v4->port, 9464);
  EXPECT_TRUE(v4->loopback);
  EXPECT_EQ(v4->ToString(), "127.0.0.1:9464");
  const auto v6 = ParseListenAddress("[::1]:0");
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->address, "::1");
  EXPECT_TRUE(v6->loopback);
  EXPECT_EQ(v6->ToString(), "[::1]:0");
}

TEST(ListenAddressTest, KnowsWhatIsLoopback) {
  EXPECT_TRUE(ParseListenAddress("127.8.9.10:1")->loopback);
  EXPECT_FALSE(ParseListenAddress("0.0.0.0:1")->loopback);
  EXPECT_FALSE(ParseListenAddress("10.0.0.1:1")->loopback);
  EXPECT_FALSE(ParseListenAddress("[::]:1")->loopback);
}

TEST(ListenAddressTest, RefusesEverythingElse) {
  for (const char* text :
       {"", ":", "9464", ":9464", "localhost:9464", "127.0.0.1", "127.0.0.1:",
        "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1: 1",
        "::1:9464", "[::1]", "[::1:9464", "::1]:9464", "127.0.0.1:http",
        "127.0.0.1:000001", "[127.0.0.1]:1", "unix:/run/x:1"}) {
    EXPECT_FALSE(ParseListenAddress(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace convoy
