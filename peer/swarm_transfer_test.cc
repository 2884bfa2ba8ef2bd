#include "peer/swarm_transfer.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "peer/fake_swarm.h"
#include "peer/swarm_transfer_testing.h"
#include "peer/transfer_testing.h"

namespace convoy {
namespace {

TEST_F(SwarmTransferTest, AloneItTakesEverythingFromTheOrigin) {
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
  EXPECT_EQ(observer.end().news.origin_bytes, kSize);
  EXPECT_EQ(origin_.sent_bytes(), kSize);
  EXPECT_EQ(observer.end().news.content_id, found_.manifest->info_hash);
}

TEST_F(SwarmTransferTest, WhatPeersGiveIsNotFetched) {
  swarm_.AllowClaims(3);
  const RecordingObserver& observer = Start();
  for (int i = 3; i <= 20; ++i) swarm_.GivePiece(P(i), PieceBytes(i));
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
  EXPECT_EQ(observer.end().news.origin_bytes, 3 * kPiece);
  EXPECT_EQ(observer.end().news.lan_bytes, kSize - 3 * kPiece);
}

// The swarm is a thread of its own: it tells of claims that were made before
// the last piece came.
TEST_F(SwarmTransferTest, ClaimsThatComeAfterTheLastPieceAreGivenBack) {
  swarm_.AllowClaims(0);
  const RecordingObserver& observer = Start();
  for (int i = 0; i <= 20; ++i) swarm_.GivePiece(P(i), PieceBytes(i));
  ASSERT_FALSE(observer.ended());
  swarm_.Claim({P(3), P(5)});
  swarm_.Unclaim({P(7), P(8)});
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(origin_.sent_bytes(), 0);
}

// Wrong bytes of the origin, while a peer gives the right ones.
TEST_F(SwarmTransferTest, WrongPiecesThatPeersHaveGivenMeanwhileAreForgotten) {
  FakeOriginFault lie;
  lie.body_bytes = 0;
  lie.more_body = std::string(static_cast<std::size_t>(kSize), 'x');
  for (int i = 0; i < 30; ++i) origin_.AddFault(kUrl, lie);
  swarm_.AllowClaims(0);
  const RecordingObserver& observer = Start();
  for (int i = 3; i <= 20; ++i) swarm_.GivePiece(P(i), PieceBytes(i));
  worker_.Hold();
  swarm_.AllowClaims(3);
  executor_.RunUntilIdle();
  ASSERT_GT(origin_.sent_bytes(), 0);
  for (int i = 0; i < 3; ++i) swarm_.GivePiece(P(i), PieceBytes(i));
  worker_.Release();
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
}

// Pieces that no worker takes are in memory.
TEST_F(SwarmTransferTest, TheOriginWaitsWhileTheDiskDoes) {
  constexpr std::int64_t kLarge = 160 << 20;
  FakeRemoteFile large;
  large.content.resize(kLarge);
  large.etag = "\"v1\"";
  found_.manifest = MakeManifest(large.content);
  origin_.SetFile(kUrl, std::move(large));
  swarm_.AllowClaims(0);
  const RecordingObserver& observer = Start();
  worker_.Hold();
  swarm_.AllowClaims(1 << 30);
  executor_.RunUntilIdle();
  EXPECT_GT(origin_.sent_bytes(), 100 << 20);
  EXPECT_LT(origin_.sent_bytes(), 140 << 20);
  worker_.Release();
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(origin_.sent_bytes(), kLarge);
}

TEST_F(SwarmTransferTest, AWholeContentGoesOnAsASeed) {
  Start();
  ASSERT_EQ(registry_.finished.size(), 1U);
  EXPECT_NE(registry_.finished[0].member, nullptr);
  EXPECT_EQ(registry_.finished[0].source_url, kUrl);
  EXPECT_TRUE(registry_.filling.empty());
}

TEST_F(SwarmTransferTest, APieceOfTheOriginThatIsWrongIsNotTaken) {
  FakeOriginFault lie;
  lie.body_bytes = 0;
  lie.more_body = std::string(static_cast<std::size_t>(kSize), 'x');
  origin_.AddFault(kUrl, lie);
  origin_.AddFault(kUrl, lie);
  origin_.AddFault(kUrl, lie);
  swarm_.AllowClaims(3);
  spec_.urls = {kUrl};
  Start();
  EXPECT_EQ(observer_->all().back().flushed_bytes, 0);
  EXPECT_FALSE(swarm_.content().storage->verified(P(0)));
}

TEST_F(SwarmTransferTest,
       AnOriginWithOtherBytesThanTheManifestLeadsToPlainHttp) {
  FakeRemoteFile other;
  other.content = TestContent(kSize, 7);
  other.etag = "\"v2\"";
  origin_.SetFile(kUrl, other);
  Start();
  ASSERT_TRUE(gave_up_.has_value());
  EXPECT_NE(gave_up_->find("not those of the manifest"), std::string::npos);
  EXPECT_TRUE(registry_.filling.empty() || !observer_->ended());
}

TEST_F(SwarmTransferTest, AnOriginWithAnotherSizeLeadsToPlainHttp) {
  FakeRemoteFile other;
  other.content = content_ + "more";
  origin_.SetFile(kUrl, other);
  Start();
  ASSERT_TRUE(gave_up_.has_value());
  EXPECT_NE(gave_up_->find("bytes, the content"), std::string::npos);
}

TEST_F(SwarmTransferTest, AnOriginWithoutRangesLeadsToPlainHttp) {
  FakeRemoteFile whole;
  whole.content = content_;
  whole.serves_ranges = false;
  origin_.SetFile(kUrl, whole);
  Start();
  ASSERT_TRUE(gave_up_.has_value());
}

TEST_F(SwarmTransferTest, ADeadOriginIsNoMatterWhilePeersGive) {
  FakeOriginFault dead;
  dead.status = 503;
  for (int i = 0; i < 30; ++i) origin_.AddFault(kUrl, dead);
  swarm_.SetPeers(2, 2);
  const RecordingObserver& observer = Start();
  EXPECT_FALSE(observer.ended());
  EXPECT_FALSE(swarm_.origin_usable());
  for (int i = 0; i <= 20; ++i) {
    Advance(absl::Seconds(2));
    swarm_.GivePiece(P(i), PieceBytes(i));
  }
  Advance(absl::Seconds(1));
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
}

TEST_F(SwarmTransferTest, AnOriginThatFailedIsAskedAgainWhilePeersAreThere) {
  FakeOriginFault dead;
  dead.status = 503;
  dead.retry_after = absl::Seconds(7);
  origin_.AddFault(kUrl, dead);
  swarm_.SetPeers(1, 1);
  const RecordingObserver& observer = Start();
  Advance(absl::Seconds(6));
  EXPECT_FALSE(swarm_.origin_usable());
  EXPECT_EQ(origin_.sent_bytes(), 0);
  Advance(absl::Seconds(2));
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.end().news.origin_bytes, kSize);
}

TEST_F(SwarmTransferTest, AFailedTransferLeavesWhatItGotOnDisk) {
  swarm_.AllowClaims(0);
  const RecordingObserver& observer = Start();
  swarm_.GivePiece(P(4), PieceBytes(4));
  FakeOriginFault dead;
  dead.status = 503;
  origin_.AddFault(kUrl, dead);
  swarm_.AllowClaims(1);
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_HTTP_STATUS);
  EXPECT_EQ(observer.end().news.flushed_bytes, kPiece);
  const auto checkpoint =
      TransferCheckpoint::Decode(observer.end().news.checkpoint);
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_EQ(checkpoint->flushed, std::vector<PieceSpan>({{P(4), P(5)}}));
}

