#include "peer/holder_trust.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr std::int64_t kPiece = 256 << 10;

class HolderTrustTest : public ::testing::Test {
 protected:
  void Wait(absl::Duration time) { Pass(time, true); }
  void Pass(absl::Duration time, bool waiting) {
    trust_.SetWaiting(waiting, now_);
    now_ += time;
    trust_.SetWaiting(waiting, now_);
  }

  absl::Duration now_ = absl::Hours(1);
  HolderTrust trust_{kPiece, now_};
};

TEST_F(HolderTrustTest, PeersThatGiveNothingAreTrustedForFiveSeconds) {
  Wait(absl::Milliseconds(4999));
  EXPECT_TRUE(trust_.trusted());
  EXPECT_EQ(trust_.NextJudgement(), now_ + absl::Milliseconds(1));
  Wait(absl::Milliseconds(1));
  EXPECT_FALSE(trust_.trusted());
}

TEST_F(HolderTrustTest, PeersThatGiveAreTrusted) {
  for (int i = 0; i < 10; ++i) {
    trust_.PieceCame(kPiece);
    trust_.PieceCame(kPiece);
    Wait(absl::Seconds(5));
    EXPECT_TRUE(trust_.trusted());
  }
}

TEST_F(HolderTrustTest, NobodyGainsByComingAndGoing) {
  for (int i = 0; i < 50; ++i) {
    Wait(absl::Milliseconds(100));
    Pass(absl::Milliseconds(100), false);
  }
  EXPECT_FALSE(trust_.trusted());
  Pass(absl::Hours(1), false);
  EXPECT_FALSE(trust_.trusted());
}

TEST_F(HolderTrustTest, TimeWithoutHoldersDoesNotCount) {
  Wait(absl::Milliseconds(100));
  Pass(absl::Hours(1), false);
  EXPECT_TRUE(trust_.trusted());
  EXPECT_EQ(trust_.NextJudgement(), absl::InfiniteDuration());
}

TEST_F(HolderTrustTest, PeersThatGiveAgainAreTrustedAtOnce) {
  Wait(absl::Seconds(5));
  ASSERT_FALSE(trust_.trusted());
  trust_.PieceCame(kPiece);
  EXPECT_FALSE(trust_.trusted());
  trust_.PieceCame(kPiece);
  EXPECT_TRUE(trust_.trusted());
}

TEST_F(HolderTrustTest, LargePiecesHaveMoreTime) {
  HolderTrust large(16 << 20, now_);
  large.SetWaiting(true, now_);
  large.SetWaiting(true, now_ + absl::Seconds(63));
  EXPECT_TRUE(large.trusted());
  large.SetWaiting(true, now_ + absl::Seconds(64));
  EXPECT_FALSE(large.trusted());
}

TEST_F(HolderTrustTest, NotManyFetchesAreGivenUpForNothing) {
  for (int i = 0; i < HolderTrust::kMaxYielded; ++i) {
    EXPECT_TRUE(trust_.MayYield(true));
  }
  EXPECT_FALSE(trust_.MayYield(true));
  EXPECT_FALSE(trust_.MayYield(false));
  trust_.PieceCame(kPiece);
  EXPECT_TRUE(trust_.MayYield(true));
  EXPECT_FALSE(trust_.MayYield(true));
}

TEST_F(HolderTrustTest, FetchesThatHaveNotBegunAreGivenUpAtWill) {
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(trust_.MayYield(false));
  Wait(absl::Seconds(5));
  EXPECT_FALSE(trust_.MayYield(false));
}

}  // namespace
}  // namespace convoy
