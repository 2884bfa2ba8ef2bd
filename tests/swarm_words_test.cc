// What a torrent makes of what peers say of hashes, looked at from inside the
// process: the test is the engine, and the peers.

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"
#include "peer/file_worker.h"
#include "peer/late_manifest.h"
#include "peer/libtorrent_disk.h"
#include "peer/libtorrent_loop.h"
#include "peer/libtorrent_session.h"
#include "peer/libtorrent_torrent.h"
#include "peer/peer_guard.h"
#include "peer/piece_hashes.h"
#include "peer/share_message.h"
#include "peer/shunned_peers.h"
#include "peer/swarm_storage.h"
#include "peer/target_file.h"
#include "peer/upload_counter.h"
#include "tests/eventually.h"
#include "tests/hostile_peer.h"
#include "tests/nginx.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kPiece = PieceLayout::kMinPieceLength;
constexpr int kPieces = 16;

PieceIndex P(int index) { return PieceIndex{index}; }

// The right bytes of a piece, and others.
std::string Right(PieceIndex piece) {
  return std::string(kPiece, static_cast<char>('a' + piece.value));
}
std::string FalseHash(PieceIndex piece) {
  return Sha1Of(absl::StrCat("a lie about ", piece.value));
}

// What the engine was told.
class RecordingListener final : public LibtorrentTorrent::Listener {
 public:
  explicit RecordingListener(std::atomic<int>* here) : here_(*here) {}

  void OnPiecesHere(std::vector<PieceIndex> pieces) override {
    here_ += static_cast<int>(pieces.size());
  }
  void OnClaimed(PieceSpan span) override {
    const MutexLock lock(&mutex_);
    claims_.push_back(span.first.value);
  }
  void OnUnclaimed(PieceSpan) override {}
  void OnDoubtsSettled() override { settled_ = true; }
  void OnNews(const SwarmNews&) override {}
  void OnError(absl::Status status) override {
    ADD_FAILURE() << status.message();
  }

  bool settled() const { return settled_; }
  // First pieces of what was claimed.
  std::vector<int> claims() const {
    const MutexLock lock(&mutex_);
    return claims_;
  }

 private:
  std::atomic<int>& here_;
  std::atomic<bool> settled_{false};
  mutable Mutex mutex_;
  std::vector<int> claims_ ABSL_GUARDED_BY(mutex_);
};

// A download without a manifest, of which nothing is here.
class SwarmWordsTest : public ::testing::Test {
 protected:
  SwarmWordsTest() {
    session_.SetAllowed({{"127.0.0.0/8", true}}, {"127.0.0.0/8"});
  }
  ~SwarmWordsTest() override {
    peers_.clear();
    if (torrent_ != nullptr) {
      OnLoop([&] { torrent_->Stop(); });
      torrent_.reset();
    }
    session_.Stop();
  }