TEST_F(SwarmTransferTest, ADeadOriginAndPeersThatGiveNothingEndIt) {
  FakeOriginFault dead;
  dead.status = 503;
  for (int i = 0; i < 100; ++i) origin_.AddFault(kUrl, dead);
  swarm_.SetPeers(2, 2);
  const RecordingObserver& observer = Start();
  Advance(absl::Seconds(40));
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_HTTP_STATUS);
  EXPECT_TRUE(observer.retryable());
}

TEST_F(SwarmTransferTest, WithoutPeersADeadOriginEndsItAtOnce) {
  FakeOriginFault dead;
  dead.status = 503;
  dead.retry_after = absl::Seconds(7);
  origin_.AddFault(kUrl, dead);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_HTTP_STATUS);
  EXPECT_EQ(observer.end().retry_after, absl::Seconds(7));
}

TEST_F(SwarmTransferTest, AMirrorIsAskedWhenTheOriginFails) {
  spec_.urls = {kUrl, kMirror};
  FakeRemoteFile file;
  file.content = content_;
  origin_.SetFile(kMirror, file);
  FakeOriginFault dead;
  dead.status = 404;
  origin_.AddFault(kUrl, dead);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.end().news.mirror_bytes, kSize);
  EXPECT_EQ(target_.Content(), content_);
}

