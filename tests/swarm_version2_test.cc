// Daemons that share a file whose manifest is of BitTorrent's version 2 alone.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/manifest.h"
#include "tests/eventually.h"
#include "tests/hostile_peer.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/swarm_site.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
// No whole number of blocks.
constexpr std::int64_t kSize = 16 * kMiB + 777;

class SwarmVersion2Test : public ::testing::Test {
 protected:
  SwarmVersion2Test() : site_(SlowOrigin("500k")) {
    file_ = site_.Serve("a.bin", kSize);
    site_.UseVersion2(&file_);
  }
  std::string InfoHash() {
    const auto manifest = ReadManifest(
        ReadFile(absl::StrCat(site_.origin().root(), "/a.bin.torrent")));
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    return manifest.ok() ? (*manifest)->info_hash_v2 : "";
  }
  // A job whose manifest has this info-hash, or none is used.
  absl::StatusOr<v1::Job> RunPinned(const std::string& info_hash) {
    v1::JobFile file = File(file_.url, site_.Local("pinned"));
    file.mutable_manifest()->set_location(absl::StrCat(file_.url, ".torrent"));
    file.mutable_manifest()->set_info_hash(absl::BytesToHexString(info_hash));
    file.set_required_integrity(v1::INTEGRITY_MANDATORY);
    return site_.machine(0).Run({file});
  }

  SwarmSite site_;
  PublishedFile file_;
};

TEST_F(SwarmVersion2Test, TwoMachinesTakeOneCopyFromTheOrigin) {
  site_.StartMachines(2);
  const std::int64_t before = site_.origin().BodyBytesSent();
  const std::string first = site_.Begin(0, file_);
  const std::string second = site_.Begin(1, file_);
  std::int64_t from_origin = 0;
  std::int64_t from_peers = 0;
  for (const v1::Job& job :
       {site_.End(0, first, file_), site_.End(1, second, file_)}) {
    from_origin += job.progress().source_bytes().origin_bytes();
    from_peers += job.progress().source_bytes().lan_bytes();
  }
  const auto files = site_.machine(0).Files(first);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ((*files)[0].content_id(), absl::BytesToHexString(file_.info_hash));
  EXPECT_LE(from_origin, kSize * 11 / 10);
  EXPECT_GE(from_peers, kSize * 9 / 10);
  EXPECT_LE(site_.origin().BodyBytesSent() - before, kSize * 11 / 10);
}

TEST_F(SwarmVersion2Test, AMachineThatIsKilledGoesOnWhereItWas) {
  TestDaemon& machine = site_.StartMachine();
  const std::int64_t before = site_.origin().BodyBytesSent();
  const std::string id = site_.Begin(0, file_);
  ASSERT_TRUE(machine.WaitForBytes(id, 4 * kMiB).ok());
  machine.Kill();
  site_.origin().Release();
  machine.Start();
  site_.End(0, id, file_);
  // What was on its way is fetched again.
  EXPECT_LE(site_.origin().BodyBytesSent() - before, kSize + 8 * kMiB);
}

TEST_F(SwarmVersion2Test, ItIsGivenAfterARestart) {
  site_.origin().Release();
  TestDaemon& machine = site_.StartMachine();
  site_.Run(0, file_);
  machine.Kill();
  machine.Start();
  site_.StartMachine(FromPeersAlone());
  const v1::Job job = site_.Run(1, file_);
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), kSize);
}

TEST_F(SwarmVersion2Test, AFileThatIsThereAlreadyIsGiven) {
  site_.StartMachine();
  site_.Adopt(0, file_);
  site_.StartMachine(FromPeersAlone());
  const v1::Job job = site_.Run(1, file_);
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), kSize);
}

