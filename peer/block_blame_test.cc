#include "peer/block_blame.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr PieceIndex kPiece{1};

// Two pieces of four blocks, the second one without its last block.
class BlockBlameTest : public ::testing::Test {
 protected:
  BlockBlameTest()
      : blame_(*PieceLayout::Make(7 * PieceLayout::kBlockLength, 64 << 10)) {}

  // Each character names the sender of a block ('.': none), each of the second
  // text stands for its bytes.
  void Write(const std::string& senders, const std::string& bytes) {
    for (std::size_t i = 0; i < senders.size(); ++i) {
      if (senders[i] == '.') continue;
      blame_.Wrote(kPiece, static_cast<std::int32_t>(i),
                   static_cast<BlockBlame::Sender>(senders[i]));
    }
    file_ = bytes;
  }
  std::optional<BlockBlame::Sender> Failed() {
    return blame_.Failed(kPiece,
                         [this](std::int32_t block) { return Block(block); });
  }
  std::vector<BlockBlame::Sender> Passed(const std::string& bytes) {
    file_ = bytes;
    return blame_.Passed(kPiece,
                         [this](std::int32_t block) { return Block(block); });
  }
  std::optional<std::string> Block(std::int32_t block) const {
    return file_.substr(static_cast<std::size_t>(block), 1);
  }

  BlockBlame blame_;
  std::string file_;
};

TEST_F(BlockBlameTest, WhoSentAllOfAWrongPieceIsKnownAtOnce) {
  Write("aaa", "abX");
  EXPECT_EQ(Failed(), 'a');
}

TEST_F(BlockBlameTest, WhoSentAPartOfAWrongPieceIsNotBlamedYet) {
  Write("aba", "abX");
  EXPECT_EQ(Failed(), std::nullopt);
}

TEST_F(BlockBlameTest, BlocksOfTheOriginBlameNobodyAtOnce) {
  Write("aa.", "aXc");
  EXPECT_EQ(Failed(), std::nullopt);
}

TEST_F(BlockBlameTest, OnlyTheSenderOfTheWrongBlockIsBlamed) {
  Write("aba", "aXc");
  ASSERT_EQ(Failed(), std::nullopt);
  Write("aaa", "abc");
  EXPECT_THAT(Passed("abc"), ElementsAre('b'));
}

TEST_F(BlockBlameTest, WhoSentItWrongTwiceIsNamedOnce) {
  Write("bba", "XYc");
  ASSERT_EQ(Failed(), std::nullopt);
  Write("bca", "ZYc");
  ASSERT_EQ(Failed(), std::nullopt);
  EXPECT_THAT(Passed("abc"), ElementsAre('b', 'c'));
}

TEST_F(BlockBlameTest, TheFirstSenderOfABlockCounts) {
  Write("aba", "aXc");
  Write("aca", "aXc");
  ASSERT_EQ(Failed(), std::nullopt);
  EXPECT_THAT(Passed("abc"), ElementsAre('b'));
}

TEST_F(BlockBlameTest, WhoIsExcusedIsNotBlamedForWhatItHasSent) {
  Write("aab", "xxx");
  EXPECT_EQ(Failed(), std::nullopt);
  blame_.Excuse(kPiece, 'a');
  Write("aaa", "xxx");
  blame_.Excuse(kPiece, 'a');
  EXPECT_EQ(Failed(), std::nullopt);
  EXPECT_THAT(Passed("rrr"), ElementsAre('b'));
}

TEST_F(BlockBlameTest, NothingIsLeftOfAPieceThatPassed) {
  Write("aba", "aXc");
  ASSERT_EQ(Failed(), std::nullopt);
  ASSERT_THAT(Passed("abc"), ElementsAre('b'));
  EXPECT_THAT(Passed("abd"), IsEmpty());
  EXPECT_EQ(Failed(), std::nullopt);
}

TEST_F(BlockBlameTest, WhatCannotBeReadBlamesNobody) {
  Write("aba", "aXc");
  const auto nothing = [](std::int32_t) { return std::nullopt; };
  ASSERT_EQ(blame_.Failed(kPiece, nothing), std::nullopt);
  EXPECT_THAT(Passed("abc"), IsEmpty());

  Write("aba", "aXc");
  ASSERT_EQ(Failed(), std::nullopt);
  EXPECT_THAT(blame_.Passed(kPiece, nothing), IsEmpty());
}

TEST(BlockBlameBoundsTest, DigestsAreBounded) {
  const PieceLayout layout =
      *PieceLayout::Make(std::int64_t{200} << 24, 16 << 20);
  BlockBlame blame(layout);
  const auto wrong = [](std::int32_t) { return std::string("X"); };
  for (PieceIndex piece; piece.value < layout.count(); ++piece.value) {
    blame.Wrote(piece, 0, 1);
    for (std::int32_t block = 1; block < 1024; ++block) {
      blame.Wrote(piece, block, 2);
    }
    ASSERT_EQ(blame.Failed(piece, wrong), std::nullopt);
  }
  int blamed = 0;
  for (PieceIndex piece; piece.value < layout.count(); ++piece.value) {
    const auto right = [](std::int32_t) { return std::string("r"); };
    if (!blame.Passed(piece, right).empty()) ++blamed;
  }
  EXPECT_EQ(blamed, BlockBlame::kMaxSuspects / 1024);
}

}  // namespace
}  // namespace convoy
