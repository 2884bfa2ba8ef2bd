#include "peer/slow_peers.h"

#include <gtest/gtest.h>

namespace convoy {
namespace {

constexpr std::int64_t kRate = 1000;

class SlowPeersTest : public testing::Test {
 protected:
  // So many seconds, one sample each.
  void Run(int seconds, std::int64_t offered, std::int64_t bytes_a_second) {
    for (int i = 0; i < seconds; ++i) {
      now_ += absl::Seconds(1);
      received_ += bytes_a_second;
      peers_.Sample(now_, offered, received_);
    }
  }

  SlowPeers peers_{kRate};
  absl::Duration now_ = absl::Hours(1);
  std::int64_t received_ = 0;
};

TEST_F(SlowPeersTest, LessThanTheRateFromAFullOfferIsSlow) {
  Run(5, 100 * kRate, kRate - 1);
  EXPECT_FALSE(peers_.slow());
  Run(1, 100 * kRate, kRate - 1);
  EXPECT_TRUE(peers_.slow());
  Run(20, 100 * kRate, 10 * kRate);
  EXPECT_TRUE(peers_.slow());
}

TEST_F(SlowPeersTest, TheRateIsEnough) {
  Run(60, 100 * kRate, kRate);
  EXPECT_FALSE(peers_.slow());
}

TEST_F(SlowPeersTest, WhoHasLittleToGiveIsNotSlow) {
  Run(60, kRate - 1, 0);
  EXPECT_FALSE(peers_.slow());
  // Nor who had little in between.
  for (int i = 0; i < 10; ++i) {
    Run(4, 100 * kRate, 0);
    Run(1, 0, 0);
  }
  EXPECT_FALSE(peers_.slow());
}

TEST_F(SlowPeersTest, TheySlowDownLater) {
  Run(30, 100 * kRate, 5 * kRate);
  EXPECT_FALSE(peers_.slow());
  Run(12, 100 * kRate, 0);
  EXPECT_TRUE(peers_.slow());
}

TEST_F(SlowPeersTest, WithoutARateNobodyIsSlow) {
  SlowPeers none(0);
  for (int i = 0; i < 20; ++i) none.Sample(absl::Seconds(i), 1 << 20, 0);
  EXPECT_FALSE(none.slow());
  EXPECT_FALSE(none.watches());
}

}  // namespace
}  // namespace convoy