TEST_F(SwarmTransferTest, TheOriginIsNotAskedBeforeItsDelay) {
  spec_.origin_delay = absl::Seconds(60);
  const RecordingObserver& observer = Start();
  Advance(absl::Seconds(59));
  EXPECT_FALSE(observer.ended());
  EXPECT_TRUE(origin_.requests().empty());
  EXPECT_EQ(observer.all().back().activity,
            "waiting for peers before the origin is asked");
  Advance(absl::Seconds(2));
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
}

TEST_F(SwarmTransferTest, AWaitForPeersNamesItsKey) {
  spec_.origin_delay = absl::Seconds(60);
  spec_.foreground = true;
  const RecordingObserver& observer = Start();
  Advance(absl::Seconds(1));
  ASSERT_TRUE(observer.all().back().hold);
  EXPECT_EQ(observer.all().back().hold->policy,
            "swarm.origin_delay_foreground_seconds");
  Advance(absl::Seconds(60));
  ASSERT_TRUE(observer.ended());
  EXPECT_FALSE(observer.end().news.hold);
}

TEST_F(SwarmTransferTest, SlowPeersAreNotWaitedFor) {
  spec_.origin_delay = absl::Hours(1);
  spec_.min_peer_bytes_per_second = 500;
  const RecordingObserver& observer = Start();
  EXPECT_EQ(swarm_.content().min_peer_rate, 500);
  swarm_.SetPeers(1, 1);
  Advance(absl::Seconds(10));
  EXPECT_TRUE(origin_.requests().empty());
  swarm_.AllowClaims(1);
  swarm_.FindPeersSlow();
  Advance(absl::Seconds(1));
  EXPECT_FALSE(origin_.requests().empty());
  const PeerUse& lan = observer.all().back().peers.at(0);
  EXPECT_EQ(lan.policy, "swarm.background_min_bytes_per_second");
  EXPECT_NE(lan.reason.find("they are slow"), std::string::npos) << lan.reason;
}

TEST_F(SwarmTransferTest, AnOriginWithoutTheFileIsNotAskedAgain) {
  swarm_.SetPeers(1, 1);
  for (int i = 0; i < 9; ++i) {
    FakeOriginFault missing;
    missing.status = 404;
    origin_.AddFault(kUrl, missing);
  }
  Start();
  Advance(absl::Seconds(5));
  const std::size_t asked = origin_.requests().size();
  EXPECT_LE(asked, 4u);
  EXPECT_FALSE(swarm_.origin_usable());
  Advance(absl::Seconds(5));
  EXPECT_EQ(origin_.requests().size(), asked);
}

TEST_F(SwarmTransferTest, MirrorsThatTheOriginNamedAreAskedLast) {
  FakeRemoteFile file;
  file.content = content_;
  origin_.SetFile("http://found.test/file", file);
  found_.mirrors = {"http://found.test/file"};
  HttpSettings http;
  http.headers = {{"X-Token", "secret"}};
  spec_.http = std::make_shared<const HttpSettings>(http);
  FakeOriginFault dead;
  dead.status = 404;
  origin_.AddFault(kUrl, dead);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.end().news.mirror_bytes, kSize);
  EXPECT_EQ(observer.end().news.url_index, 1);
  EXPECT_TRUE(origin_.requests().back().settings->headers.empty());
}

