#include "peer/transfer_checkpoint.h"

#include <gtest/gtest.h>

#include <string>

namespace convoy {
namespace {

constexpr std::int64_t kPiece = PieceLayout::kMinPieceLength;

TransferCheckpoint Example() {
  TransferCheckpoint checkpoint;
  checkpoint.url_key = TransferCheckpoint::KeyOfUrl("http://a/b");
  checkpoint.ranges_key = TransferCheckpoint::KeyOfRanges({{1, 2}});
  checkpoint.complete_length = 10 * kPiece;
  checkpoint.validator = {"\"etag\"", "Sat, 01 Jan 2022 00:00:00 GMT"};
  checkpoint.layout = PieceLayout(10 * kPiece);
  checkpoint.flushed = {{{0}, {3}}, {{5}, {6}}, {{9}, {10}}};
  return checkpoint;
}

TEST(TransferCheckpointTest, ComesBackAsItWas) {
  const TransferCheckpoint before = Example();
  const auto after = TransferCheckpoint::Decode(before.Encode());
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->source, before.source);
  EXPECT_EQ(after->url_key, before.url_key);
  EXPECT_EQ(after->ranges_key, before.ranges_key);
  EXPECT_EQ(after->complete_length, before.complete_length);
  EXPECT_EQ(after->validator, before.validator);
  EXPECT_EQ(after->layout.size(), before.layout.size());
  EXPECT_EQ(after->layout.piece_length(), before.layout.piece_length());
  EXPECT_EQ(after->flushed, before.flushed);
  EXPECT_EQ(after->FlushedEnd(), 10 * kPiece);
}

TEST(TransferCheckpointTest, KeepsThatASizeIsNotKnown) {
  TransferCheckpoint checkpoint = Example();
  checkpoint.complete_length.reset();
  const auto after = TransferCheckpoint::Decode(checkpoint.Encode());
  ASSERT_TRUE(after.has_value());
  EXPECT_FALSE(after->complete_length.has_value());
}

TEST(TransferCheckpointTest, IsSmallForALargeFile) {
  TransferCheckpoint checkpoint = Example();
  checkpoint.layout = PieceLayout(std::int64_t{1} << 40);
  checkpoint.flushed = {{{0}, {60'000}}};
  EXPECT_LT(checkpoint.Encode().size(), 120u);
}

TEST(TransferCheckpointTest, IgnoresEveryTruncationAndEveryFlippedBit) {
  const std::string bytes = Example().Encode();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(TransferCheckpoint::Decode(bytes.substr(0, length))) << length;
  }
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(TransferCheckpoint::Decode(flipped)) << bit;
  }
  EXPECT_FALSE(TransferCheckpoint::Decode(bytes + "x"));
}

TEST(TransferCheckpointTest, RefusesPiecesOutsideTheLayout) {
  TransferCheckpoint checkpoint = Example();
  checkpoint.flushed = {{{0}, {11}}};
  EXPECT_FALSE(TransferCheckpoint::Decode(checkpoint.Encode()));
}

TEST(TransferCheckpointTest, KeysTellUrlsAndRangesApart) {
  EXPECT_NE(TransferCheckpoint::KeyOfUrl("http://a/b"),
            TransferCheckpoint::KeyOfUrl("http://a/c"));
  EXPECT_NE(TransferCheckpoint::KeyOfRanges({{0, 1}}),
            TransferCheckpoint::KeyOfRanges({{0, 2}}));
  EXPECT_NE(TransferCheckpoint::KeyOfRanges({}),
            TransferCheckpoint::KeyOfRanges({{0, 0}}));
}

}  // namespace
}  // namespace convoy
