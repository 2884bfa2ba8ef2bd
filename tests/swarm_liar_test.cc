// Peers that lie about hashes where nobody made a manifest, against real
// daemons: a digest in the job decides what the file is.

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/late_manifest.h"
#include "peer/piece_hashes.h"
#include "peer/share_message.h"
#include "tests/eventually.h"
#include "tests/hostile_peer.h"
#include "tests/swarm_site.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

// A hash that is that of no piece.
std::string FalseHash(std::int32_t piece) {
  std::string hash(PieceHash::kSize, 'x');
  hash[0] = static_cast<char>(piece);
  hash[1] = static_cast<char>(piece >> 8);
  return hash;
}

// One origin without manifests.
class SwarmLiarTest : public ::testing::Test {
 protected:
  // nginx gives the first second's bytes of each answer at once: less than a
  // piece, so that the origin is slow.
  explicit SwarmLiarTest(const std::string& rate = "200k")
      : site_(SlowOrigin(rate)) {}

  PublishedFile Serve(std::size_t size) {
    PublishedFile file = site_.Serve("a.bin", size, false);
    LateContent content;
    content.size = static_cast<std::int64_t>(size);
    content.sha256 = absl::HexStringToBytes(Sha256Hex(file.bytes));
    const auto manifest = MakeLateManifest(content);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    if (!manifest.ok()) return file;
    file.info_hash = (*manifest)->info_hash;
    file.layout = (*manifest)->layout;
    return file;
  }
  // A job that has the digest.
  std::string Begin(int number, const PublishedFile& file) {
    TestDaemon& daemon = site_.machine(number);
    v1::JobFile wanted =
        File(file.url, site_.Local(absl::StrCat(file.name, ".", number)));
    wanted.set_expected_sha256(Sha256Hex(file.bytes));
    const auto created = daemon.Create({wanted});
    EXPECT_TRUE(created.ok()) << created.status();
    if (!created.ok()) return "";
    const auto resumed = daemon.Resume(created->id());
    EXPECT_TRUE(resumed.ok()) << resumed.status();
    return created->id();
  }
  // Dials machine `number`.
  HostilePeer& AddPeer(int number, const PublishedFile& file,
                       HostilePeer::Script script) {
    HostilePeer::Options options =
        site_.Against(number, file, std::move(script));
    options.machine = 4711 + static_cast<MachineId>(peers_.size());
    options.address = absl::StrCat("127.0.0.", 100 + peers_.size());
    options.pause = absl::Milliseconds(5);
    return peers_.emplace_back(options);
  }
  // Tells false hashes of all pieces, again and again.
  HostilePeer::Script Liar(const PublishedFile& file) {
    ShareMessage lies;
    for (std::int32_t piece = 0; piece < file.layout.count(); ++piece) {
      lies.hashes.push_back({PieceIndex{piece}, FalseHash(piece)});
    }
    HostilePeer::Script script;
    script.on_welcome = [this, lies](HostileLink& link) {
      link.SendShare(lies);
      ++lies_;
    };
    script.on_tick = [lies](HostileLink& link) { link.SendShare(lies); };
    return script;
  }
  // Machines of the site that `number` is connected with.
  int Friends(int number, const PublishedFile& file) {
    int friends = 0;
    for (const v1::SwarmPeer& peer : site_.Peers(number, file)) {
      if (peer.address().rfind("127.0.0.1:", 0) == 0) ++friends;
    }
    return friends;
  }

  SwarmSite site_;
  std::atomic<int> lies_{0};
  std::deque<HostilePeer> peers_;
};

TEST_F(SwarmLiarTest, MachinesOfACrowdGoOnTogether) {
  const PublishedFile file = Serve(12 * kMiB);
  site_.StartMachines(3, {{"http.max_connections_per_host", "1"}});
  for (int i = 0; i < 3; ++i) AddPeer(i, file, Liar(file));
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(Begin(i, file));
  // The origin's own bytes show who lies.
  for (HostilePeer& peer : peers_) {
    EXPECT_TRUE(
        peer.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
  }
  // They may be found out before all machines have met.
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(Eventually([&] { return Friends(i, file) == 2; })) << i;
  }
  for (int i = 0; i < 3; ++i) {
    site_.End(i, ids[static_cast<std::size_t>(i)], file);
  }
  EXPECT_LE(site_.origin().BodyBytesSent(), 14 * kMiB);
}

// Machine 0 has the file, machine 1 fetches it: slowly enough for others to be
// there before all pieces are.
class LateSwarmLiarTest : public SwarmLiarTest {
 protected:
  LateSwarmLiarTest() : file_(Serve(8 * kMiB)) {
    site_.StartMachine();
    // And little from the origin before it has met machine 0.
    site_.StartMachine({{"bandwidth.lan_download_bytes_per_second", "3000000"},
                        {"bandwidth.origin_bytes_per_second", "400000"}});
    site_.origin().Release();
    site_.End(0, Begin(0, file_), file_);
  }
  // Bytes that machine 1 got from the origin.
  std::int64_t Fetch() {
    const v1::Job job = site_.End(1, Begin(1, file_), file_);
    return job.progress().source_bytes().origin_bytes();
  }

  const PublishedFile file_;
};