class CachedSwarmTest : public SwarmTransferTest {
 protected:
  CachedSwarmTest() {
    CacheHostSettings settings;
    settings.hosts = {"http://cache.test"};
    cache_hosts_.Set(std::move(settings));
    use_cache_hosts_ = true;
    FakeRemoteFile file;
    file.content = content_;
    file.etag = "\"v1\"";
    origin_.SetFile(kCached, file);
  }
  static constexpr char kCached[] = "http://cache.test/file";
};

TEST_F(CachedSwarmTest, ClaimedPiecesComeFromTheCacheHost) {
  swarm_.AllowClaims(3);
  const RecordingObserver& observer = Start();
  for (int i = 3; i <= 20; ++i) swarm_.GivePiece(P(i), PieceBytes(i));
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.end().news.cache_host_bytes, 3 * kPiece);
  EXPECT_EQ(observer.end().news.origin_bytes, 0);
  EXPECT_EQ(origin_.requests().front().host_header, "origin.test");
}

TEST_F(CachedSwarmTest, TheOriginFollowsWhenItFails) {
  FakeOriginFault dead;
  dead.fails_at_once = Error(v1::ERROR_REASON_CONNECT_FAILURE,
                             v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
                           .Retryable()
                           .Status("no connection");
  origin_.AddFault(kCached, dead);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.end().news.origin_bytes, kSize);
  EXPECT_EQ(target_.Content(), content_);
}

TEST_F(CachedSwarmTest, WrongPiecesOfItAreThrownAway) {
  FakeRemoteFile wrong;
  wrong.content = TestContent(kSize, 9);
  origin_.SetFile(kCached, wrong);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
  EXPECT_EQ(observer.end().news.origin_bytes, kSize);
}

TEST_F(CachedSwarmTest, ItIsWaitedForBeforeTheOrigin) {
  spec_.cache_host_delay = absl::Seconds(20);
  FakeOriginFault missing;
  missing.status = 404;
  for (int i = 0; i < 60; ++i) origin_.AddFault(kCached, missing);
  const RecordingObserver& observer = Start();
  Advance(absl::Seconds(19));
  EXPECT_FALSE(observer.ended());
  EXPECT_EQ(observer.all().back().activity, "waiting for a cache host");
  ASSERT_TRUE(observer.all().back().hold);
  EXPECT_EQ(observer.all().back().hold->policy,
            "cache_host.fallback_delay_background_seconds");
  EXPECT_EQ(observer.all().back().origin_bytes, 0);
  Advance(absl::Seconds(2));
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.end().news.origin_bytes, kSize);
}

TEST_F(SwarmTransferTest, ItGoesOnFromItsCheckpoint) {
  swarm_.AllowClaims(5);
  Start();
  swarm_.GivePiece(P(9), PieceBytes(9));
  Advance(absl::Seconds(3));
  ASSERT_EQ(observer_->all().back().flushed_bytes, 6 * kPiece);
  const std::int64_t before = origin_.sent_bytes();
  swarm_.AllowClaims(1 << 30);
  const RecordingObserver& observer = Restart();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.voided(), 0);
  EXPECT_EQ(origin_.sent_bytes() - before, kSize - 6 * kPiece);
  EXPECT_EQ(target_.Content(), content_);
}

// Version 2 (BEP 52).
class Version2SwarmTest : public SwarmTransferTest {
 protected:
  Version2SwarmTest() { found_.manifest = MakeManifest(content_, Kind()); }
  static PieceHashKind Kind() {
    return PieceHashKind::Version2(*PieceLayout::Make(kSize, kPiece));
  }
};

TEST_F(Version2SwarmTest, PiecesOfTheOriginAndOfPeersMakeTheFile) {
  swarm_.AllowClaims(5);
  Start();
  swarm_.GivePiece(P(9), PieceBytes(9));
  Advance(absl::Seconds(3));
  ASSERT_EQ(observer_->all().back().flushed_bytes, 6 * kPiece);
  const std::int64_t before = origin_.sent_bytes();
  swarm_.AllowClaims(1 << 30);
  const RecordingObserver& observer = Restart();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.voided(), 0);
  EXPECT_EQ(origin_.sent_bytes() - before, kSize - 6 * kPiece);
  EXPECT_EQ(target_.Content(), content_);
  EXPECT_EQ(registry_.finished.size(), 1U);
}