  // Runs `task` on the swarm's thread, and waits for it.
  template <typename Task>
  void OnLoop(Task task) {
    std::promise<void> done;
    loop_.Post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  void Download(const std::vector<ByteRange>& ranges = {}) {
    LateContent name;
    name.size = kPieces * kPiece;
    name.sha256 = std::string(32, 's');
    const auto manifest = MakeLateManifest(name);
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    const PieceLayout& layout = (*manifest)->layout;
    ASSERT_EQ(layout.count(), kPieces);
    storage_ = std::make_shared<SwarmStorage>(
        OpenTargetFile(UniqueFd(memfd_create("content", MFD_CLOEXEC))),
        std::make_shared<PieceHashes>(layout),
        ranges.empty() ? StorageMap::Whole(layout)
                       : StorageMap::OfRanges(ranges, layout));
    info_hash_ = (*manifest)->info_hash;
    SwarmContent content;
    content.manifest = *manifest;
    content.storage = storage_;
    content.downloads = true;
    LibtorrentTorrent::Parts parts;
    parts.loop = &loop_;
    parts.disk = &disk_;
    parts.session = &session_;
    parts.clock = &clock_;
    parts.kind_of = [](const std::string&, bool) { return PeerKind::kLan; };
    parts.machine = 1;
    parts.uploaded = &uploaded_;
    parts.shunned = &shunned_;
    auto listener = std::make_unique<RecordingListener>(&here_);
    listener_ = listener.get();
    torrent_ = std::make_shared<LibtorrentTorrent>(parts, std::move(content),
                                                   std::move(listener));
    OnLoop([&] { torrent_->Start({}, 0); });
  }
  // The engine asks for claims of one piece.
  void Demand(int lanes) {
    OnLoop([&] { torrent_->SetDemand(lanes, 1); });
  }
  // It has fetched a piece.
  void Put(PieceIndex piece) {
    ASSERT_TRUE(storage_->PutPiece(piece, Right(piece)).ok());
    OnLoop([&] { torrent_->PiecePut(piece); });
  }
  // A machine at an address of its own.
  HostilePeer& AddPeer(HostilePeer::Script script) {
    HostilePeer::Options options;
    options.info_hash = info_hash_;
    options.port = port_;
    options.address = absl::StrCat("127.0.0.", 100 + peers_.size());
    options.machine = 4711 + static_cast<MachineId>(peers_.size());
    options.pause = absl::Milliseconds(5);
    options.script = std::move(script);
    return peers_.emplace_back(std::move(options));
  }
  static ShareMessage Hashes(std::vector<PieceHash> hashes,
                             bool relayed = false) {
    ShareMessage message;
    message.hashes = std::move(hashes);
    message.relayed = relayed;
    return message;
  }
  // It says this when it comes.
  HostilePeer& AddTeller(const ShareMessage& message) {
    HostilePeer::Script script;
    script.on_welcome = [message](HostileLink& link) {
      link.SendShare(message);
    };
    return AddPeer(std::move(script));
  }
  // All who speak of it say the same.
  bool IsKnown(PieceIndex piece) {
    return storage_->hashes().Find(piece).has_value();
  }

  const RealClock clock_;
  FileWorkerPool worker_{1};
  LibtorrentLoop loop_;
  LibtorrentDisk disk_{{&loop_, &worker_}};
  const int port_ = FreePort();
  static LibtorrentSession::Options OptionsFor(int port) {
    LibtorrentSession::Options options;
    options.listen_port = port;
    options.addresses = {"127.0.0.1"};
    return options;
  }
  LibtorrentSession session_{&loop_, &disk_, OptionsFor(port_)};
  UploadCounter uploaded_;
  ShunnedPeers shunned_{&clock_};
  std::string info_hash_;
  std::shared_ptr<SwarmStorage> storage_;
  std::atomic<int> here_{0};
  RecordingListener* listener_ = nullptr;
  std::shared_ptr<LibtorrentTorrent> torrent_;
  std::deque<HostilePeer> peers_;
};

// Pieces 8 to 10 are wanted.
TEST_F(SwarmWordsTest, DisputesAboutPiecesOutsideOfTheRangesAreNotSettled) {
  ASSERT_NO_FATAL_FAILURE(Download({{8 * kPiece, 3 * kPiece}}));
  std::vector<PieceHash> truth;
  std::vector<PieceHash> lies;
  for (int i = 0; i < kPieces; ++i) {
    truth.push_back({P(i), Sha1Of(Right(P(i)))});
    lies.push_back({P(i), FalseHash(P(i))});
  }
  AddTeller(Hashes(truth));
  ASSERT_TRUE(Eventually([&] { return IsKnown(P(10)); }));
  AddTeller(Hashes(lies));
  ASSERT_TRUE(Eventually([&] { return !IsKnown(P(10)); }));
  Demand(1);
  ASSERT_TRUE(Eventually([&] { return !listener_->claims().empty(); }));
  EXPECT_EQ(listener_->claims()[0], 8);
  EXPECT_FALSE(IsKnown(P(7)));
}

TEST_F(SwarmWordsTest, AllWhoToldALieAreShunnedAlsoThoseThatHaveGone) {
  ASSERT_NO_FATAL_FAILURE(Download());
  std::atomic<int> welcomes{0};
  // It does not tell the same lie twice.
  std::atomic<bool> told{false};
  HostilePeer::Script script;
  script.on_welcome = [&](HostileLink& link) {
    ++welcomes;
    if (!told) link.SendShare(Hashes({{P(3), FalseHash(P(3))}}));
    link.Close();
  };
  HostilePeer& liar = AddPeer(script);
  ASSERT_TRUE(Eventually([&] { return IsKnown(P(3)); }));
  told = true;
  HostilePeer& second = AddTeller(Hashes({{P(3), FalseHash(P(3))}}));
  AddTeller(Hashes({{P(3), Sha1Of(Right(P(3)))}}));
  ASSERT_TRUE(Eventually([&] { return !IsKnown(P(3)); }));
  ASSERT_TRUE(
      second.WaitFor([](const auto& seen) { return seen.welcomes > 0; }));
  Put(P(3));
  // From now on nobody listens.
  OnLoop([] {});
  const int before = welcomes;
  const int dials = liar.counts().dials;
  ASSERT_TRUE(liar.WaitFor(
      [dials](const auto& seen) { return seen.dials > dials + 5; }));
  EXPECT_LE(welcomes, before + 1) << "one was on its way";
  EXPECT_TRUE(
      second.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
}

// A liar spoke before the one whose bytes are here, and is found out.
TEST_F(SwarmWordsTest, WhoSentWhatALiarSpokeAgainstIsAskedAgain) {
  ASSERT_NO_FATAL_FAILURE(Download());
  AddTeller(Hashes({{P(3), FalseHash(P(3))}, {P(5), FalseHash(P(5))}}));
  ASSERT_TRUE(Eventually([&] { return IsKnown(P(5)); }));
  // It answers when it is asked the second time.
  std::atomic<int> asked{0};
  HostilePeer::Script script;
  script.on_welcome = [](HostileLink& link) {
    link.SendHave(3);
    link.Send(WireType::kUnchoke);
  };
  script.on_request = [](HostileLink& link, const WireBlock& block) {
    link.SendBlock(block,
                   Right(P(block.piece))
                       .substr(0, static_cast<std::size_t>(block.length)));
  };
  script.on_share = [&](HostileLink& link, const ShareMessage& message) {
    if (message.hash_requests.empty() || ++asked != 2) return;
    link.SendShare(Hashes({{P(3), Sha1Of(Right(P(3)))}}));
  };
  HostilePeer& honest = AddPeer(script);
  ASSERT_TRUE(Eventually([&] { return asked == 1; }));
  Put(P(5));
  ASSERT_TRUE(Eventually([&] { return storage_->verified(P(3)); }));
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(honest.counts().dropped, 0);
}

// What it gave is verified when others come who know better.
TEST_F(SwarmWordsTest, ALieThatIsVerifiedIsDisputedAndReplaced) {
  ASSERT_NO_FATAL_FAILURE(Download());
  const std::string wrong(kPiece, 'x');
  HostilePeer::Script script;
  script.on_welcome = [&](HostileLink& link) {
    link.SendShare(Hashes({{P(3), Sha1Of(wrong)}}));
    link.SendHave(3);
    link.Send(WireType::kUnchoke);
  };
  script.on_request = [&](HostileLink& link, const WireBlock& block) {
    link.SendBlock(block,
                   wrong.substr(0, static_cast<std::size_t>(block.length)));
  };
  HostilePeer& liar = AddPeer(script);
  ASSERT_TRUE(Eventually([&] { return storage_->verified(P(3)); }));
  AddTeller(Hashes({{P(3), Sha1Of(Right(P(3)))}}));
  ASSERT_TRUE(Eventually([&] {
    Demand(1);
    const std::vector<int> claims = listener_->claims();
    return std::count(claims.begin(), claims.end(), 3) == 1;
  }));
  Put(P(3));
  EXPECT_EQ(storage_->HashPiece(P(3)).value(), Sha1Of(Right(P(3))));
  EXPECT_TRUE(liar.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
}

TEST_F(SwarmWordsTest, WhatIsBeingFetchedIsNotFetchedToSettleADispute) {
  ASSERT_NO_FATAL_FAILURE(Download());
  Demand(1);
  ASSERT_TRUE(Eventually([&] { return listener_->claims().size() == 1; }));
  const PieceIndex own{listener_->claims()[0]};
  ASSERT_LT(own.value, kPieces - 2);
  const PieceIndex other{own.value + 2};
  AddTeller(Hashes({{own, FalseHash(own)}, {other, FalseHash(other)}}));
  ASSERT_TRUE(Eventually([&] { return IsKnown(other); }));
  AddTeller(Hashes({{own, Sha1Of(Right(own))}, {other, Sha1Of(Right(other))}}));
  ASSERT_TRUE(Eventually([&] { return !IsKnown(other); }));
  Demand(1);
  ASSERT_TRUE(Eventually([&] { return listener_->claims().size() == 2; }));
  EXPECT_EQ(listener_->claims()[1], other.value);
}

TEST_F(SwarmWordsTest, AllHashesThatOneMessageAsksForAreTold) {
  ASSERT_NO_FATAL_FAILURE(Download());
  Put(P(1));
  std::atomic<int> told{0};
  HostilePeer::Script script;
  script.on_welcome = [](HostileLink& link) {
    ShareMessage many;
    many.hash_requests.resize(ShareMessage::kMaxRequests, P(1));
    link.SendShare(many);
  };
  script.on_share = [&](HostileLink&, const ShareMessage& message) {
    told += static_cast<int>(message.hashes.size());
  };
  AddPeer(script);
  // And the greeting.
  const int all = static_cast<int>(ShareMessage::kMaxRequests) + 1;
  EXPECT_TRUE(Eventually([&] { return told == all; }, absl::Seconds(20)))
      << told;
}

// So a crowd hands on what it has of each other, and who is deceived is not
// taken for a liar.
TEST_F(SwarmWordsTest, WhatIsKnownOfPeersIsRelayedAndSaidToBe) {
  ASSERT_NO_FATAL_FAILURE(Download());
  Put(P(1));
  ASSERT_TRUE(*storage_->WriteBlock(P(2), 0, Right(P(2))));
  storage_->SetWord(P(2), Sha1Of(Right(P(2))));
  storage_->MarkVerified(P(2));
  std::atomic<int> certain{0};
  std::atomic<int> relayed{0};
  HostilePeer::Script script;
  script.on_share = [&](HostileLink&, const ShareMessage& message) {
    for (const PieceHash& hash : message.hashes) {
      (message.relayed ? relayed : certain) |= 1 << hash.piece.value;
    }
  };
  AddPeer(script);
  ASSERT_TRUE(Eventually([&] { return certain != 0 && relayed != 0; }));
  EXPECT_EQ(certain, 1 << 1);
  EXPECT_EQ(relayed, 1 << 2);
}

// It has wrong bytes, and the hash of others.
TEST_F(SwarmWordsTest, WhatADeceivedMachineGivesIsForgiven) {
  ASSERT_NO_FATAL_FAILURE(Download());
  AddTeller(Hashes({{P(3), Sha1Of(Right(P(3)))}, {P(5), Sha1Of(Right(P(5)))}}));
  ASSERT_TRUE(Eventually([&] { return IsKnown(P(5)); }));
  std::atomic<bool> decided{false};
  HostilePeer::Script script;
  script.on_welcome = [](HostileLink& link) {
    link.SendHave(3);
    link.Send(WireType::kUnchoke);
  };
  script.on_request = [](HostileLink& link, const WireBlock& block) {
    const char byte = block.piece == 3 ? 'x' : Right(P(block.piece))[0];
    link.SendBlock(block,
                   std::string(static_cast<std::size_t>(block.length), byte));
  };
  script.on_share = [](HostileLink& link, const ShareMessage& message) {
    if (message.hash_requests.empty()) return;
    link.SendShare(Hashes({{P(3), Sha1Of(std::string(kPiece, 'x'))}}, true));
  };
  script.on_tick = [&](HostileLink& link) {
    if (decided) link.SendHave(5);
  };
  AddPeer(script);
  ASSERT_TRUE(Eventually([&] { return !IsKnown(P(3)); }));
  Put(P(3));
  ASSERT_TRUE(Eventually([&] { return here_ > 0; }));
  decided = true;
  EXPECT_TRUE(Eventually([&] { return storage_->verified(P(5)); }));
}

TEST_F(SwarmWordsTest, WhoRelaysAFewFalseHashesStays) {
  ASSERT_NO_FATAL_FAILURE(Download());
  const int forgiven = static_cast<int>(PeerGuard::kForgiven);
  std::vector<PieceHash> lies;
  for (int i = 0; i <= forgiven; ++i) {
    lies.push_back({P(i), FalseHash(P(i))});
  }
  HostilePeer& deceived = AddTeller(Hashes(lies, true));
  ASSERT_TRUE(Eventually([&] { return IsKnown(P(forgiven)); }));
  for (int i = 0; i < forgiven; ++i) Put(P(i));
  // Its other words count on.
  OnLoop([] {});
  EXPECT_TRUE(IsKnown(P(forgiven)));
  EXPECT_EQ(deceived.counts().dropped, 0);
  Put(P(forgiven));
  EXPECT_TRUE(
      deceived.WaitFor([](const auto& seen) { return seen.dropped > 0; }));
}

// The digest says that something is wrong. Pieces 8 to 15 are lies that nobody
// contradicts, and came from one peer; the others are of an honest one.
class SwarmDoubtTest : public SwarmWordsTest {
 protected:
  static constexpr int kFirstLie = 8;

  static std::string Given(PieceIndex piece) {
    return piece.value < kFirstLie ? Right(piece) : std::string(kPiece, 'x');
  }
  HostilePeer& AddGiver(int first, int end, bool relayed = false) {
    std::vector<PieceHash> hashes;
    for (int i = first; i < end; ++i) {
      hashes.push_back({P(i), Sha1Of(Given(P(i)))});
    }
    HostilePeer::Script script;
    script.on_welcome = [=](HostileLink& link) {
      link.SendShare(Hashes(hashes, relayed));
      for (int i = first; i < end; ++i) link.SendHave(i);
      link.Send(WireType::kUnchoke);
    };
    script.on_request = [](HostileLink& link, const WireBlock& block) {
      const auto begin = static_cast<std::size_t>(block.begin);
      const auto length = static_cast<std::size_t>(block.length);
      link.SendBlock(block, Given(P(block.piece)).substr(begin, length));
    };
    return AddPeer(std::move(script));
  }
  void DownloadAll(bool relayed = false) {
    ASSERT_NO_FATAL_FAILURE(Download());
    honest_ = &AddGiver(0, kFirstLie);
    liar_ = &AddGiver(kFirstLie, kPieces, relayed);
    ASSERT_TRUE(Eventually([&] { return here_ == kPieces; }));
  }
  void Doubt(bool thorough) {
    storage_->Doubt();
    OnLoop([&] { torrent_->Doubt(thorough); });
  }
  // Fetches what is claimed, over one lane, until the doubts are settled.
  // Answers how many pieces that took. What was claimed before does not come.
  int FetchAgain(std::size_t before = 0) {
    std::size_t fetched = before;
    EXPECT_TRUE(Eventually([&] {
      Demand(1);
      const std::vector<int> claims = listener_->claims();
      for (; fetched < claims.size(); ++fetched) Put(P(claims[fetched]));
      return listener_->settled();
    }));
    return static_cast<int>(fetched - before);
  }

  HostilePeer* honest_ = nullptr;
  HostilePeer* liar_ = nullptr;
};

TEST_F(SwarmDoubtTest, WhatTheLiarToldIsFetchedAgainAndLittleMore) {
  ASSERT_NO_FATAL_FAILURE(DownloadAll());
  Doubt(false);
  // One of the honest peer's may come first.
  EXPECT_LE(FetchAgain(), kPieces - kFirstLie + 1);
  for (int i = 0; i < kPieces; ++i) {
    EXPECT_EQ(storage_->HashPiece(P(i)).value(), Sha1Of(Right(P(i)))) << i;
  }
  EXPECT_TRUE(
      liar_->WaitFor([](const auto& seen) { return seen.dropped > 0; }));
  EXPECT_EQ(honest_->counts().dropped, 0);
  EXPECT_TRUE(shunned_.Has(info_hash_, "127.0.0.101"));
  EXPECT_FALSE(shunned_.Has(info_hash_, "127.0.0.100"));
}

TEST_F(SwarmDoubtTest, InTheEndAllIsFetchedThatIsNotCertain) {
  ASSERT_NO_FATAL_FAILURE(DownloadAll());
  Doubt(true);
  EXPECT_EQ(FetchAgain(), kPieces);
  for (int i = 0; i < kPieces; ++i) {
    EXPECT_TRUE(storage_->hashes().certain(P(i))) << i;
  }
}

// The last piece came from elsewhere while a disputed one was fetched.
TEST_F(SwarmDoubtTest, WhatWasBeingFetchedBeforeIsFetchedAgain) {
  ASSERT_NO_FATAL_FAILURE(DownloadAll());
  AddTeller(Hashes({{P(9), Sha1Of(Right(P(9)))}}));
  ASSERT_TRUE(Eventually([&] {
    Demand(1);
    return !listener_->claims().empty();
  }));
  ASSERT_EQ(listener_->claims(), std::vector<int>{9});
  Demand(0);
  Doubt(false);
  EXPECT_GE(FetchAgain(1), 1);
  EXPECT_EQ(storage_->HashPiece(P(9)).value(), Sha1Of(Right(P(9))));
}

// A liar deceives all machines of a crowd alike, and they tell each other.
TEST_F(SwarmDoubtTest, WhoWasDeceivedAsThisMachineWasIsMetOn) {
  ASSERT_GT(kPieces - kFirstLie, static_cast<int>(PeerGuard::kForgiven));
  ASSERT_NO_FATAL_FAILURE(DownloadAll(true));
  Doubt(true);
  FetchAgain();
  std::vector<PieceHash> lies;
  for (int i = kFirstLie; i < kPieces; ++i) {
    lies.push_back({P(i), Sha1Of(Given(P(i)))});
  }
  // More than the greeting has.
  constexpr int kAsked = 10 * kPieces;
  std::atomic<int> told{0};
  HostilePeer::Script script;
  script.on_welcome = [&](HostileLink& link) {
    link.SendShare(Hashes(lies, true));
    ShareMessage asks;
    asks.hash_requests.resize(kAsked, P(1));
    link.SendShare(asks);
  };
  script.on_share = [&](HostileLink&, const ShareMessage& message) {
    told += static_cast<int>(message.hashes.size());
  };
  HostilePeer& later = AddPeer(script);
  EXPECT_TRUE(Eventually([&] { return told >= kAsked; }));
  EXPECT_EQ(later.counts().dropped, 0);
  EXPECT_EQ(liar_->counts().dropped, 0);
  EXPECT_FALSE(shunned_.Has(info_hash_, "127.0.0.101"));
  EXPECT_FALSE(shunned_.Has(info_hash_, "127.0.0.102"));
}

TEST_F(SwarmDoubtTest, WhatIsInDoubtIsNeitherRelayedNorGiven) {
  ASSERT_NO_FATAL_FAILURE(DownloadAll());
  Doubt(false);
  Put(P(1));
  std::atomic<int> told{0};
  std::atomic<int> ticks{0};
  HostilePeer::Script script;
  script.on_welcome = [](HostileLink& link) {
    ShareMessage asks;
    asks.hash_requests = {P(1), P(2), P(9)};
    link.SendShare(asks);
    link.Send(WireType::kInterested);
  };
  // The disk refuses, and the content goes on.
  script.on_tick = [&](HostileLink& link) {
    for (const int piece : {2, 9}) {
      link.SendRequest({piece, 0, static_cast<std::int32_t>(16 << 10)});
    }
    ++ticks;
  };
  script.on_share = [&](HostileLink&, const ShareMessage& message) {
    for (const PieceHash& hash : message.hashes) {
      told |= 1 << hash.piece.value;
    }
  };
  AddPeer(script);
  ASSERT_TRUE(Eventually([&] { return told != 0 && ticks > 3; }));
  EXPECT_EQ(told, 1 << 1);
}

}  // namespace
}  // namespace convoy::testing
