#include "peer/running_hashes.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace convoy {
namespace {

constexpr PieceIndex kPiece{3};

std::string Sha1Of(const std::string& bytes) {
  Sha1 sha1;
  sha1.Update(bytes);
  return sha1.Finish();
}

TEST(RunningHashesTest, BlocksInOrderHaveAHash) {
  RunningHashes hashes;
  hashes.Add(kPiece, 0, "abc");
  hashes.Add(PieceIndex{4}, 0, "other");
  hashes.Add(kPiece, 3, "def");
  EXPECT_EQ(hashes.Take(kPiece, 6), Sha1Of("abcdef"));
  EXPECT_EQ(hashes.Take(kPiece, 6), std::nullopt) << "taken";
  EXPECT_EQ(hashes.Take(PieceIndex{4}, 5), Sha1Of("other"));
}

TEST(RunningHashesTest, UnknownBytesGiveNoHash) {
  RunningHashes hashes;
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
  RunningHashes hashes;
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

TEST(RunningHashesTest, KeepsFewPieces) {
  RunningHashes hashes;
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
