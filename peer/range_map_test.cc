#include "peer/range_map.h"

#include <gtest/gtest.h>

#include <vector>

#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::int64_t kToEnd = ByteRange::kToEnd;

TEST(RangeMapTest, WholeFileMapsToItself) {
  const RangeMap map = RangeMap::Whole(100);
  EXPECT_EQ(map.size(), 100);
  EXPECT_EQ(map.RemoteFrom(0), (ByteRange{0, 100}));
  EXPECT_EQ(map.RemoteFrom(99), (ByteRange{99, 1}));
}

TEST(RangeMapTest, PutsRangesOneAfterAnother) {
  const auto map = RangeMap::Make({{10, 5}, {50, 20}, {90, kToEnd}}, 100);
  ASSERT_TRUE(map.ok());
  EXPECT_EQ(map->size(), 35);
  EXPECT_EQ(map->RemoteFrom(0), (ByteRange{10, 5}));
  EXPECT_EQ(map->RemoteFrom(4), (ByteRange{14, 1}));
  EXPECT_EQ(map->RemoteFrom(5), (ByteRange{50, 20}));
  EXPECT_EQ(map->RemoteFrom(24), (ByteRange{69, 1}));
  EXPECT_EQ(map->RemoteFrom(34), (ByteRange{99, 1}));
}

TEST(RangeMapTest, TheLocalFileHasTheOrderOfTheRanges) {
  const auto map = RangeMap::Make({{90, kToEnd}, {10, 5}, {50, 20}}, 100);
  ASSERT_TRUE(map.ok());
  EXPECT_EQ(map->size(), 35);
  EXPECT_EQ(map->RemoteFrom(0), (ByteRange{90, 10}));
  EXPECT_EQ(map->RemoteFrom(10), (ByteRange{10, 5}));
  EXPECT_EQ(map->RemoteFrom(15), (ByteRange{50, 20}));
}

TEST(RangeMapTest, JoinsNeighbours) {
  const auto map = RangeMap::Make({{10, 5}, {15, 5}}, 100);
  ASSERT_TRUE(map.ok());
  EXPECT_EQ(map->RemoteFrom(0), (ByteRange{10, 10}));
}

TEST(RangeMapTest, NeedsNoSizeForRangesWithEnds) {
  EXPECT_TRUE(RangeMap::Make({{10, 5}}, std::nullopt).ok());
  EXPECT_FALSE(RangeMap::Make({{10, kToEnd}}, std::nullopt).ok());
}

TEST(RangeMapTest, RefusesRangesThatAreNotInsideTheFile) {
  const std::vector<std::vector<ByteRange>> bad = {
      {{10, 91}},               // Beyond the end.
      {{100, kToEnd}},          // Nothing left.
      {{101, kToEnd}},          // Begins beyond the end.
      {{10, kToEnd}, {50, 1}},  // Inside of one to the end.
      {{10, 5}, {14, 5}},       // Overlap.
      {{50, 5}, {10, 41}},      // Likewise, falling.
      {{10, 0}},                // Empty.
      {{-1, 5}},                // Negative.
      {{10, INT64_MAX}},        // Overflow.
  };
  for (const std::vector<ByteRange>& ranges : bad) {
    const auto map = RangeMap::Make(ranges, 100);
    ASSERT_FALSE(map.ok()) << ranges[0].offset << "+" << ranges[0].length;
    EXPECT_EQ(ErrorDetailOf(map.status()).reason(),
              v1::ERROR_REASON_INVALID_RANGE);
  }
}

}  // namespace
}  // namespace convoy