TEST_F(Version2SwarmTest, AnOriginWithOtherBytesLeadsToPlainHttp) {
  FakeRemoteFile other;
  other.content = TestContent(kSize, 7);
  origin_.SetFile(kUrl, other);
  Start();
  ASSERT_TRUE(gave_up_.has_value());
  EXPECT_NE(gave_up_->find("not those of the manifest"), std::string::npos);
}

// One bit in a block, wherever it is.
TEST_F(Version2SwarmTest, EveryBlockOfAPieceIsChecked) {
  swarm_.AllowClaims(0);
  Start();
  SwarmStorage& storage = *swarm_.content().storage;
  for (int at = 0; at < static_cast<int>(kPiece); at += 16 << 10) {
    std::string bytes = PieceBytes(3);
    bytes[static_cast<std::size_t>(at) + 100] ^= 1;
    EXPECT_TRUE(absl::IsDataLoss(storage.PutPiece(P(3), bytes).status())) << at;
  }
  EXPECT_FALSE(storage.verified(P(3)));
  EXPECT_TRUE(*storage.PutPiece(P(3), PieceBytes(3)));
}

TEST_F(SwarmTransferTest, PiecesInBytesOfPlainHttpAreUsedIfTheyAreRight) {
  std::string some = content_;
  some[static_cast<std::size_t>(2 * kPiece)] ^= 1;
  target_.Write(0, some);
  TransferCheckpoint checkpoint;
  checkpoint.layout = *PieceLayout::Make(kSize, 256 << 10);
  checkpoint.flushed = {{P(0), P(2)}};  // 8 pieces of the manifest.
  checkpoint.ranges_key = TransferCheckpoint::KeyOfRanges({});
  checkpoint.validator.etag = "\"v0\"";
  spec_.checkpoint = checkpoint.Encode();
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.voided(), 1);
  EXPECT_EQ(origin_.sent_bytes(), kSize - 7 * kPiece);
  EXPECT_EQ(target_.Content(), content_);
}

TEST_F(SwarmTransferTest, RangesOfAJobComeOneAfterAnother) {
  spec_.ranges = {{100, 1000}, {5 * kPiece + 3, 2 * kPiece}, {kSize - 50, 50}};
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(),
            content_.substr(100, 1000) +
                content_.substr(5 * kPiece + 3, 2 * kPiece) +
                content_.substr(static_cast<std::size_t>(kSize - 50)));
  EXPECT_EQ(observer.end().news.flushed_bytes, 1000 + 2 * kPiece + 50);
  // Whole pieces are fetched: each is checked.
  EXPECT_EQ(origin_.sent_bytes(), 4 * kPiece + 777);
}

TEST_F(SwarmTransferTest, RangesGoOnFromTheirCheckpoint) {
  spec_.ranges = {{100, 6 * kPiece}};
  swarm_.AllowClaims(2);
  Start();
  Advance(absl::Seconds(3));
  EXPECT_EQ(observer_->all().back().flushed_bytes, 2 * kPiece - 100);
  swarm_.AllowClaims(1 << 30);
  const RecordingObserver& observer = Restart();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_.substr(100, 6 * kPiece));
}

TEST_F(SwarmTransferTest, RangesInAnyOrderGoOnFromTheirCheckpoint) {
  spec_.ranges = {{kSize - 50, ByteRange::kToEnd},
                  {5 * kPiece + 3, 2 * kPiece},
                  {100, 1000}};
  swarm_.AllowClaims(2);
  Start();
  Advance(absl::Seconds(3));
  const std::int64_t flushed = observer_->all().back().flushed_bytes;
  EXPECT_GT(flushed, 0);
  EXPECT_LT(flushed, 2 * kPiece + 1050);
  swarm_.AllowClaims(1 << 30);
  const RecordingObserver& observer = Restart();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(),
            content_.substr(static_cast<std::size_t>(kSize - 50)) +
                content_.substr(5 * kPiece + 3, 2 * kPiece) +
                content_.substr(100, 1000));
  EXPECT_EQ(observer.end().news.flushed_bytes, 2 * kPiece + 1050);
}

