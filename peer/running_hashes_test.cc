#include "peer/running_hashes.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "peer/piece_digest.h"
#include "peer/sha1.h"

namespace convoy {
namespace {

constexpr PieceIndex kPiece{3};

std::string Sha1Of(const std::string& bytes) {
  Sha1 sha1;
  sha1.Update(bytes);
  return sha1.Finish();
}

TEST(RunningHashesTest, BlocksInOrderHaveAHash) {
  RunningHashes hashes{PieceHashKind()};
  hashes.Add(kPiece, 0, "abc");
  hashes.Add(PieceIndex{4}, 0, "other");
  hashes.Add(kPiece, 3, "def");
  EXPECT_EQ(hashes.Take(kPiece, 6), Sha1Of("abcdef"));
  EXPECT_EQ(hashes.Take(kPiece, 6), std::nullopt) << "taken";
  EXPECT_EQ(hashes.Take(PieceIndex{4}, 5), Sha1Of("other"));
}

TEST(RunningHashesTest, UnknownBytesGiveNoHash) {
  RunningHashes hashes{PieceHashKind()};
  hashes.Add(kPiece, 3, "def");
  hashes.Add(kPiece, 0, "abc");
  EXPECT_EQ(hashes.Take(kPiece, 6), std::nullopt);
  hashes.Add(kPiece, 0, "abc");
  EXPECT_EQ(hashes.Take(kPiece, 6), std::nullopt) << "half of it";
  hashes.Add(kPiece, 0, "abc");
  hashes.Add(kPiece, 6, "ghi");
  hashes.Add(kPiece, 3, "def");
  EXPECT_EQ(hashes.Take(kPiece, 9), std::nullopt);
}

// A bad peer's block may come over a good one's.
TEST(RunningHashesTest, WhatIsWrittenAgainCounts) {
  RunningHashes hashes{PieceHashKind()};
  hashes.Add(kPiece, 0, "abc");
  hashes.Add(kPiece, 3, "def");
  hashes.Add(kPiece, 0, "xyz");
  EXPECT_EQ(hashes.Take(kPiece, 6), std::nullopt);
  hashes.Add(kPiece, 0, "abc");
  hashes.Add(kPiece, 3, "def");
  hashes.Add(kPiece, 3, "xyz");
  EXPECT_EQ(hashes.Take(kPiece, 6), std::nullopt);
  hashes.Add(kPiece, 0, "abc");
  hashes.Add(kPiece, 0, "xyz");
  hashes.Add(kPiece, 3, "def");
  EXPECT_EQ(hashes.Take(kPiece, 6), Sha1Of("xyzdef"));
}

TEST(RunningHashesTest, PiecesOfVersion2HaveTheirTree) {
  const PieceHashKind kind =
      PieceHashKind::Version2(*PieceLayout::Make(100 << 10, 32 << 10));
  RunningHashes hashes(kind);
  const std::string block(16 << 10, 'b');
  hashes.Add(kPiece, 0, block);
  hashes.Add(kPiece, 16 << 10, "rest");
  PieceDigest digest(kind);
  digest.Update(block + "rest");
  EXPECT_EQ(hashes.Take(kPiece, (16 << 10) + 4), digest.Finish());
}

TEST(RunningHashesTest, KeepsFewPieces) {
  RunningHashes hashes{PieceHashKind()};
  for (int i = 0; i <= static_cast<int>(RunningHashes::kMost); ++i) {
    hashes.Add(PieceIndex{i}, 0, "a");
  }
  EXPECT_EQ(hashes.Take(PieceIndex{RunningHashes::kMost}, 1), std::nullopt);
  EXPECT_EQ(hashes.Take(PieceIndex{0}, 1), Sha1Of("a"));
  hashes.Add(PieceIndex{RunningHashes::kMost}, 0, "a");
  EXPECT_EQ(hashes.Take(PieceIndex{RunningHashes::kMost}, 1), Sha1Of("a"));
}

}  // namespace
}  // namespace convoy
