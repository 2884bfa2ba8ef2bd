// Machines that claim pieces of the origin and do not fetch them, against real
// daemons. The rule itself: origin_share_claims_test.

#include <signal.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/share_message.h"
#include "tests/hostile_peer.h"
#include "tests/swarm_site.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
// Half a minute for a lie, the same again for the bytes, and a busy machine.
constexpr absl::Duration kLiars = absl::Seconds(90);

// Claims everything.
ClaimRecord ClaimsAll(const PublishedFile& file, MachineId machine,
                      std::uint32_t sequence) {
  ClaimRecord record;
  record.machine = machine;
  record.sequence = sequence;
  record.claims.push_back(
      {{PieceIndex{0}, PieceIndex{file.layout.count()}}, false});
  return record;
}

void Say(HostileLink& link, std::vector<ClaimRecord> records) {
  ShareMessage message;
  message.records = std::move(records);
  link.SendShare(message);
}

// One daemon and one origin; each content has a bad peer of its own, and all
// are fetched at the same time.
class SwarmClaimsTest : public ::testing::Test {
 protected:
  struct Case {
    PublishedFile file;
    std::string id;
    absl::Duration limit;
  };

  // Slow enough for the bad peers to be there before the files are.
  SwarmClaimsTest() : site_(SlowOrigin("150k")) { site_.StartMachine(); }

  // A peer for a file of its own. `script` gets the file.
  void Add(
      absl::Duration limit, MachineId machine,
      const std::function<HostilePeer::Script(const PublishedFile&)>& script) {
    const std::size_t number = cases_.size();
    cases_.emplace_back();
    Case& one = cases_.back();
    one.limit = limit;
    one.file = site_.Serve(absl::StrCat("file", number),
                           4 * kMiB + static_cast<std::size_t>(number));
    HostilePeer::Options options = site_.Against(0, one.file, script(one.file));
    options.machine = machine;
    options.address = absl::StrCat("127.0.0.", 100 + number);
    options.pause = absl::Milliseconds(5);
    peers_.emplace_back(options);
  }
  void Run() {
    const absl::Time start = absl::Now();
    const std::int64_t before = site_.origin().BodyBytesSent();
    std::int64_t bytes = 0;
    for (Case& one : cases_) {
      one.id = site_.Begin(0, one.file);
      bytes += one.file.layout.size();
    }
    for (const Case& one : cases_) {
      site_.End(0, one.id, one.file, one.limit);
      EXPECT_LE(absl::Now() - start, one.limit) << one.file.name;
    }
    // Some is fetched twice, but not much.
    EXPECT_LE(site_.origin().BodyBytesSent() - before, bytes * 5 / 4);
  }

  SwarmSite site_;
  std::deque<Case> cases_;
  std::deque<HostilePeer> peers_;
};

TEST_F(SwarmClaimsTest, MachineThatClaimsAndStallsIsWaitedForThreeSeconds) {
  // As one that tells of progress it would be waited for half a minute more.
  Add(absl::Seconds(30), 500, [](const PublishedFile& file) {
    HostilePeer::Script script;
    script.on_welcome = [&file](HostileLink& link) {
      Say(link, {ClaimsAll(file, 500, 1)});
    };
    return script;
  });
  Run();
  EXPECT_EQ(peers_[0].counts().dropped, 0);
}

TEST_F(SwarmClaimsTest, MachinesThatLieAreNotWaitedForLong) {
  // It tells of progress, always.
  Add(kLiars, 500, [](const PublishedFile& file) {
    HostilePeer::Script script;
    script.on_tick = [&file](HostileLink& link) {
      const auto now = static_cast<std::uint32_t>(link.ticks() + 1);
      ClaimRecord record = ClaimsAll(file, 500, now);
      record.blocks = now;
      Say(link, {record});
    };
    return script;
  });
  // It tells of other machines.
  Add(kLiars, 600, [](const PublishedFile& file) {
    HostilePeer::Script script;
    script.on_tick = [&file](HostileLink& link) {
      const auto now = static_cast<std::uint32_t>(link.ticks() + 1);
      std::vector<ClaimRecord> records;
      for (MachineId machine = 600; machine < 608; ++machine) {
        records.push_back(ClaimsAll(file, machine, now));
        records.back().blocks = now;
      }
      Say(link, std::move(records));
    };
    return script;
  });
  // It says that it has fetched everything, and has nothing.
  Add(kLiars, 700, [](const PublishedFile& file) {
    HostilePeer::Script script;
    script.on_tick = [&file](HostileLink& link) {
      ClaimRecord record =
          ClaimsAll(file, 700, static_cast<std::uint32_t>(link.ticks() + 1));
      record.claims.clear();
      record.fetched.push_back(
          {PieceIndex{0}, PieceIndex{file.layout.count()}});
      Say(link, {record});
    };
    return script;
  });
  // It has everything, and gives nothing.
  Add(kLiars, 0, [](const PublishedFile&) {
    HostilePeer::Script script;
    script.on_welcome = [](HostileLink& link) {
      link.Send(WireType::kHaveAll);
      link.Send(WireType::kUnchoke);
    };
    return script;
  });
  Run();
}

// Two machines share the origin; one of them is stopped when it has claimed.
TEST_F(SwarmClaimsTest, MachineThatIsFrozenHoldsNobodyUp) {
  SwarmSite site(SlowOrigin("150k"));
  const PublishedFile file = site.Serve("a.bin", 12 * kMiB);
  site.StartMachines(3, {{"http.max_connections_per_host", "2"}});
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(site.Begin(i, file));
  ASSERT_TRUE(site.machine(0).WaitForBytes(ids[0], 2 * kMiB).ok());
  kill(site.machine(0).pid(), SIGSTOP);
  for (int i = 1; i < 3; ++i) site.End(i, ids[i], file);
  kill(site.machine(0).pid(), SIGCONT);
  site.End(0, ids[0], file);
  EXPECT_LE(site.origin().BodyBytesSent(), 12 * kMiB * 3 / 2);
}

}  // namespace
}  // namespace convoy::testing