// What both say differs: the origin's bytes show who lies.
TEST_F(LateSwarmLiarTest, ALiarCostsTheOriginAPiece) {
  HostilePeer& peer = AddPeer(1, file_, Liar(file_));
  EXPECT_LE(Fetch(), kMiB);
  EXPECT_TRUE(peer.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
}

TEST_F(LateSwarmLiarTest, WrongBytesThatNobodyVouchesForComeAgain) {
  HostilePeer::Script script;
  script.on_welcome = [](HostileLink& link) {
    link.Send(WireType::kHaveAll);
    link.Send(WireType::kUnchoke);
  };
  std::atomic<int> wrong{0};
  script.on_request = [&wrong](HostileLink& link, const WireBlock& block) {
    link.SendBlock(block, std::string(static_cast<std::size_t>(block.length),
                                      static_cast<char>(++wrong)));
  };
  AddPeer(1, file_, script);
  Fetch();
  EXPECT_GT(wrong, 0);
}

// It gives wrong bytes, and tells their hashes.
TEST_F(LateSwarmLiarTest, WhoVouchesForWrongBytesIsFoundOut) {
  ShareMessage lies;
  for (std::int32_t piece = 0; piece < file_.layout.count(); ++piece) {
    const std::string bytes(static_cast<std::size_t>(
                                file_.layout.RangeOf(PieceIndex{piece}).length),
                            static_cast<char>(piece));
    lies.hashes.push_back({PieceIndex{piece}, Sha1Of(bytes)});
  }
  std::atomic<int> wrong{0};
  HostilePeer::Script script;
  script.on_welcome = [&lies](HostileLink& link) {
    link.SendShare(lies);
    link.Send(WireType::kUnchoke);
  };
  // When the other one has told what it knows.
  script.on_tick = [this](HostileLink& link) {
    if (link.ticks() != 2) return;
    for (std::int32_t piece = 0; piece < file_.layout.count(); ++piece) {
      link.SendHave(piece);
    }
  };
  script.on_request = [&wrong](HostileLink& link, const WireBlock& block) {
    ++wrong;
    link.SendBlock(block, std::string(static_cast<std::size_t>(block.length),
                                      static_cast<char>(block.piece)));
  };
  HostilePeer& peer = AddPeer(1, file_, script);
  EXPECT_LE(Fetch(), 2 * kMiB);
  EXPECT_TRUE(peer.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
}

// Nobody who knows better is met: the file's digest says at the end that it was
// deceived.
TEST_F(SwarmLiarTest, ALiarAloneCostsThePiecesThatItLiedAbout) {
  const PublishedFile file = Serve(8 * kMiB);
  TestDaemon& daemon =
      site_.StartMachine({{"http.max_connections_per_host", "2"}});
  // It has the second half of the file, or something like it.
  const std::int32_t first = file.layout.count() / 2;
  ShareMessage lies;
  for (std::int32_t piece = first; piece < file.layout.count(); ++piece) {
    const std::string bytes(
        static_cast<std::size_t>(file.layout.RangeOf(PieceIndex{piece}).length),
        static_cast<char>(piece));
    lies.hashes.push_back({PieceIndex{piece}, Sha1Of(bytes)});
  }
  HostilePeer::Script script;
  script.on_welcome = [&](HostileLink& link) {
    link.SendShare(lies);
    link.Send(WireType::kUnchoke);
    for (const PieceHash& lie : lies.hashes) link.SendHave(lie.piece.value);
  };
  script.on_request = [](HostileLink& link, const WireBlock& block) {
    link.SendBlock(block, std::string(static_cast<std::size_t>(block.length),
                                      static_cast<char>(block.piece)));
  };
  HostilePeer& liar = AddPeer(0, file, script);

  const std::string id = Begin(0, file);
  const v1::Job job = site_.End(0, id, file);
  // Most of the second half was taken from it.
  EXPECT_GE(job.progress().source_bytes().lan_bytes(), 3 * kMiB);
  // And each piece was fetched once; by plain HTTP it were 4 MiB more.
  EXPECT_LE(site_.origin().BodyBytesSent(), 9 * kMiB);
  EXPECT_TRUE(liar.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
  EXPECT_EQ(site_.Stats(0, file).false_hashes_address_count(), 1);
  EXPECT_NE(daemon.Log().find("is met no more for content " +
                              absl::BytesToHexString(file.info_hash) +
                              ": it told false hashes"),
            std::string::npos);
}

TEST_F(SwarmLiarTest, HashesThatAreAskedForWithoutEndAreNotAnswered) {
  const PublishedFile file = Serve(4 * kMiB);
  site_.StartMachine();
  site_.origin().Release();
  site_.End(0, Begin(0, file), file);

  constexpr int kFlood = 200;
  std::atomic<int> answers{0};
  std::atomic<bool> over{false};
  HostilePeer::Script script;
  script.on_welcome = [](HostileLink& link) {
    ShareMessage many;
    many.hash_requests.resize(ShareMessage::kMaxRequests, PieceIndex{1});
    for (int i = 0; i < kFlood; ++i) link.SendShare(many);
  };
  // The last question is for another piece, and asked until it is answered.
  script.on_tick = [](HostileLink& link) {
    ShareMessage last;
    last.hash_requests.push_back(PieceIndex{2});
    if (link.ticks() > 0) link.SendShare(last);
  };
  script.on_share = [&](HostileLink&, const ShareMessage& message) {
    for (const PieceHash& hash : message.hashes) {
      if (hash.piece == PieceIndex{1}) ++answers;
    }
    if (message.hashes.size() == 1 &&
        message.hashes[0].piece == PieceIndex{2}) {
      over = true;
    }
  };
  const absl::Time start = absl::Now();
  AddPeer(0, file, script);
  ASSERT_TRUE(Eventually([&] { return over.load(); }));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  EXPECT_GE(answers, file.layout.count());
  EXPECT_LE(answers, file.layout.count() + 1024 + 1000 * seconds);
}

}  // namespace
}  // namespace convoy::testing
