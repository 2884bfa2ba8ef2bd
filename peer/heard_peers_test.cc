#include "peer/heard_peers.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr absl::Duration kStart = absl::Hours(1);

BeaconKey Key(int number) {
  BeaconKey key = {};
  key[0] = static_cast<std::uint8_t>(number >> 8);
  key[1] = static_cast<std::uint8_t>(number);
  return key;
}

// Each machine has an address of its own.
HeardPeer Peer(std::uint64_t machine, absl::Duration heard = kStart) {
  HeardPeer peer;
  peer.machine = machine;
  peer.address = *IpAddress::Parse(
      absl::StrCat("10.1.", machine / 256 % 256, ".", machine % 256));
  peer.port = 6881;
  peer.heard = heard;
  return peer;
}

std::set<std::uint64_t> Machines(HeardPeers* peers, int key) {
  std::set<std::uint64_t> machines;
  for (const HeardPeer* peer : peers->Of(Key(key))) {
    machines.insert(peer->machine);
  }
  return machines;
}

TEST(HeardPeersTest, CountsDistinctMachinesOfAContent) {
  HeardPeers peers;
  peers.Note(Key(1), Peer(1));
  peers.Note(Key(1), Peer(2));
  peers.Note(Key(1), Peer(2));
  peers.Note(Key(2), Peer(3));
  EXPECT_EQ(peers.CountOf(Key(1)), 2);
  EXPECT_EQ(peers.CountOf(Key(2)), 1);
  EXPECT_EQ(peers.CountOf(Key(3)), 0);
  EXPECT_EQ(Machines(&peers, 1), (std::set<std::uint64_t>{1, 2}));
  EXPECT_EQ(Machines(&peers, 2), (std::set<std::uint64_t>{3}));
  EXPECT_TRUE(Machines(&peers, 3).empty());
}

TEST(HeardPeersTest, ForgetsAfterTenSeconds) {
  HeardPeers peers;
  peers.Note(Key(1), Peer(1, kStart));
  peers.Note(Key(1), Peer(2, kStart + absl::Seconds(4)));
  peers.Note(Key(1), Peer(1, kStart + absl::Seconds(6)));
  peers.Expire(kStart + absl::Seconds(14));
  EXPECT_EQ(peers.CountOf(Key(1)), 2);
  peers.Expire(kStart + absl::Seconds(15));
  EXPECT_EQ(Machines(&peers, 1), (std::set<std::uint64_t>{1}));
  peers.Expire(kStart + absl::Seconds(17));
  EXPECT_EQ(peers.CountOf(Key(1)), 0);
  EXPECT_EQ(peers.size(), 0u);
}

TEST(HeardPeersTest, RemembersWhetherItWasReportedUntilItSaysSomethingNew) {
  HeardPeers peers;
  HeardPeer* heard = peers.Note(Key(1), Peer(1));
  ASSERT_NE(heard, nullptr);
  EXPECT_EQ(heard->reported, -absl::InfiniteDuration());
  heard->reported = kStart;
  EXPECT_EQ(peers.Note(Key(1), Peer(1))->reported, kStart);
  HeardPeer changed = Peer(1);
  changed.flags = 1;
  EXPECT_EQ(peers.Note(Key(1), changed)->reported, -absl::InfiniteDuration());
  EXPECT_EQ(peers.Note(Key(1), changed)->flags, 1);
}

TEST(HeardPeersTest, TheOldestMakesRoom) {
  HeardPeers peers;
  const int count = static_cast<int>(HeardPeers::kMaxEntries);
  for (int i = 0; i < count; ++i) {
    peers.Note(Key(0), Peer(static_cast<std::uint64_t>(i)));
  }
  peers.Note(Key(0), Peer(0));  // Machine 1 is the oldest now.
  peers.Note(Key(1), Peer(100'000));
  EXPECT_EQ(peers.size(), HeardPeers::kMaxEntries);
  EXPECT_EQ(peers.CountOf(Key(0)), count - 1);
  EXPECT_EQ(peers.CountOf(Key(1)), 1);
  const auto machines = Machines(&peers, 0);
  EXPECT_EQ(machines.count(0), 1u);
  EXPECT_EQ(machines.count(1), 0u);
}

TEST(HeardPeersTest, OneAddressHasAShareOfThePlaces) {
  HeardPeers peers;
  HeardPeer liar = Peer(1);
  for (int i = 0; i < 10'000; ++i) {
    liar.machine = static_cast<std::uint64_t>(i);
    const bool in = peers.Note(Key(i % 7), liar) != nullptr;
    EXPECT_EQ(in, i < HeardPeers::kMaxEntriesOfAddress);
  }
  EXPECT_NE(peers.Note(Key(1), Peer(77'777)), nullptr);
  EXPECT_EQ(peers.size(), HeardPeers::kMaxEntriesOfAddress + 1u);
  // What it said already it may say again; and later, other things.
  liar.machine = 0;
  EXPECT_NE(peers.Note(Key(0), liar), nullptr);
  peers.Expire(kStart + absl::Minutes(1));
  liar.heard = kStart + absl::Minutes(1);
  liar.machine = 100'000;
  EXPECT_NE(peers.Note(Key(0), liar), nullptr);
}

TEST(HeardPeersTest, AMachineThatMovesFreesTheShareOfItsOldAddress) {
  HeardPeers peers;
  HeardPeer peer = Peer(1);
  for (int i = 0; i < HeardPeers::kMaxEntriesOfAddress; ++i) {
    peer.machine = static_cast<std::uint64_t>(i);
    ASSERT_NE(peers.Note(Key(0), peer), nullptr);
  }
  peer.machine = 5;
  peer.address = *IpAddress::Parse("10.9.9.9");
  EXPECT_NE(peers.Note(Key(0), peer), nullptr);
  EXPECT_NE(peers.Note(Key(1), Peer(1)), nullptr);
}

}  // namespace
}  // namespace convoy
