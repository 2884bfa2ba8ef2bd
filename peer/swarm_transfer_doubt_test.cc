// A late-bound content whose digest is wrong at the end, for a peer lied.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "peer/swarm_transfer_testing.h"

namespace convoy {
namespace {

// All but the first ten pieces come from peers.
class DoubtedSwarmTest : public SwarmTransferTest {
 protected:
  static constexpr int kOwn = 10;
  static constexpr int kCount = 21;

  DoubtedSwarmTest() {
    found_.late_bound = true;
    found_.sha256 = Sha256Of(content_);
    found_.identity = RemoteIdentity{kSize, {"\"v1\"", ""}};
  }
  SwarmStorage& storage() { return *swarm_.content().storage; }
  // A peer gives these bytes, and tells their hash.
  void Give(int piece, const std::string& bytes) {
    storage().SetWord(P(piece), Sha1Of(bytes));
    swarm_.GivePiece(P(piece), bytes);
  }
  std::string Lie(int piece) const {
    return std::string(PieceBytes(piece).size(), 'x');
  }
  // Peers lie about pieces `first` to `last`.
  void Fill(int first, int last) {
    swarm_.AllowClaims(kOwn);
    Start();
    swarm_.SetPeers(1, 1);
    Advance(absl::Seconds(3));
    ASSERT_EQ(origin_.sent_bytes(), kOwn * kPiece);
    for (int piece = kOwn; piece < kCount; ++piece) {
      const bool lie = piece >= first && piece <= last;
      Give(piece, lie ? Lie(piece) : PieceBytes(piece));
    }
    Advance(absl::Seconds(1));
  }
  void FetchAgain(int pieces) {
    swarm_.AllowClaims(pieces);
    executor_.RunUntilIdle();
    swarm_.AllowClaims(0);
  }
  void Settle() {
    swarm_.SettleDoubts();
    executor_.RunUntilIdle();
  }
  void ExpectRightEnd() {
    ASSERT_TRUE(observer_->ended());
    EXPECT_EQ(observer_->status(), absl::OkStatus());
    EXPECT_FALSE(gave_up_.has_value());
    EXPECT_EQ(target_.Content(), content_);
    EXPECT_EQ(observer_->end().news.flushed_bytes, kSize);
    ASSERT_EQ(registry_.finished.size(), 1U);
    EXPECT_TRUE(registry_.finished[0].storage->MayGive(P(kCount - 1)));
  }
};

TEST_F(DoubtedSwarmTest, WhatOnlyPeersVouchForIsFetchedAgain) {
  ASSERT_NO_FATAL_FAILURE(Fill(11, 12));
  ASSERT_EQ(swarm_.doubts(), 1);
  EXPECT_FALSE(swarm_.thorough());
  EXPECT_FALSE(observer_->ended());
  EXPECT_FALSE(gave_up_.has_value());
  EXPECT_EQ(observer_->all().back().activity,
            "fetching again from origin.test what only peers vouch for");
  FetchAgain(3);
  Settle();
  ExpectRightEnd();
  EXPECT_EQ(origin_.sent_bytes(), (kOwn + 3) * kPiece);
  EXPECT_EQ(swarm_.doubts(), 1);
}

TEST_F(DoubtedSwarmTest, NobodyGetsWhatIsInDoubt) {
  ASSERT_NO_FATAL_FAILURE(Fill(11, 12));
  EXPECT_TRUE(storage().MayGive(P(0)));
  EXPECT_FALSE(storage().MayGive(P(10)));
  EXPECT_FALSE(storage().MayGive(P(11)));
  FetchAgain(2);
  EXPECT_TRUE(storage().MayGive(P(11)));
  EXPECT_FALSE(storage().MayGive(P(12)));
}

// And progress that is shown is that of bytes which are surely right.
TEST_F(DoubtedSwarmTest, ATransferThatIsStoppedMeanwhileKeepsWhatWasCertain) {
  ASSERT_NO_FATAL_FAILURE(Fill(11, 12));
  FetchAgain(2);
  Advance(absl::Seconds(2));
  EXPECT_EQ(observer_->all().back().flushed_bytes, kOwn * kPiece);
  swarm_.AllowClaims(0);
  Restart();
  EXPECT_TRUE(storage().verified(P(kOwn - 1)));
  EXPECT_FALSE(storage().verified(P(kOwn)));
}

TEST_F(DoubtedSwarmTest, AfterThreeWrongDigestsAllIsFetchedThatIsNotCertain) {
  ASSERT_NO_FATAL_FAILURE(Fill(13, 16));
  for (int round = 1; round <= 3; ++round) {
    EXPECT_EQ(swarm_.doubts(), round);
    EXPECT_FALSE(swarm_.thorough());
    FetchAgain(1);
    Settle();
  }
  EXPECT_EQ(swarm_.doubts(), 4);
  EXPECT_TRUE(swarm_.thorough());
  FetchAgain(kCount);
  Settle();
  ExpectRightEnd();
  EXPECT_EQ(origin_.sent_bytes(), kSize);
}

// Else the swarm waits for them without end.
TEST_F(DoubtedSwarmTest, WhatIsBeingFetchedAtTheEndIsGivenBack) {
  swarm_.AllowClaims(kOwn);
  Start();
  swarm_.SetPeers(1, 1);
  Advance(absl::Seconds(3));
  ASSERT_TRUE(swarm_.unclaimed().empty());
  swarm_.Claim({P(kCount - 1), P(kCount)});
  for (int piece = kOwn; piece < kCount; ++piece) {
    Give(piece, PieceBytes(piece));
  }
  ASSERT_EQ(swarm_.unclaimed().size(), 1U);
  EXPECT_EQ(swarm_.unclaimed()[0].first, P(kCount - 1));
  EXPECT_EQ(swarm_.unclaimed()[0].end, P(kCount));
  executor_.RunUntilIdle();
  ExpectRightEnd();
}

TEST_F(DoubtedSwarmTest, WhatHasBeenFetchedAtTheEndIsPut) {
  swarm_.AllowClaims(kOwn);
  Start();
  swarm_.SetPeers(1, 1);
  Advance(absl::Seconds(3));
  worker_.Hold();
  swarm_.Claim({P(kCount - 1), P(kCount)});
  executor_.RunUntilIdle();
  ASSERT_EQ(swarm_.put().size(), static_cast<std::size_t>(kOwn));
  for (int piece = kOwn; piece < kCount; ++piece) {
    Give(piece, PieceBytes(piece));
  }
  worker_.Release();
  executor_.RunUntilIdle();
  ASSERT_EQ(swarm_.put().size(), static_cast<std::size_t>(kOwn) + 1);
  EXPECT_EQ(swarm_.put().back(), P(kCount - 1));
  ExpectRightEnd();
}

// Nothing is left that could be wrong: the origin has another file, or the
// digest is wrong.
TEST_F(DoubtedSwarmTest, WhereAllIsCertainAWrongDigestLeadsToPlainHttp) {
  found_.sha256 = Sha256Of("something else");
  ASSERT_NO_FATAL_FAILURE(Fill(11, 12));
  ASSERT_EQ(swarm_.doubts(), 1);
  FetchAgain(kCount);
  EXPECT_FALSE(gave_up_.has_value());
  Settle();
  EXPECT_EQ(swarm_.doubts(), 1);
  EXPECT_EQ(gave_up_, "the file's SHA-256 was not the expected");
  EXPECT_TRUE(registry_.finished.empty());
  EXPECT_EQ(origin_.sent_bytes(), kSize);
}

// Whole pieces would lie behind the end of the local file.
TEST_F(DoubtedSwarmTest, RangesComeByPlainHttp) {
  spec_.ranges = {{100, kSize - 200}};
  ASSERT_NO_FATAL_FAILURE(Fill(11, 12));
  EXPECT_EQ(swarm_.doubts(), 0);
  EXPECT_EQ(gave_up_, "the file's SHA-256 was not the expected");
}

// Their bytes make nothing certain.
TEST_F(DoubtedSwarmTest, MirrorsAreNotAskedForWhatIsInDoubt) {
  spec_.urls = {kUrl, kMirror};
  FakeRemoteFile file;
  file.content = content_;
  file.etag = "\"m\"";
  origin_.SetFile(kMirror, file);
  ASSERT_NO_FATAL_FAILURE(Fill(11, 12));
  FakeOriginFault dead;
  dead.status = 404;
  origin_.AddFault(kUrl, dead);
  const std::int64_t before = origin_.sent_bytes();
  FetchAgain(kCount);
  EXPECT_FALSE(observer_->ended());
  EXPECT_EQ(origin_.sent_bytes(), before);
  Advance(absl::Seconds(40));
  ASSERT_TRUE(observer_->ended());
  EXPECT_EQ(observer_->end().news.mirror_bytes, 0);
  EXPECT_EQ(observer_->end().news.flushed_bytes, kOwn * kPiece);
  EXPECT_EQ(observer_->reason(), v1::ERROR_REASON_HTTP_STATUS);
}

}  // namespace
}  // namespace convoy
