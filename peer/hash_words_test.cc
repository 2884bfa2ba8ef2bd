#include "peer/hash_words.h"

#include <sys/mman.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

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
constexpr HashWords::Teller kHonest = {10};
constexpr HashWords::Teller kOther = {11};
constexpr HashWords::Teller kLiar = {66};
// It was deceived, perhaps.
constexpr HashWords::Teller kRelay = {20, true};

bool Any(PieceIndex) { return true; }

std::string Hash(char of) { return std::string(PieceHashes::kSize, of); }

class HashWordsTest : public ::testing::Test {
 protected:
  // Each teller has an address of its own.
  bool Tell(HashWords::Teller teller, PieceIndex piece,
            const std::string& hash) {
    return words_.Tell(teller, std::to_string(teller.id), piece, hash);
  }
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
  EXPECT_TRUE(Tell(kHonest, kOne, Hash('a')));
  EXPECT_TRUE(Tell(kLiar, kOne, Hash('a')));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
  EXPECT_FALSE(words_.IsDisputed(kOne));
  EXPECT_EQ(words_.FirstDisputed(Any), std::nullopt);
}

TEST_F(HashWordsTest, WhatIsDisputedIsNotKnown) {
  Tell(kLiar, kTwo, Hash('x'));
  Tell(kHonest, kTwo, Hash('b'));
  EXPECT_EQ(Known(kTwo), std::nullopt);
  EXPECT_THAT(words_.FirstDisputed(Any), Optional(kTwo));
}

TEST_F(HashWordsTest, WhatIsNotWantedIsNotFound) {
  for (const PieceIndex piece : {kOne, kTwo}) {
    Tell(kLiar, piece, Hash('x'));
    Tell(kHonest, piece, Hash('b'));
  }
  EXPECT_THAT(
      words_.FirstDisputed([](PieceIndex piece) { return piece != kOne; }),
      Optional(kTwo));
  EXPECT_EQ(words_.FirstDisputed([](PieceIndex) { return false; }),
            std::nullopt);
}

TEST_F(HashWordsTest, TheOriginShowsWhoLiesAndTheRestIsKnown) {
  for (const PieceIndex piece : {kOne, kTwo}) {
    Tell(kLiar, piece, Hash('x'));
    Tell(kHonest, piece, Hash('a'));
  }
  Decide(kOne, 'a');
  EXPECT_THAT(words_.Decided(kOne), ElementsAre(kLiar));
  EXPECT_THAT(words_.Forget({kLiar.id}), ElementsAre(kTwo));
  EXPECT_THAT(Known(kTwo), Optional(Hash('a')));
  EXPECT_EQ(words_.FirstDisputed(Any), std::nullopt);
}

TEST_F(HashWordsTest, WhatALiarAloneSaidIsNotKnownAnyMore) {
  Tell(kLiar, kOne, Hash('x'));
  EXPECT_THAT(words_.Forget({kHonest.id}), IsEmpty());
  EXPECT_THAT(words_.Forget({kLiar.id}), ElementsAre(kOne));
  EXPECT_EQ(Known(kOne), std::nullopt);
  Tell(kHonest, kOne, Hash('a'));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
}

TEST_F(HashWordsTest, WhoContradictsTheOriginLies) {
  Decide(kOne, 'a');
  EXPECT_TRUE(Tell(kHonest, kOne, Hash('a')));
  EXPECT_FALSE(Tell(kLiar, kOne, Hash('x')));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
}

TEST_F(HashWordsTest, APieceThatIsHereOnAWordBlamesNobody) {
  Tell(kLiar, kOne, Hash('x'));
  storage_->MarkVerified(kOne);
  EXPECT_TRUE(Tell(kHonest, kOne, Hash('a')));
  EXPECT_FALSE(words_.IsDisputed(kOne));
  EXPECT_THAT(words_.Decided(kOne), IsEmpty());
  words_.Forget({kLiar.id});
  EXPECT_THAT(Known(kOne), Optional(Hash('x')));
}