TEST_F(SwarmTransferTest, TheDigestDecidesWhatALateBoundContentIs) {
  found_.late_bound = true;
  found_.sha256 = Sha256Of(content_);
  found_.identity = RemoteIdentity{kSize, {"\"v1\"", ""}};
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
  EXPECT_EQ(origin_.requests()[0].if_range, "\"v1\"");
}

TEST_F(SwarmTransferTest, ALateBoundContentWithAWrongDigestLeadsToPlainHttp) {
  found_.late_bound = true;
  found_.sha256 = Sha256Of("something else");
  found_.identity = RemoteIdentity{kSize, {"\"v1\"", ""}};
  Start();
  ASSERT_TRUE(gave_up_.has_value());
  EXPECT_TRUE(registry_.finished.empty());
}

// Its hashes were in memory only.
TEST_F(SwarmTransferTest, ALateBoundContentGoesOnFromItsCheckpoint) {
  found_.late_bound = true;
  found_.sha256 = Sha256Of(content_);
  found_.identity = RemoteIdentity{kSize, {"\"v1\"", ""}};
  swarm_.AllowClaims(5);
  Start();
  Advance(absl::Seconds(3));
  ASSERT_EQ(observer_->all().back().flushed_bytes, 5 * kPiece);
  const std::int64_t before = origin_.sent_bytes();
  swarm_.AllowClaims(0);
  const RecordingObserver& observer = Restart();
  EXPECT_EQ(swarm_.content().storage->hashes().Find(P(4)),
            Sha1Of(PieceBytes(4)));
  EXPECT_TRUE(swarm_.content().storage->verified(P(4)));
  EXPECT_FALSE(swarm_.content().storage->verified(P(5)));
  swarm_.AllowClaims(1 << 30);
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.voided(), 0);
  EXPECT_EQ(origin_.sent_bytes() - before, kSize - 5 * kPiece);
  EXPECT_EQ(target_.Content(), content_);
}

TEST_F(SwarmTransferTest, TheOriginsBytesCountMoreThanWhatPeersTold) {
  found_.late_bound = true;
  found_.sha256 = Sha256Of(content_);
  found_.identity = RemoteIdentity{kSize, {"\"v1\"", ""}};
  swarm_.AllowClaims(0);
  const RecordingObserver& observer = Start();
  swarm_.content().storage->hashes().Learn(P(0), Sha1Of("a lie"));
  swarm_.AllowClaims(1 << 30);
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(target_.Content(), content_);
  // They are not fetched twice.
  EXPECT_EQ(origin_.sent_bytes(), kSize);
  EXPECT_EQ(swarm_.content().storage->hashes().Find(P(0)),
            Sha1Of(PieceBytes(0)));
  EXPECT_TRUE(swarm_.content().storage->hashes().certain(P(0)));
}

// Without a manifest, and a peer that lies.
class LateSwarmTransferTest : public SwarmTransferTest {
 protected:
  LateSwarmTransferTest() {
    found_.late_bound = true;
    found_.sha256 = Sha256Of(content_);
    found_.identity = RemoteIdentity{kSize, {"\"v1\"", ""}};
  }
  // It gives wrong bytes, and tells their hash.
  void Lie(int piece) {
    const std::string lie(kPiece, 'x');
    swarm_.content().storage->SetWord(P(piece), Sha1Of(lie));
    swarm_.GivePiece(P(piece), lie);
  }
  void ExpectRightEnd() {
    ASSERT_TRUE(observer_->ended());
    EXPECT_EQ(observer_->status(), absl::OkStatus());
    EXPECT_EQ(target_.Content(), content_);
    EXPECT_EQ(origin_.sent_bytes(), kSize);
  }
};

