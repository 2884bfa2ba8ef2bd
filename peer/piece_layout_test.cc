#include "peer/piece_layout.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace convoy {
namespace {

constexpr std::int64_t kKiB = 1 << 10;
constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kGiB = 1 << 30;

TEST(PieceLayoutTest, PiecesGrowWithTheFile) {
  EXPECT_EQ(PieceLayout(0).piece_length(), 256 * kKiB);
  EXPECT_EQ(PieceLayout(1 * kGiB).piece_length(), 256 * kKiB);
  EXPECT_EQ(PieceLayout(1 * kGiB + 1).piece_length(), 512 * kKiB);
  EXPECT_EQ(PieceLayout(16 * kGiB).piece_length(), 4 * kMiB);
  EXPECT_EQ(PieceLayout(1024 * kGiB).piece_length(), 16 * kMiB);
}

TEST(PieceLayoutTest, NeverMakesMorePiecesThanTheBound) {
  const PieceLayout layout(PieceLayout::kMaxSize);
  EXPECT_LE(layout.count(), PieceLayout::kMaxCount);
  EXPECT_EQ(layout.RangeOf(layout.All()).length, PieceLayout::kMaxSize);
}

TEST(PieceLayoutTest, LastPieceIsTheRest) {
  const PieceLayout layout(600 * kKiB);
  ASSERT_EQ(layout.count(), 3);
  EXPECT_EQ(layout.RangeOf(PieceIndex{0}), (ByteRange{0, 256 * kKiB}));
  EXPECT_EQ(layout.RangeOf(PieceIndex{2}), (ByteRange{512 * kKiB, 88 * kKiB}));
  EXPECT_EQ(layout.RangeOf(PieceSpan{{1}, {3}}),
            (ByteRange{256 * kKiB, 344 * kKiB}));
  EXPECT_EQ(layout.PieceAt(256 * kKiB - 1), PieceIndex{0});
  EXPECT_EQ(layout.PieceAt(256 * kKiB), PieceIndex{1});
}

TEST(PieceLayoutTest, EmptyFileHasNoPieces) {
  EXPECT_EQ(PieceLayout(0).count(), 0);
  EXPECT_TRUE(PieceLayout(0).All().empty());
}

TEST(PieceLayoutTest, TakesOnlyPieceLengthsThatAreSound) {
  EXPECT_TRUE(PieceLayout::Make(5 * kMiB, 1 * kMiB).has_value());
  EXPECT_FALSE(PieceLayout::Make(-1, 1 * kMiB).has_value());
  EXPECT_FALSE(PieceLayout::Make(5 * kMiB, 0).has_value());
  EXPECT_FALSE(PieceLayout::Make(5 * kMiB, 3 * kMiB).has_value());
  EXPECT_TRUE(PieceLayout::Make(5 * kMiB, 16 * kKiB).has_value());
  EXPECT_FALSE(PieceLayout::Make(5 * kMiB, 8 * kKiB).has_value());
  EXPECT_FALSE(PieceLayout::Make(5 * kMiB, INT64_MIN).has_value());
  EXPECT_FALSE(PieceLayout::Make(INT64_MAX, 1 * kMiB).has_value());
  EXPECT_FALSE(
      PieceLayout::Make(PieceLayout::kMaxSize, 256 * kKiB).has_value());
}

}  // namespace
}  // namespace convoy
