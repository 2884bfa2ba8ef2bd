// Pieces that two machines claim: by chance, and because one is too slow.

#include <algorithm>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/origin_share.h"
#include "peer/origin_share_testing.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Wait = OriginShare::Wait;

// This machine fetches one piece; others say that they fetch it, too.
class OriginShareTiesTest : public OriginShareTest {
 protected:
  static constexpr int kTied = 7;

  OriginShareTiesTest() {
    share_ = Make(kSelf, {Piece(kTied)});
    for (const MachineId machine : {higher_, lower_}) Connect(machine);
    EXPECT_EQ(Take(), Piece(kTied));
  }

  const MachineId higher_ = WhoLikes(kTied, true);
  const MachineId lower_ = WhoLikes(kTied, false);
};

TEST_F(OriginShareTiesTest, TheHigherScoreStays) {
  Say(Claims(lower_, All()));
  EXPECT_THAT(Lost(), IsEmpty());
  EXPECT_TRUE(share_->Claims(PieceIndex{kTied}));
  Say(Claims(higher_, All()));
  EXPECT_EQ(share_->NextWake(now_, false), now_);
  EXPECT_THAT(Lost(), ElementsAre(kTied));
  EXPECT_FALSE(share_->Claims(PieceIndex{kTied}));
  EXPECT_THAT(Lost(), IsEmpty()) << "told once";
  EXPECT_THAT(Own().claims, IsEmpty());
}

TEST_F(OriginShareTiesTest, WhoHasHalfOfThePieceStays) {
  share_->SetProgress(PieceIndex{kTied}, kPiece / 2);
  Say(Claims(higher_, All()));
  EXPECT_THAT(Lost(), IsEmpty());
}

TEST_F(OriginShareTiesTest, WhoHasLessThanHalfGivesUp) {
  share_->SetProgress(PieceIndex{kTied}, kPiece / 2 - 1);
  Say(Claims(higher_, All()));
  EXPECT_THAT(Lost(), ElementsAre(kTied));
}

TEST_F(OriginShareTiesTest, WhatSomebodyHasFetchedIsGivenUp) {
  ClaimRecord record = Record(lower_);
  record.fetched.push_back(Piece(kTied));
  Say(record);
  EXPECT_THAT(Lost(), ElementsAre(kTied));
}

TEST_F(OriginShareTiesTest, WhoTakesOverStays) {
  Say(Claims(lower_, Piece(kTied), /*takeover=*/true));
  EXPECT_THAT(Lost(), ElementsAre(kTied));
}

// Its claims count no more, whatever its score is.
TEST_F(OriginShareTiesTest, NobodyGivesUpForAMachineThatStalls) {
  share_->Failed(Piece(kTied));
  ClaimRecord stalling = Claims(higher_, All());
  Say(stalling);
  EXPECT_TRUE(Take().empty());
  now_ += absl::Seconds(3);
  EXPECT_EQ(Take(), Piece(kTied));
  stalling.sequence = ++sequence_;
  Say(stalling);
  EXPECT_THAT(Lost(), IsEmpty());
}

// Whatever the piece and the machines are.
TEST_F(OriginShareTiesTest, OfTwoMachinesExactlyOneGivesUp) {
  constexpr MachineId kOther = 2;
  int lost = 0;
  for (int piece = 0; piece < kPieces; ++piece) {
    const auto here = Make(kSelf, {Piece(piece)});
    const auto there = Make(kOther, {Piece(piece)});
    here->AddPeer(kOther);
    here->SetMachine(kOther, kOther, now_);
    there->AddPeer(kSelf);
    there->SetMachine(kSelf, kSelf, now_);
    EXPECT_EQ(here->Take(now_, 4), Piece(piece));
    EXPECT_EQ(there->Take(now_, 4), Piece(piece));
    const auto from_here = here->TakeOutgoing(now_);
    const auto from_there = there->TakeOutgoing(now_);
    for (const auto& out : from_here) there->Receive(kSelf, out.message, now_);
    for (const auto& out : from_there) here->Receive(kOther, out.message, now_);
    const bool here_lost = !Lost(*here).empty();
    EXPECT_NE(here_lost, !Lost(*there).empty()) << piece;
    if (here_lost) ++lost;
  }
  // Now this one, now that one.
  EXPECT_GT(lost, kPieces / 4);
  EXPECT_LT(lost, kPieces * 3 / 4);
}