TEST_F(SwarmVersion2Test, PeerThatPoisonsPiecesIsUsedOnce) {
  site_.StartMachine();
  HostilePeer::Script script;
  script.on_welcome = [](HostileLink& link) {
    link.Send(WireType::kHaveAll);
    link.Send(WireType::kUnchoke);
  };
  script.on_request = [&](HostileLink& link, const WireBlock& block) {
    std::string bytes = BlockOf(file_, block);
    bytes[bytes.size() / 2] ^= 1;
    link.SendBlock(block, bytes);
  };
  HostilePeer peer(site_.Against(0, file_, script));

  const std::string id = site_.Begin(0, file_);
  ASSERT_TRUE(peer.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
  const HostilePeer::Counts then = peer.counts();
  EXPECT_GT(then.requests, 0);
  const v1::Job job = site_.End(0, id, file_);
  EXPECT_GE(job.progress().source_bytes().origin_bytes(), kSize);
  EXPECT_TRUE(peer.WaitFor(
      [&](const auto& seen) { return seen.dials > then.dials + 1; }));
  EXPECT_EQ(peer.counts().requests, then.requests);
}

// As libtorrent before 2.0.13 does. Nothing else is given that is not there,
// and nobody needs it twenty times.
TEST_F(SwarmVersion2Test, TheLastBlockIsGivenWithThePaddingThatIsAskedFor) {
  site_.origin().Release();
  site_.StartMachine();
  site_.Run(0, file_);
  constexpr std::int32_t kBlock = 16 << 10;
  const PieceIndex last{file_.layout.count() - 1};
  const auto there =
      static_cast<std::int32_t>(file_.layout.RangeOf(last).length);
  const WireBlock padded = {last.value, there / kBlock * kBlock, kBlock};
  ASSERT_GT(padded.begin + kBlock, there);
  const WireBlock other = {0, 0, kBlock};
  const auto piece_length =
      static_cast<std::int32_t>(file_.layout.piece_length());
  std::vector<WireBlock> requests = {
      {last.value, padded.begin, kBlock + 1},
      {last.value, padded.begin + kBlock, kBlock},
      {last.value, -kBlock, kBlock},
      {0, piece_length - 100, kBlock},
  };
  requests.insert(requests.end(), 20, padded);
  requests.push_back(other);
  // Those that came before the other one.
  std::vector<std::pair<WireBlock, std::string>> blocks;
  std::promise<void> all;
  bool done = false;
  HostilePeer::Script script;
  script.on_welcome = [](HostileLink& link) {
    link.Send(WireType::kHaveNone);
    link.Send(WireType::kInterested);
  };
  script.on_tick = [&](HostileLink& link) {
    for (const WireBlock& block : requests) link.SendRequest(block);
  };
  script.on_block = [&](const WireBlock& at, absl::string_view bytes) {
    if (done) return;
    blocks.emplace_back(at, std::string(bytes));
    done = at.piece == other.piece;
    if (done) all.set_value();
  };
  HostilePeer peer(site_.Against(0, file_, script));

  ASSERT_EQ(all.get_future().wait_for(absl::ToChronoSeconds(kPatience)),
            std::future_status::ready);
  EXPECT_EQ(blocks.back().second, BlockOf(file_, other));
  blocks.pop_back();
  EXPECT_GE(blocks.size(), 1u);
  EXPECT_LE(blocks.size(), 8u);
  const std::int32_t missing = padded.begin + kBlock - there;
  for (const auto& [at, bytes] : blocks) {
    EXPECT_EQ(at.piece, padded.piece);
    EXPECT_EQ(at.begin, padded.begin);
    EXPECT_EQ(bytes, BlockOf(file_, {padded.piece, padded.begin,
                                     there - padded.begin}) +
                         std::string(static_cast<std::size_t>(missing), '\0'));
  }
}

// What is refused, for it is not there, does not count.
TEST_F(SwarmVersion2Test, WhoAsksTooEarlyForTheLastBlockIsGivenAsMuch) {
  site_.StartMachine(FromPeersAlone());
  constexpr std::int32_t kBlock = 16 << 10;
  const PieceIndex last{file_.layout.count() - 1};
  const auto there =
      static_cast<std::int32_t>(file_.layout.RangeOf(last).length);
  // Gives the first piece, and the last one when it is asked to.
  std::atomic<bool> may_end{false};
  HostilePeer::Script giver;
  giver.on_welcome = [](HostileLink& link) {
    link.SendHave(0);
    link.Send(WireType::kUnchoke);
  };
  giver.on_tick = [&](HostileLink& link) {
    if (may_end) link.SendHave(last.value);
  };
  giver.on_request = [&](HostileLink& link, const WireBlock& block) {
    link.SendBlock(block, BlockOf(file_, block));
  };
  HostilePeer gives(site_.Against(0, file_, giver));
  // Asks for the last block more often than it may, then for another one.
  std::atomic<int> rounds{0};
  std::atomic<int> most{0};
  int padded = 0;
  HostilePeer::Script asker;
  asker.on_welcome = [](HostileLink& link) {
    link.Send(WireType::kHaveNone);
    link.Send(WireType::kInterested);
  };
  asker.on_tick = [&](HostileLink& link) {
    for (int i = 0; i < 8; ++i) {
      link.SendRequest({last.value, there / kBlock * kBlock, kBlock});
    }
    link.SendRequest({0, 0, kBlock});
  };
  asker.on_block = [&](const WireBlock& at, absl::string_view) {
    if (at.piece == last.value) {
      most = std::max(most.load(), ++padded);
    } else {
      padded = 0;
      ++rounds;
    }
  };
  HostilePeer::Options options = site_.Against(0, file_, asker);
  options.address = "127.0.0.67";
  HostilePeer asks(options);

  site_.Begin(0, file_);
  ASSERT_TRUE(Eventually([&] { return rounds > 2; }));
  EXPECT_EQ(most, 0);
  may_end = true;
  EXPECT_TRUE(Eventually([&] { return most > 1; }));
}

TEST_F(SwarmVersion2Test, TheInfoHashInAJobIsThatOfItsManifest) {
  site_.origin().Release();
  site_.StartMachine();
  const std::string whole = InfoHash();
  ASSERT_EQ(whole.size(), 32u);
  for (const std::string& pinned : {whole, whole.substr(0, 20)}) {
    const auto job = RunPinned(pinned);
    ASSERT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
    EXPECT_TRUE(site_.machine(0).Complete(job->id()).ok());
  }
  const auto other = RunPinned(whole.substr(0, 31) + "?");
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(other->state(), v1::JOB_STATE_ERROR) << other->DebugString();
}

}  // namespace
}  // namespace convoy::testing