TEST_F(LateSwarmTransferTest, ALieBeforeTheOriginsPieceIsReplaced) {
  origin_.SetRates(kPiece, kPiece);
  swarm_.AllowClaims(1);
  Start();
  Advance(absl::Milliseconds(600));
  ASSERT_EQ(origin_.active(), 1);
  Lie(0);
  Advance(absl::Seconds(1));
  EXPECT_EQ(swarm_.content().storage->hashes().Find(P(0)),
            Sha1Of(PieceBytes(0)));
  EXPECT_EQ(swarm_.put(), std::vector<PieceIndex>{P(0)});
  origin_.SetRates(kSize, kSize);
  swarm_.AllowClaims(1 << 30);
  Advance(absl::Seconds(2));
  ExpectRightEnd();
}

TEST_F(LateSwarmTransferTest, ALieWhileTheOriginsPieceIsCheckedIsReplaced) {
  swarm_.AllowClaims(0);
  Start();
  worker_.Hold();
  swarm_.AllowClaims(3);
  executor_.RunUntilIdle();
  ASSERT_EQ(origin_.sent_bytes(), 3 * kPiece);
  Lie(1);
  worker_.Release();
  swarm_.AllowClaims(1 << 30);
  executor_.RunUntilIdle();
  ExpectRightEnd();
  EXPECT_TRUE(swarm_.put().size() >= 3U);
}

// It says nothing of who lies.
TEST_F(LateSwarmTransferTest, AMirrorsBytesAreNotCertain) {
  spec_.urls = {kUrl, kMirror};
  FakeRemoteFile file;
  file.content = content_;
  file.etag = "\"m\"";
  origin_.SetFile(kMirror, file);
  FakeOriginFault dead;
  dead.status = 404;
  origin_.AddFault(kUrl, dead);
  swarm_.AllowClaims(0);
  Start();
  swarm_.content().storage->SetWord(P(0), Sha1Of("a lie"));
  swarm_.AllowClaims(1 << 30);
  executor_.RunUntilIdle();
  ExpectRightEnd();
  EXPECT_EQ(observer_->end().news.mirror_bytes, kSize);
  PieceHashes& hashes = swarm_.content().storage->hashes();
  EXPECT_EQ(hashes.Find(P(0)), Sha1Of(PieceBytes(0)));
  EXPECT_FALSE(hashes.certain(P(0)));
}

TEST_F(SwarmTransferTest, AFileThatCannotBeWrittenEndsIt) {
  swarm_.AllowClaims(0);
  const RecordingObserver& observer = Start();
  swarm_.Fail(Error(v1::ERROR_REASON_DISK_FULL, v1::ERROR_CONTEXT_LOCAL_FILE)
                  .Status("no space"));
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_DISK_FULL);
}

TEST_F(SwarmTransferTest, APieceOfTheOriginThatCannotBeWrittenEndsIt) {
  faults_.write =
      Error(v1::ERROR_REASON_DISK_FULL, v1::ERROR_CONTEXT_LOCAL_FILE)
          .Status("no space");
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.reason(), v1::ERROR_REASON_DISK_FULL);
  EXPECT_FALSE(swarm_.joined());
}

// A claim is dropped when somebody else has the pieces.
TEST_F(SwarmTransferTest, WhatPeersGiveMeanwhileIsFetchedNoFurther) {
  origin_.SetRates(kPiece, kPiece);
  swarm_.AllowClaims(2);
  const RecordingObserver& observer = Start();
  Advance(absl::Milliseconds(200));  // Not half of a piece.
  ASSERT_EQ(origin_.active(), 1);
  swarm_.Unclaim(swarm_.claims().at(0));
  executor_.RunUntilIdle();
  EXPECT_EQ(origin_.active(), 0);
  for (int i = 0; i <= 20; ++i) swarm_.GivePiece(P(i), PieceBytes(i));
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_LT(origin_.sent_bytes(), kPiece);
}