TEST_F(HashWordsTest, WhatIsVerifiedOnAWordMayBeDisputed) {
  Tell(kLiar, kOne, Hash('x'));
  storage_->MarkVerified(kOne);
  Tell(kOther, kOne, Hash('x'));
  EXPECT_EQ(words_.FirstDisputed(Any), std::nullopt);
  Tell(kHonest, kOne, Hash('a'));
  EXPECT_THAT(words_.FirstDisputed(Any), Optional(kOne));
  EXPECT_THAT(Known(kOne), Optional(Hash('x')));
  Decide(kOne, 'a');
  EXPECT_EQ(words_.FirstDisputed(Any), std::nullopt);
  EXPECT_THAT(words_.Decided(kOne), ElementsAre(kLiar, kOther));
}

TEST_F(HashWordsTest, WhatIsVerifiedOnALiarsWordAloneIsDisputed) {
  for (const PieceIndex piece : {kOne, kTwo}) {
    Tell(kLiar, piece, Hash('x'));
    storage_->MarkVerified(piece);
  }
  Tell(kHonest, kOne, Hash('x'));
  words_.Forget({kLiar.id});
  EXPECT_THAT(words_.FirstDisputed(Any), Optional(kTwo));
  Decide(kTwo, 'a');
  EXPECT_THAT(words_.Decided(kTwo), IsEmpty());
  EXPECT_EQ(words_.FirstDisputed(Any), std::nullopt);
}

TEST_F(HashWordsTest, OnlyWhatSomebodySaysIsBelieved) {
  Tell(kLiar, kOne, Hash('x'));
  Tell(kHonest, kOne, Hash('a'));
  EXPECT_FALSE(words_.Believe(kOne, Hash('c')));
  EXPECT_FALSE(words_.Believe(kTwo, Hash('a')));
  EXPECT_TRUE(words_.Believe(kOne, Hash('a')));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
}

TEST_F(HashWordsTest, WordsAreBounded) {
  for (int i = 0; i < 100; ++i) {
    Tell({100 + static_cast<ConnectionId>(i)}, kOne,
         Hash(static_cast<char>(i)));
    Tell({100 + static_cast<ConnectionId>(i)}, kTwo, Hash('x'));
  }
  Decide(kOne, 'z');
  EXPECT_EQ(words_.Decided(kOne).size(), HashWords::kMaxWords);
  Decide(kTwo, 'z');
  EXPECT_EQ(words_.Decided(kTwo).size(), HashWords::kMaxTellers);
}

TEST_F(HashWordsTest, OneAddressLeavesAPlaceForTheRightWord) {
  for (ConnectionId liar = 100; liar < 100 + HashWords::kMaxWords; ++liar) {
    words_.Tell({liar}, "10.0.0.66", kOne, Hash(static_cast<char>(liar)));
  }
  Tell(kHonest, kOne, Hash('a'));
  EXPECT_TRUE(words_.Believe(kOne, Hash('a')));
}

TEST_F(HashWordsTest, OneTellerHasOneWord) {
  for (const char lie : {'w', 'x', 'y', 'z'}) {
    Tell(kLiar, kOne, Hash(lie));
  }
  EXPECT_THAT(Known(kOne), Optional(Hash('w')));
  Tell(kHonest, kOne, Hash('a'));
  EXPECT_TRUE(words_.Believe(kOne, Hash('a')));
  Decide(kOne, 'a');
  EXPECT_THAT(words_.Decided(kOne), ElementsAre(kLiar));
}

TEST_F(HashWordsTest, AllTellersOfALieAreFound) {
  Tell(kLiar, kOne, Hash('x'));
  Tell(kRelay, kOne, Hash('x'));
  Tell(kHonest, kOne, Hash('a'));
  Decide(kOne, 'a');
  EXPECT_THAT(words_.Decided(kOne), ElementsAre(kLiar, kRelay));
}