// This machine needs 0.1 s for a piece.
class OriginShareTakeOverTest : public OriginShareTest {
 protected:
  static constexpr absl::Duration kOwnTime = absl::Milliseconds(100);
  // Three times as long, and a second.
  static constexpr absl::Duration kPatience = absl::Milliseconds(1300);

  // Has fetched piece 0, and wants `rest`.
  void Begin(PieceSpan rest) {
    share_ = Make(kSelf, {Piece(0), rest});
    const PieceSpan first = Take(1);
    ASSERT_EQ(first, Piece(0));
    now_ += kOwnTime;
    Get(first);
  }
  // For so long the machine says that it gets on, and is left alone.
  void GetsOn(MachineId machine, PieceSpan span, absl::Duration time) {
    const absl::Duration end = now_ + time;
    while (now_ < end) {
      Say(Progress(machine, span));
      EXPECT_TRUE(Take().empty());
      EXPECT_EQ(share_->waiting(), Wait::kOthersFetchIt);
      now_ = std::min(end, now_ + absl::Milliseconds(100));
    }
  }
};

TEST_F(OriginShareTakeOverTest, TheLastPieceOfASlowMachineIsTakenOver) {
  ASSERT_NO_FATAL_FAILURE(Begin(Span(10, 20)));
  Connect(500);
  GetsOn(500, Span(10, 20), kPatience - absl::Milliseconds(50));
  EXPECT_TRUE(Take().empty());
  (void)share_->TakeOutgoing(now_);
  EXPECT_EQ(share_->NextWake(now_, true), now_ + absl::Milliseconds(50));
  now_ += absl::Milliseconds(50);
  EXPECT_EQ(Take(), Piece(19));
  EXPECT_EQ(share_->waiting(), Wait::kNothing);
  const ClaimRecord own = Own();
  ASSERT_EQ(own.claims.size(), 1u);
  EXPECT_EQ(own.claims[0].pieces, Piece(19));
  EXPECT_TRUE(own.claims[0].takeover);
  // One at a time.
  EXPECT_TRUE(Take().empty());
  now_ += kOwnTime;
  Get(Piece(19));
  EXPECT_EQ(Take(), Piece(18));
}

TEST_F(OriginShareTakeOverTest, WhatWasTakenOverIsNotGivenBack) {
  ASSERT_NO_FATAL_FAILURE(Begin(Span(10, 20)));
  const MachineId slow = WhoLikes(19, true);
  Connect(slow);
  GetsOn(slow, Span(10, 20), kPatience);
  ASSERT_EQ(Take(), Piece(19));
  Say(Progress(slow, Span(10, 20)));
  EXPECT_THAT(Lost(), IsEmpty());
  // Of two that take over, the score decides.
  Say(Claims(slow, Piece(19), /*takeover=*/true));
  EXPECT_THAT(Lost(), ElementsAre(19));
}

TEST_F(OriginShareTakeOverTest, NothingIsTakenOverFromWhoIsFastEnough) {
  ASSERT_NO_FATAL_FAILURE(Begin(Span(10, 20)));
  Connect(500);
  for (int i = 10; i < 19; ++i) {
    GetsOn(500, Span(i, 20), kPatience - absl::Milliseconds(50));
    share_->PeerHas(500, PieceIndex{i}, now_);
    share_->SetHave(Piece(i), now_);
  }
  EXPECT_TRUE(Take().empty());
}

TEST_F(OriginShareTakeOverTest, TheMostOverdueIsTakenFirst) {
  ASSERT_NO_FATAL_FAILURE(Begin(Span(10, 40)));
  Connect(500);
  Connect(600);
  Say(Progress(600, Span(10, 25)));
  now_ += absl::Milliseconds(500);
  Say(Progress(500, Span(25, 40)));
  now_ += kPatience;
  EXPECT_EQ(Take(), Piece(24));
  Get(Piece(24));
  // Something comes of the claims of the one, and nothing of the other's.
  share_->PeerHas(600, PieceIndex{10}, now_);
  share_->SetHave(Piece(10), now_);
  EXPECT_EQ(Take(), Piece(39));
}

TEST_F(OriginShareTakeOverTest, WhatWasFetchedFarAwayIsWaitedForFiveSeconds) {
  ASSERT_NO_FATAL_FAILURE(Begin(Piece(10)));
  Connect(500);
  ClaimRecord far = Record(600);
  far.fetched.push_back(Piece(10));
  Say(500, far);
  now_ += absl::Seconds(5) - absl::Milliseconds(1);
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(share_->waiting(), Wait::kOthersFetchIt);
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(Take(), Piece(10));
}

}  // namespace
}  // namespace convoy
