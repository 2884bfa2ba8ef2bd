#include "peer/peer_uses.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "peer/fake_swarm.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PeerUsesTest : public ::testing::Test {
 protected:
  PeerUsesTest() { found_.peers_allowed = true; }

  std::vector<PeerUse> Uses(DownloadMode mode = DownloadMode::kLan) {
    return PeerUsesOf(found_, mode, news_, &swarm_);
  }

  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeSwarm swarm_{executor_};
  FoundContent found_;
  SwarmNews news_;
};

TEST_F(PeerUsesTest, WhoIsConnectedIsTold) {
  news_.stats.lan_connections = 2;
  news_.sharing_peers = 1;
  const std::vector<PeerUse> uses = Uses();
  ASSERT_EQ(uses.size(), 1U);
  EXPECT_EQ(uses[0].use, PeerUse::Use::kUsed);
  EXPECT_EQ(uses[0].reason,
            "2 peers, 1 of all share the origin, 0 of all have the whole "
            "content");
  EXPECT_EQ(uses[0].policy, "");
}

TEST_F(PeerUsesTest, WhoIsMetNoMoreIsToldOnce) {
  news_.stats.wrong_bytes_addresses = 1;
  news_.stats.false_hashes_addresses = 2;
  const std::vector<PeerUse> uses = Uses(DownloadMode::kInternet);
  ASSERT_EQ(uses.size(), 3U);
  EXPECT_EQ(uses[0].use, PeerUse::Use::kIdle);
  EXPECT_EQ(uses[0].reason,
            "no machine that has or wants it is known; 1 address is met no "
            "more: it gave wrong bytes; 2 addresses are met no more: they told "
            "false hashes");
  EXPECT_EQ(uses[0].policy, "");
  EXPECT_THAT(uses[1].reason, Not(HasSubstr("met no more")));
  EXPECT_THAT(uses[2].reason, Not(HasSubstr("met no more")));
}

TEST_F(PeerUsesTest, WhereThereIsNoRoomForConnectionsTheKeyIsNamed) {
  news_.full_connections = 400;
  news_.crowd = 3;
  std::vector<PeerUse> uses = Uses();
  EXPECT_EQ(uses[0].use, PeerUse::Use::kIdle);
  EXPECT_EQ(uses[0].reason,
            "3 machines are known, none is connected; no more peers are met: "
            "all 400 connections to peers are in use");
  EXPECT_EQ(uses[0].policy, "swarm.max_connections");
  news_.stats.lan_connections = 1;
  news_.slow_peers = true;
  uses = Uses();
  EXPECT_EQ(uses[0].use, PeerUse::Use::kUsed);
  EXPECT_THAT(uses[0].reason, HasSubstr("they are slow"));
  EXPECT_THAT(uses[0].reason, HasSubstr("all 400 connections"));
  EXPECT_EQ(uses[0].policy, "swarm.max_connections");
}

TEST_F(PeerUsesTest, AnAddressThatHasAllItsConnectionsIsTold) {
  news_.crowded_addresses = 1;
  EXPECT_THAT(Uses()[0].reason,
              HasSubstr("; 1 address has all connections that one may have"));
}

TEST_F(PeerUsesTest, WherePeersAreRefusedNothingElseIsTold) {
  found_.peers_allowed = false;
  found_.refused = "the job is private";
  found_.policy = "job";
  news_.stats.wrong_bytes_addresses = 1;
  news_.full_connections = 400;
  const std::vector<PeerUse> uses = Uses();
  EXPECT_EQ(uses[0].use, PeerUse::Use::kRefused);
  EXPECT_EQ(uses[0].reason, "the job is private");
  EXPECT_EQ(uses[0].policy, "job");
}

}  // namespace
}  // namespace convoy
