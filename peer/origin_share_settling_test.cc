// Machines that have heard of each other and are not connected yet.

#include <cstdint>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/origin_share.h"

namespace convoy {
namespace {

constexpr std::int64_t kPiece = 256 << 10;
constexpr int kPieces = 600;

class OriginShareSettlingTest : public ::testing::Test {
 protected:
  // From an origin that answers at once. How many pieces, 64 at most.
  int Fetch() {
    int count = 0;
    while (count < 64) {
      const PieceSpan span = share_.Take(now_, 4);
      if (span.empty()) break;
      share_.Finished(span, now_);
      share_.SetHave(span, now_);
      count += span.count();
    }
    return count;
  }

  absl::Duration now_ = absl::Hours(1);
  OriginShare share_{OriginShare::Options(),
                     1,
                     77,
                     *PieceLayout::Make(kPieces* kPiece, kPiece),
                     {{PieceIndex{0}, PieceIndex{kPieces}}},
                     now_};
};

TEST_F(OriginShareSettlingTest, FastOriginIsLeftAloneUntilOthersAreKnown) {
  share_.SetCrowd(3, now_);
  // A tenth of all, divided by the crowd, and less as pieces come.
  EXPECT_EQ(Fetch(), 19);
  EXPECT_EQ(share_.waiting(), OriginShare::Wait::kHoldOff);
  share_.TakeOutgoing(now_);
  // Nobody else was heard of for so long.
  EXPECT_EQ(share_.NextWake(now_, true), now_ + absl::Milliseconds(250));
  now_ += absl::Milliseconds(249);
  EXPECT_EQ(Fetch(), 0);
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(Fetch(), 64);
}

TEST_F(OriginShareSettlingTest, LargeCrowdTakesNothingBeforeOthersAreKnown) {
  share_.SetCrowd(61, now_);
  EXPECT_EQ(Fetch(), 0);
  EXPECT_EQ(share_.waiting(), OriginShare::Wait::kHoldOff);
  now_ += absl::Milliseconds(500);
  EXPECT_EQ(Fetch(), 64);
}

TEST_F(OriginShareSettlingTest, NobodyWaitsWhoKnowsEverybody) {
  share_.SetCrowd(1, now_);
  share_.AddPeer(5);
  share_.SetMachine(5, 2, now_);
  // For its last words.
  now_ += absl::Milliseconds(20);
  EXPECT_EQ(Fetch(), 64);
}

}  // namespace
}  // namespace convoy
