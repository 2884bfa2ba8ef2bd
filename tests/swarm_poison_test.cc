// Peers that send wrong bytes and worse, against real daemons.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/share_message.h"
#include "tests/eventually.h"
#include "tests/hostile_peer.h"
#include "tests/swarm_site.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// Freed memory is kept for a while.
#define CONVOY_KEEPS_FREED_MEMORY
#endif
#endif
#ifdef CONVOY_KEEPS_FREED_MEMORY
constexpr std::int64_t kMostMemory = 1000 * kMiB;
#else
constexpr std::int64_t kMostMemory = 150 * kMiB;
#endif

std::string Corrupted(std::string bytes) {
  bytes[bytes.size() / 2] ^= 1;
  return bytes;
}

// Says that it has everything, and gives it.
HostilePeer::Script Seed() {
  HostilePeer::Script script;
  script.on_welcome = [](HostileLink& link) {
    link.Send(WireType::kHaveAll);
    link.Send(WireType::kUnchoke);
  };
  return script;
}

// What ExplainJob says of the LAN's peers, when it is so.
v1::SourceExplanation LanUntil(
    TestDaemon& daemon, const std::string& id,
    const std::function<bool(const v1::SourceExplanation&)>& told) {
  v1::SourceExplanation lan;
  daemon.ExplainUntil(id, [&](const v1::ExplainJobResponse& said) {
    for (const v1::SourceExplanation& source : said.sources()) {
      if (source.kind() == v1::SourceExplanation::KIND_LAN_PEERS) lan = source;
    }
    return told(lan);
  });
  return lan;
}

bool SaysWhoGaveWrongBytes(const v1::SourceExplanation& lan) {
  return lan.reason().find("1 address is met no more: it gave wrong bytes") !=
         std::string::npos;
}