TEST_F(SwarmTransferTest, WhatIsBehindALostPieceIsGivenBack) {
  origin_.SetRates(kPiece, kPiece);
  swarm_.AllowClaims(4);
  Start();
  ASSERT_EQ(swarm_.claims(), std::vector<PieceSpan>({{P(0), P(4)}}));
  swarm_.Unclaim({P(1), P(2)});
  EXPECT_EQ(swarm_.unclaimed(), std::vector<PieceSpan>({{P(2), P(4)}}));
  Advance(absl::Seconds(2));
  EXPECT_TRUE(swarm_.content().storage->verified(P(0)));
  EXPECT_EQ(origin_.active(), 0);
}

// So a machine that claims it, too, is heard of before it is fetched.
TEST_F(SwarmTransferTest, TheNextSpanIsClaimedBeforeItsTurn) {
  origin_.SetRates(16 * kPiece, 16 * kPiece);
  swarm_.SetPeers(1, 1);
  swarm_.AllowClaims(20);
  Start();
  const std::vector<PieceSpan> both = {{P(0), P(16)}, {P(16), P(20)}};
  ASSERT_EQ(swarm_.claims(), both);
  EXPECT_EQ(origin_.active(), 1);
  swarm_.Unclaim({P(17), P(18)});
  EXPECT_EQ(swarm_.unclaimed(), std::vector<PieceSpan>({{P(18), P(20)}}));
  Advance(absl::Seconds(3));
  EXPECT_TRUE(swarm_.content().storage->verified(P(16)));
  EXPECT_FALSE(swarm_.content().storage->verified(P(17)));
  EXPECT_EQ(origin_.sent_bytes(), 17 * kPiece);
}

TEST_F(SwarmTransferTest, ASpanThatWaitsIsGivenBackWhenTheOriginFails) {
  FakeOriginFault dead;
  dead.body_bytes = kPiece;
  dead.ends_with = FakeOriginTransport::Closed();
  origin_.AddFault(kUrl, dead);
  origin_.SetRates(16 * kPiece, 16 * kPiece);
  swarm_.SetPeers(1, 1);
  swarm_.AllowClaims(20);
  Start();
  ASSERT_EQ(swarm_.claims().size(), 2U);
  Advance(absl::Milliseconds(500));
  EXPECT_FALSE(swarm_.origin_usable());
  EXPECT_EQ(origin_.requests().size(), 1U);
  const std::vector<PieceSpan> back = {{P(1), P(16)}, {P(16), P(20)}};
  EXPECT_EQ(swarm_.unclaimed(), back);
}

TEST_F(SwarmTransferTest, ItsStatisticsAreThoseOfThisMoment) {
  spec_.foreground = false;
  spec_.download_mode = DownloadMode::kGroup;
  origin_.SetRates(kPiece, kPiece);
  swarm_.AllowClaims(2);
  Start();
  swarm_.GivePiece(P(20), PieceBytes(20));
  Advance(absl::Milliseconds(1500));
  const ContentStats stats = transfer_->Info().stats;
  EXPECT_GE(stats.from_origin, kPiece);
  EXPECT_LT(stats.from_origin, 2 * kPiece);
  EXPECT_EQ(stats.from_mirrors, 0);
  EXPECT_EQ(stats.from_lan, 777);
  EXPECT_EQ(stats.http_connections, 1);
  EXPECT_EQ(stats.download_duration, absl::Milliseconds(1500));
  EXPECT_TRUE(stats.background);
}

TEST_F(SwarmTransferTest, ItsStatisticsStayWithTheContent) {
  spec_.foreground = false;
  swarm_.AllowClaims(3);
  Start();
  EXPECT_EQ(transfer_->Info().stats.http_connections, 0);
  for (int i = 3; i <= 20; ++i) swarm_.GivePiece(P(i), PieceBytes(i));
  executor_.RunUntilIdle();
  ASSERT_EQ(registry_.finished.size(), 1U);
  const ContentStats& stats = registry_.finished[0].news.stats;
  EXPECT_EQ(stats.from_origin, 3 * kPiece);
  EXPECT_EQ(stats.from_lan, kSize - 3 * kPiece);
  EXPECT_EQ(stats.http_connections, 0);
  EXPECT_TRUE(stats.background);
}

}  // namespace
}  // namespace convoy
