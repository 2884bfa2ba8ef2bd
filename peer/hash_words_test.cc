#include "peer/hash_words.h"

#include <sys/mman.h>

#include <memory>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"
#include "peer/transfer_testing.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

constexpr std::int64_t kPiece = PieceLayout::kBlockLength;
constexpr PieceIndex kOne{1};
constexpr PieceIndex kTwo{2};
constexpr ConnectionId kHonest = 10;
constexpr ConnectionId kLiar = 66;

std::string Hash(char of) { return std::string(PieceHashes::kSize, of); }

class HashWordsTest : public ::testing::Test {
 protected:
  std::optional<std::string> Known(PieceIndex piece) {
    return storage_->hashes().Find(piece);
  }
  // The origin's bytes are there.
  void Decide(PieceIndex piece, char hash) {
    storage_->hashes().Decide(piece, Hash(hash));
    storage_->MarkVerified(piece);
  }

  const PieceLayout layout_ = *PieceLayout::Make(8 * kPiece, kPiece);
  const std::shared_ptr<SwarmStorage> storage_ = std::make_shared<SwarmStorage>(
      OpenTargetFile(UniqueFd(memfd_create("content", MFD_CLOEXEC))),
      std::make_shared<PieceHashes>(layout_), StorageMap::Whole(layout_));
  HashWords words_{storage_};
};

TEST_F(HashWordsTest, WhatAllSayIsKnown) {
  EXPECT_TRUE(words_.Tell(kHonest, kOne, Hash('a')));
  EXPECT_TRUE(words_.Tell(kLiar, kOne, Hash('a')));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
  EXPECT_FALSE(words_.IsDisputed(kOne));
  EXPECT_EQ(words_.FirstDisputed(), std::nullopt);
}

TEST_F(HashWordsTest, WhatIsDisputedIsNotKnown) {
  words_.Tell(kLiar, kTwo, Hash('x'));
  words_.Tell(kHonest, kTwo, Hash('b'));
  EXPECT_EQ(Known(kTwo), std::nullopt);
  EXPECT_THAT(words_.FirstDisputed(), Optional(kTwo));
}

TEST_F(HashWordsTest, TheOriginShowsWhoLiesAndTheRestIsKnown) {
  for (const PieceIndex piece : {kOne, kTwo}) {
    words_.Tell(kLiar, piece, Hash('x'));
    words_.Tell(kHonest, piece, Hash('a'));
  }
  Decide(kOne, 'a');
  EXPECT_THAT(words_.Decided(kOne), ElementsAre(kLiar));
  EXPECT_THAT(words_.Forget(kLiar), ElementsAre(kTwo));
  EXPECT_THAT(Known(kTwo), Optional(Hash('a')));
  EXPECT_EQ(words_.FirstDisputed(), std::nullopt);
}

TEST_F(HashWordsTest, WhatALiarAloneSaidIsNotKnownAnyMore) {
  words_.Tell(kLiar, kOne, Hash('x'));
  EXPECT_THAT(words_.Forget(kLiar), IsEmpty());
  EXPECT_EQ(Known(kOne), std::nullopt);
  words_.Tell(kHonest, kOne, Hash('a'));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
}

TEST_F(HashWordsTest, WhoContradictsTheOriginLies) {
  Decide(kOne, 'a');
  EXPECT_TRUE(words_.Tell(kHonest, kOne, Hash('a')));
  EXPECT_FALSE(words_.Tell(kLiar, kOne, Hash('x')));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
}

TEST_F(HashWordsTest, APieceThatIsHereOnAWordBlamesNobody) {
  words_.Tell(kLiar, kOne, Hash('x'));
  storage_->MarkVerified(kOne);
  EXPECT_TRUE(words_.Tell(kHonest, kOne, Hash('a')));
  EXPECT_FALSE(words_.IsDisputed(kOne));
  EXPECT_THAT(words_.Decided(kOne), IsEmpty());
  words_.Forget(kLiar);
  EXPECT_THAT(Known(kOne), Optional(Hash('x')));
}

TEST_F(HashWordsTest, OnlyWhatSomebodySaysIsBelieved) {
  words_.Tell(kLiar, kOne, Hash('x'));
  words_.Tell(kHonest, kOne, Hash('a'));
  EXPECT_FALSE(words_.Believe(kOne, Hash('c')));
  EXPECT_FALSE(words_.Believe(kTwo, Hash('a')));
  EXPECT_TRUE(words_.Believe(kOne, Hash('a')));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
}

TEST_F(HashWordsTest, WordsAreBounded) {
  for (int i = 0; i < 100; ++i) {
    words_.Tell(100 + static_cast<ConnectionId>(i), kOne,
                Hash(static_cast<char>(i)));
  }
  Decide(kOne, 'z');
  EXPECT_EQ(words_.Decided(kOne).size(), HashWords::kMaxWords);
}

}  // namespace
}  // namespace convoy