TEST(SwarmPoisonTest, PeerThatPoisonsPiecesIsUsedOnce) {
  SwarmSite site(SlowOrigin("600k"));
  const PublishedFile file = site.Serve("a.bin", 24 * kMiB);
  TestDaemon& daemon = site.StartMachine();
  HostilePeer::Script script = Seed();
  script.on_request = [&](HostileLink& link, const WireBlock& block) {
    link.SendBlock(block, Corrupted(BlockOf(file, block)));
  };
  HostilePeer peer(site.Against(0, file, script));

  const std::string id = site.Begin(0, file);
  ASSERT_TRUE(peer.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
  const HostilePeer::Counts then = peer.counts();
  EXPECT_GT(then.requests, 0);
  EXPECT_TRUE(
      SaysWhoGaveWrongBytes(LanUntil(daemon, id, SaysWhoGaveWrongBytes)));
  EXPECT_EQ(site.Stats(0, file).wrong_bytes_address_count(), 1);
  EXPECT_THAT(
      daemon.Log(),
      HasSubstr(absl::StrCat("address 127.0.0.66 is met no more for content ",
                             absl::BytesToHexString(file.info_hash),
                             ": it gave wrong bytes")));
  const v1::Job job = site.End(0, id, file);
  // All of it, and what was under way when the peer offered its own.
  EXPECT_GE(job.progress().source_bytes().origin_bytes(), 24 * kMiB);
  EXPECT_LE(job.progress().source_bytes().origin_bytes(), 26 * kMiB);
  // It came back, and nothing was asked of it.
  EXPECT_TRUE(peer.WaitFor(
      [&](const auto& seen) { return seen.dials > then.dials + 1; }));
  EXPECT_EQ(peer.counts().requests, then.requests);
  EXPECT_LE(UseOf(daemon.pid()).peak_memory_bytes, kMostMemory);
}

// Each run of the job is a membership of its own.
TEST(SwarmPoisonTest, AfterSuspendAndResumeThePoisonerIsNotMetAgain) {
  SwarmSite site(SlowOrigin("300k"));
  const PublishedFile file = site.Serve("a.bin", 24 * kMiB);
  TestDaemon& daemon =
      site.StartMachine({{"http.max_connections_per_host", "1"}});
  HostilePeer::Script script = Seed();
  script.on_request = [&](HostileLink& link, const WireBlock& block) {
    link.SendBlock(block, Corrupted(BlockOf(file, block)));
  };
  HostilePeer peer(site.Against(0, file, script));

  const std::string id = site.Begin(0, file);
  ASSERT_TRUE(peer.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
  LanUntil(daemon, id, SaysWhoGaveWrongBytes);
  const HostilePeer::Counts then = peer.counts();
  ASSERT_TRUE(daemon.Suspend(id).ok());
  ASSERT_TRUE(daemon.Resume(id).ok());
  // Nobody has given it anything yet.
  EXPECT_TRUE(
      SaysWhoGaveWrongBytes(LanUntil(daemon, id, SaysWhoGaveWrongBytes)));
  const int dials = peer.counts().dials;
  EXPECT_TRUE(peer.WaitFor(
      [dials](const auto& seen) { return seen.dials > dials + 2; }));
  EXPECT_EQ(peer.counts().requests, then.requests);
  EXPECT_TRUE(daemon.Cancel(id).ok());
}

// With a good seed beside it.
class SwarmPoisonWithSeedTest : public ::testing::Test {
 protected:
  SwarmPoisonWithSeedTest() : site_(SlowOrigin("200k")) {
    file_ = site_.Serve("a.bin", 24 * kMiB);
    site_.StartMachine();
    // Slow enough for both to be there.
    site_.StartMachine({{"bandwidth.lan_download_bytes_per_second", "16000000"},
                        {"http.max_connections_per_host", "1"}});
    site_.Adopt(0, file_);
  }
  HostilePeer::Options Against(HostilePeer::Script script) {
    return site_.Against(1, file_, std::move(script));
  }

  SwarmSite site_;
  PublishedFile file_;
};

TEST_F(SwarmPoisonWithSeedTest, OnlyThePeerThatPoisonsBlocksGoes) {
  HostilePeer::Script script = Seed();
  script.on_request = [&](HostileLink& link, const WireBlock& block) {
    const std::string bytes = BlockOf(file_, block);
    const bool wrong = block.begin % (5 * block.length) == 0;
    link.SendBlock(block, wrong ? Corrupted(bytes) : bytes);
  };
  HostilePeer peer(Against(script));

  const std::string id = site_.Begin(1, file_);
  ASSERT_TRUE(peer.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
  const v1::Job job = site_.End(1, id, file_);
  EXPECT_LE(job.progress().source_bytes().origin_bytes(), 4 * kMiB);
  EXPECT_GE(job.progress().source_bytes().lan_bytes(), 20 * kMiB);
}

// One wrong block, and away before anybody can know.
TEST_F(SwarmPoisonWithSeedTest, WhoLeavesAfterEachWrongBlockIsFoundOut) {
  std::atomic<int> wrong{0};
  bool sent = false;
  HostilePeer::Script script = Seed();
  const auto welcome = script.on_welcome;
  script.on_welcome = [&](HostileLink& link) {
    sent = false;
    welcome(link);
  };
  script.on_request = [&](HostileLink& link, const WireBlock& block) {
    if (std::exchange(sent, true)) return;
    link.SendBlock(block, Corrupted(BlockOf(file_, block)));
    link.Close();
    ++wrong;
  };
  HostilePeer::Options options = Against(script);
  options.pause = absl::Milliseconds(10);
  HostilePeer peer(options);

  const v1::Job job = site_.Run(1, file_);
  EXPECT_LE(job.progress().source_bytes().origin_bytes(), 8 * kMiB);
  EXPECT_GT(wrong, 0);
  // Who sent it is known when the piece is there a second time; until then it
  // comes again, the more often the busier the machine is.
  EXPECT_LE(wrong, 300);
  EXPECT_GT(peer.counts().dials, 20);
}

// libtorrent takes blocks that it did not ask for.
TEST_F(SwarmPoisonWithSeedTest, BlocksThatNobodyAskedForAreNotTaken) {
  HostilePeer::Script script;
  script.on_welcome = [&](HostileLink& link) {
    link.Send(WireType::kHaveAll);
    for (std::int32_t piece = 0; piece < file_.layout.count(); ++piece) {
      const WireBlock block{piece, 0, 16 << 10};
      link.SendBlock(block, Corrupted(BlockOf(file_, block)));
    }
  };
  HostilePeer peer(Against(script));

  const std::string id = site_.Begin(1, file_);
  ASSERT_TRUE(peer.WaitFor([](const auto& seen) { return seen.dropped > 2; }));
  const v1::Job job = site_.End(1, id, file_);
  EXPECT_LE(job.progress().source_bytes().origin_bytes(), 4 * kMiB);
  // Nothing was fetched twice.
  EXPECT_LE(job.progress().source_bytes().lan_bytes(), 25 * kMiB);
}

// What a peer may not send, and how it begins: one connection for each.
struct Nonsense {
  std::string name;
  std::function<void(HostileLink&)> send;
};

std::vector<Nonsense> AllNonsense() {
  const auto extended = [](std::string payload) {
    return [payload](HostileLink& link) { link.SendExtended(0, payload); };
  };
  const auto share = [](std::string payload) {
    return [payload](HostileLink& link) { link.SendExtended(21, payload); };
  };
  const auto raw = [](std::string bytes) {
    return [bytes](HostileLink& link) { link.SendRaw(bytes); };
  };
  const auto message = [](WireType type, std::string payload) {
    return [type, payload](HostileLink& link) { link.Send(type, payload); };
  };
  const std::string ones(4, '\xff');
  return {
      {"length of 4 GiB", raw(ones + "\x07")},
      {"length of 1 GiB, begun",
       raw(std::string("\x40\0\0\0", 4) + "\x14" + std::string(1 << 20, 'x'))},
      {"unknown message", raw(std::string("\0\0\0\2\x63x", 6))},
      {"have beyond the end", message(WireType::kHave, ones)},
      {"have that is short", message(WireType::kHave, "ab")},
      {"bitfield that is long",
       message(WireType::kBitfield, std::string(100'000, '\xff'))},
      {"bitfield that is empty", message(WireType::kBitfield, "")},
      {"request beyond the end",
       [](HostileLink& link) {
         link.Send(WireType::kInterested);
         link.SendRequest({1 << 30, 0, 16 << 10});
       }},
      {"request of 1 GiB",
       [](HostileLink& link) {
         link.Send(WireType::kInterested);
         link.SendRequest({0, 0, 1 << 30});
       }},
      {"request from before the start",
       [](HostileLink& link) {
         link.Send(WireType::kInterested);
         link.SendRequest({-1, -16384, 16 << 10});
       }},
      {"block beyond the end",
       [](HostileLink& link) {
         link.SendBlock({1 << 20, 0, 0}, std::string(16 << 10, 'x'));
       }},
      {"block between blocks",
       [](HostileLink& link) {
         link.SendBlock({0, 5, 0}, std::string(16 << 10, 'x'));
       }},
      {"extensions that are no dictionary", extended("i7e")},
      {"extensions that do not end", extended("d1:md8:cv_share")},
      {"extensions, 20,000 deep", extended(std::string(20'000, 'd'))},
      {"lists, 500,000 deep", extended("d1:m" + std::string(500'000, 'l'))},
      {"extension numbers that are none",
       extended(
           "d1:md8:cv_sharei99999999999e11:ut_metadatai-5e6:ut_pexi256eee")},
      {"machine that is no number",
       extended("d10:cv_machine5:seven1:md8:cv_sharei9eee")},
      {"machine that changes",
       [](HostileLink& link) {
         for (int i = 1; i < 1000; ++i) {
           link.SendExtended(0, absl::StrCat("d10:cv_machine4:", 1000 + i,
                                             "1:md8:cv_sharei9eee"));
         }
       }},
      {"share message of nothing", share("")},
      {"share message of another version", share("\x63"
                                                 "abc")},
      {"share message of 900 KiB", share("\1" + std::string(900 << 10, '\1'))},
      {"share messages, 20,000",
       [](HostileLink& link) {
         ShareMessage claims;
         claims.records.emplace_back();
         claims.records[0].machine = 4711;
         for (std::uint32_t i = 0; i < 20'000; ++i) {
           claims.records[0].sequence = i;
           claims.records[0].machine = 4711 + i;
           link.SendExtended(21, EncodeShareMessage(claims));
         }
       }},
      {"peer exchange with a million peers", extended("d1:md6:ut_pexi1eee")},
  };
}

TEST(SwarmNonsenseTest, NonsenseEndsConnectionsAndNothingElse) {
  SwarmSite site(SlowOrigin("500k"));
  const PublishedFile file = site.Serve("a.bin", 4 * kMiB);
  TestDaemon& daemon =
      site.StartMachine({{"http.max_connections_per_host", "1"}});
  const std::vector<Nonsense> all = AllNonsense();
  std::atomic<std::size_t> said{0};
  HostilePeer::Script script;
  script.on_welcome = [&](HostileLink& link) {
    const std::size_t next = said++;
    if (next < all.size()) all[next].send(link);
    // Some of it is not so bad that the connection must end.
    link.SendRaw(std::string("\0\0\0\1\x63", 5));
  };
  HostilePeer::Options options = site.Against(0, file, script);
  options.machine = 4711;
  options.pause = absl::ZeroDuration();
  HostilePeer peer(options);

  const std::string id = site.Begin(0, file);
  const int enough = static_cast<int>(all.size());
  EXPECT_TRUE(peer.WaitFor(
      [enough](const auto& seen) { return seen.dropped > enough; }));
  site.End(0, id, file);
  const ProcessUse use = UseOf(daemon.pid());
  EXPECT_LE(use.peak_memory_bytes, kMostMemory);
  EXPECT_LE(use.descriptors, 100);
}

// Blocks of other sizes than those that were asked for.
TEST(SwarmNonsenseTest, BlocksOfWrongSizesEndTheConnection) {
  SwarmSite site(SlowOrigin("500k"));
  const PublishedFile file = site.Serve("a.bin", 4 * kMiB + 12345);
  TestDaemon& daemon =
      site.StartMachine({{"http.max_connections_per_host", "1"}});
  const std::vector<std::int32_t> lengths = {
      0, 1, (16 << 10) - 1, (16 << 10) + 1, 32 << 10, 1 << 20};
  std::atomic<std::size_t> connection{0};
  HostilePeer::Script script = Seed();
  script.on_request = [&](HostileLink& link, const WireBlock& block) {
    const std::size_t next = connection++ % lengths.size();
    link.SendBlock(block,
                   std::string(static_cast<std::size_t>(lengths[next]), 'x'));
    link.Close();
  };
  HostilePeer peer(site.Against(0, file, script));

  const std::string id = site.Begin(0, file);
  const int enough = static_cast<int>(lengths.size());
  EXPECT_TRUE(peer.WaitFor(
      [enough](const auto& seen) { return seen.dropped > enough; }));
  site.End(0, id, file);
  EXPECT_LE(UseOf(daemon.pid()).peak_memory_bytes, kMostMemory);
}

// 2,000 that say nothing, or that shake hands and say nothing more.
TEST(SwarmFloodTest, ManyConnectionsHinderNobody) {
  SwarmSite site(SlowOrigin("200k"));
  const PublishedFile file = site.Serve("a.bin", 8 * kMiB);
  site.StartMachines(2, {{"http.max_connections_per_host", "1"},
                         {"swarm.max_connections", "200"}});
  site.Adopt(0, file);
  std::string id;
  {
    ConnectionFlood silent(site.port(1), 1000, "", "127.0.0.67");
    ConnectionFlood shaking(site.port(1), 1000, file.info_hash, "127.0.0.68");
    id = site.Begin(1, file);
    EXPECT_TRUE(
        Eventually([&] { return silent.opened() + shaking.opened() >= 2000; }));
    site.End(1, id, file);
    EXPECT_LE(UseOf(site.machine(1).pid()).descriptors, 350);
  }
  EXPECT_LE(UseOf(site.machine(1).pid()).peak_memory_bytes, kMostMemory);
  // And somebody else gets it from this machine.
  site.StartMachine();
  const v1::Job job = site.Run(2, file);
  EXPECT_GT(job.progress().source_bytes().lan_bytes(), 0);
}

// Two that want nothing have the two places.
TEST(SwarmFloodTest, WhereAllConnectionsAreInUseTheLimitIsNamed) {
  SwarmSite site(SlowOrigin("100k"));
  const PublishedFile file = site.Serve("a.bin", 24 * kMiB);
  TestDaemon& daemon = site.StartMachine(
      {{"http.max_connections_per_host", "1"}, {"swarm.max_connections", "2"}});
  const std::string id = site.Begin(0, file);
  {
    HostilePeer::Options options = site.Against(0, file, {});
    HostilePeer first(options);
    options.address = "127.0.0.67";
    HostilePeer second(options);
    for (HostilePeer* const peer : {&first, &second}) {
      ASSERT_TRUE(
          peer->WaitFor([](const auto& seen) { return seen.welcomes > 0; }));
    }
    site.StartMachine();
    site.Adopt(1, file);
    const v1::SourceExplanation lan =
        LanUntil(daemon, id, [](const v1::SourceExplanation& said) {
          return said.policy() == "swarm.max_connections";
        });
    EXPECT_THAT(lan.reason(), HasSubstr("no more peers are met: all 2 "
                                        "connections to peers are in use"));
    EXPECT_EQ(lan.connections(), 2);
    EXPECT_EQ(lan.bytes(), 0);
  }
  // When they have gone, the machine that has the file is met.
  const v1::SourceExplanation lan =
      LanUntil(daemon, id, [](const v1::SourceExplanation& said) {
        return said.bytes() > 0 && said.policy().empty();
      });
  EXPECT_GT(lan.bytes(), 0);
  site.End(0, id, file);
}

}  // namespace
}  // namespace convoy::testing
