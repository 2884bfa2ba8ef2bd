// Peers that say they have everything, and what becomes of the origin then.

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/origin_share.h"

namespace convoy {
namespace {

constexpr std::int64_t kPiece = 256 << 10;
constexpr int kPieces = 64;
constexpr ConnectionId kPeer = 5;

class OriginShareHoldersTest : public ::testing::Test {
 protected:
  PieceSpan Take() { return share_.Take(now_, 4); }
  void SeedComes() {
    share_.AddPeer(kPeer);
    share_.PeerHasAll(kPeer, now_);
  }

  absl::Duration now_ = absl::Hours(1);
  OriginShare share_{OriginShare::Options(),
                     1,
                     77,
                     *PieceLayout::Make(kPieces* kPiece, kPiece),
                     {{PieceIndex{0}, PieceIndex{kPieces}}},
                     now_};
};

TEST_F(OriginShareHoldersTest, NothingIsFetchedThatASeedHas) {
  SeedComes();
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(share_.waiting(), OriginShare::Wait::kPeersHaveIt);
}

TEST_F(OriginShareHoldersTest, SeedThatGivesNothingIsWaitedForFiveSeconds) {
  SeedComes();
  now_ += absl::Milliseconds(4990);
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(share_.NextWake(now_, true), now_ + absl::Milliseconds(10));
  now_ += absl::Milliseconds(10);
  EXPECT_FALSE(Take().empty());
}

TEST_F(OriginShareHoldersTest, SeedThatGaveNothingIsNotBelievedWhenItIsBack) {
  SeedComes();
  now_ += absl::Seconds(5);
  ASSERT_FALSE(Take().empty());
  share_.RemovePeer(kPeer, now_);
  now_ += absl::Seconds(1);
  SeedComes();
  EXPECT_TRUE(share_.Losing().empty());
  EXPECT_FALSE(Take().empty());
}

TEST_F(OriginShareHoldersTest, SeedThatComesAndGoesDoesNotStopTheFetches) {
  int lost = 0;
  for (int i = 0; i < 1000; ++i) {
    const PieceSpan span = Take();
    if (!span.empty()) share_.SetProgress(span.first, kPiece / 4);
    SeedComes();
    for (const PieceSpan& each : share_.Losing()) lost += each.count();
    now_ += absl::Milliseconds(1);
    share_.RemovePeer(kPeer, now_);
  }
  EXPECT_GT(lost, 0);
  // Four pieces a span, of which the first has begun.
  EXPECT_LE(lost, 4 * HolderTrust::kMaxYielded);
}

TEST_F(OriginShareHoldersTest, SeedThatGivesIsLeftToGive) {
  SeedComes();
  for (int i = 0; i < kPieces; ++i) {
    EXPECT_TRUE(Take().empty());
    now_ += absl::Milliseconds(700);
    share_.SetHave({PieceIndex{i}, PieceIndex{i + 1}}, now_);
  }
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(share_.waiting(), OriginShare::Wait::kComplete);
}

}  // namespace
}  // namespace convoy