TEST_F(HashWordsTest, AWordStaysWhileSomebodyStandsByIt) {
  Tell(kLiar, kOne, Hash('a'));
  Tell(kHonest, kOne, Hash('a'));
  EXPECT_THAT(words_.Forget({kLiar.id}), ElementsAre(kOne));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
  Tell(kOther, kOne, Hash('b'));
  EXPECT_TRUE(words_.IsDisputed(kOne));
  EXPECT_THAT(words_.Forget({kOther.id, kHonest.id}), ElementsAre(kOne));
  EXPECT_FALSE(words_.IsDisputed(kOne));
  EXPECT_EQ(Known(kOne), std::nullopt);
}

TEST_F(HashWordsTest, WhoWasDeceivedMayLearnWhatIsRight) {
  Tell(kRelay, kOne, Hash('x'));
  Tell(kRelay, kOne, Hash('y'));
  EXPECT_THAT(Known(kOne), Optional(Hash('x')));
  Tell({kRelay.id}, kOne, Hash('a'));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
  Tell({kRelay.id}, kOne, Hash('b'));
  EXPECT_THAT(Known(kOne), Optional(Hash('a')));
  Decide(kOne, 'a');
  EXPECT_THAT(words_.Decided(kOne), IsEmpty());
}

TEST_F(HashWordsTest, WhoStandsByWhatItRelayedIsNotForgiven) {
  Tell(kRelay, kOne, Hash('x'));
  Tell({kRelay.id}, kOne, Hash('x'));
  Decide(kOne, 'a');
  EXPECT_THAT(words_.Decided(kOne), ElementsAre(HashWords::Teller{kRelay.id}));
}

// A mirror's, say.
TEST_F(HashWordsTest, APieceThatIsNotTheOriginsBlamesNobody) {
  Tell(kLiar, kOne, Hash('x'));
  Tell(kHonest, kOne, Hash('a'));
  storage_->hashes().Learn(kOne, Hash('m'));
  storage_->MarkVerified(kOne);
  EXPECT_THAT(words_.Decided(kOne), IsEmpty());
  EXPECT_EQ(words_.FirstDisputed(Any), std::nullopt);
  EXPECT_THAT(Known(kOne), Optional(Hash('m')));
}

TEST_F(HashWordsTest, WordsOfPiecesThatAreNotWantedAreNotListenedTo) {
  const auto storage = std::make_shared<SwarmStorage>(
      OpenTargetFile(UniqueFd(memfd_create("content", MFD_CLOEXEC))),
      std::make_shared<PieceHashes>(layout_),
      StorageMap::OfRanges({{2 * kPiece, 10}}, layout_));
  HashWords words(storage);
  for (int i = 0; i < layout_.count(); ++i) {
    EXPECT_TRUE(words.Tell(kLiar, "10.0.0.66", PieceIndex{i}, Hash('x')));
    EXPECT_TRUE(words.Tell(kHonest, "10.0.0.10", PieceIndex{i}, Hash('a')));
    EXPECT_EQ(words.IsDisputed(PieceIndex{i}), i == 2) << i;
  }
  EXPECT_THAT(words.FirstDisputed(Any), Optional(kTwo));
}

// So all liars are soon found out.
TEST_F(HashWordsTest, OfEachTellerAFewPiecesAreSuspectedFirst) {
  for (int piece = 0; piece < 4; ++piece) {
    Tell(kHonest, PieceIndex{piece}, Hash('a'));
  }
  for (int piece = 4; piece < 6; ++piece) {
    Tell(kLiar, PieceIndex{piece}, Hash('x'));
  }
  // Told by both: it has its turn with the later one.
  Tell(kHonest, PieceIndex{5}, Hash('x'));
  // Of piece 6 nobody speaks any more.
  Decide(PieceIndex{7}, 'a');
  std::vector<int> order;
  for (const PieceIndex piece : words_.Suspects()) {
    order.push_back(piece.value);
  }
  EXPECT_THAT(order, ElementsAre(0, 4, 6, 1, 2, 3, 5));
}

}  // namespace
}  // namespace convoy
