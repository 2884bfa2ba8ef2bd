#include "peer/offered_pieces.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "peer/manifest.h"
#include "peer/piece_hashes.h"
#include "peer/target_file.h"
#include "peer/transfer_testing.h"

namespace convoy {
namespace {

constexpr std::int64_t kPiece = 64 << 10;

class OfferedPiecesTest : public testing::Test {
 protected:
  // "7-9", or "none".
  std::string Take(const std::vector<int>& availability, int max_pieces) {
    const PieceSpan span = pieces_.Take(availability, max_pieces);
    if (span.empty()) return "none";
    return std::to_string(span.first.value) + "-" +
           std::to_string(span.end.value - 1);
  }

  // The last of ten is short.
  const PieceLayout layout_ = *PieceLayout::Make(9 * kPiece + 5, kPiece);
  TestFile file_;
  const std::shared_ptr<SwarmStorage> storage_ = std::make_shared<SwarmStorage>(
      OpenTargetFile(file_.Open()), std::make_shared<PieceHashes>(layout_),
      StorageMap::Whole(layout_));
  OfferedPieces pieces_{storage_, layout_};
};

TEST_F(OfferedPiecesTest, WhatIsHereOrNobodyHasIsNotOffered) {
  EXPECT_EQ(pieces_.Bytes({}), 0);
  EXPECT_EQ(pieces_.Bytes(std::vector<int>(10, 0)), 0);
  EXPECT_EQ(pieces_.Bytes(std::vector<int>(10, 2)), 9 * kPiece + 5);
  storage_->MarkVerified(PieceIndex{3});
  EXPECT_EQ(pieces_.Bytes(std::vector<int>(10, 1)), 8 * kPiece + 5);
  EXPECT_EQ(pieces_.Bytes({0, 1, 0, 1, 0, 0, 0, 0, 0, 1}), kPiece + 5);
}

TEST_F(OfferedPiecesTest, TheLastOnesAreTakenFirstAndOnce) {
  const std::vector<int> all(10, 1);
  storage_->MarkVerified(PieceIndex{6});
  EXPECT_EQ(Take(all, 2), "8-9");
  EXPECT_TRUE(pieces_.IsTaken(PieceIndex{8}));
  EXPECT_EQ(Take(all, 4), "7-7");
  EXPECT_EQ(Take(all, 4), "2-5");
  EXPECT_EQ(Take({1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 4), "0-0");
  EXPECT_EQ(Take(all, 4), "1-1");
  EXPECT_EQ(Take(all, 4), "none");
  EXPECT_TRUE(pieces_.Remove(PieceIndex{9}));
  EXPECT_FALSE(pieces_.Remove(PieceIndex{9}));
  EXPECT_EQ(Take(all, 4), "9-9");
  pieces_.Clear();
  EXPECT_FALSE(pieces_.any_taken());
  EXPECT_EQ(Take(all, 3), "7-9");
}

}  // namespace
}  // namespace convoy
