// Which machines fetch: at most max_claimers, and who takes the place of one
// that goes.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/origin_share.h"
#include "peer/origin_share_testing.h"

namespace convoy {
namespace {

using Wait = OriginShare::Wait;

class OriginShareCapTest : public OriginShareTest,
                           public ::testing::WithParamInterface<int> {};

TEST_P(OriginShareCapTest, MachinesBeyondTheCapStandBy) {
  OriginShare::Options options;
  options.max_claimers = GetParam();
  share_ = Make(kSelf, {All()}, options);
  for (const MachineId machine : Behind(10)) {
    Connect(machine);
    Say(Record(machine));
  }
  std::vector<MachineId> before = Before(GetParam());
  const MachineId last = before.back();
  before.pop_back();
  for (const MachineId machine : before) {
    Connect(machine);
    Say(Record(machine));
  }
  const PieceSpan span = Take();
  EXPECT_FALSE(span.empty());
  EXPECT_TRUE(Own().candidate);
  share_->Failed(span);

  Connect(last);
  Say(Record(last));
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(share_->waiting(), Wait::kOthersRankBefore);
  EXPECT_FALSE(Own().candidate);
}

INSTANTIATE_TEST_SUITE_P(MaxClaimers, OriginShareCapTest,
                         ::testing::Values(1, 2, 6));

// So that all who fetch end at the same time.
TEST_F(OriginShareTest, ClaimsShrinkTowardsTheEnd) {
  // Another one is there, and does not fetch.
  Connect(500);
  int open = kPieces;
  while (open > 0) {
    const PieceSpan span = Take(kPieces);
    ASSERT_FALSE(span.empty());
    EXPECT_LE(span.count(), std::max(1, open / 2));
    Get(span);
    open -= span.count();
  }
}

// Six rank before this machine, which stands by.
class OriginShareNextTest : public OriginShareTest {
 protected:
  OriginShareNextTest() {
    for (const MachineId machine : before_) {
      Connect(machine);
      Say(Record(machine));
    }
    EXPECT_TRUE(Take().empty());
    EXPECT_EQ(share_->waiting(), Wait::kOthersRankBefore);
  }
  // Each fetches a piece, and gets on.
  void AllButTheFirstGetOn() {
    for (int i = 1; i < 6; ++i) {
      Say(Progress(before_[static_cast<std::size_t>(i)], Piece(i)));
    }
  }

  const std::vector<MachineId> before_ = Before(6);
  const MachineId first_ = before_.front();
};

TEST_F(OriginShareNextTest, TakesThePlaceOfOneThatGoes) {
  share_->RemovePeer(first_, now_);
  EXPECT_EQ(share_->NextWake(now_, true), now_);
  EXPECT_FALSE(Take().empty());
  EXPECT_TRUE(Own().candidate);
}

TEST_F(OriginShareNextTest, TakesThePlaceOfOneWhoseOriginIsDead) {
  ClaimRecord record = Record(first_);
  record.usable = false;
  Say(record);
  EXPECT_FALSE(Take().empty());
}

TEST_F(OriginShareNextTest, TakesThePlaceOfOneThatHasAll) {
  ClaimRecord record = Record(first_);
  record.wants = false;
  Say(record);
  EXPECT_FALSE(Take().empty());
}

TEST_F(OriginShareNextTest, TakesThePlaceOfOneThatStalls) {
  for (int i = 0; i < 30; ++i) {
    // It says its claim again and again, and nothing has moved.
    Say(Claims(first_, Piece(0)));
    AllButTheFirstGetOn();
    EXPECT_TRUE(Take().empty());
    EXPECT_EQ(share_->waiting(), Wait::kOthersRankBefore);
    now_ += absl::Milliseconds(100);
  }
  EXPECT_FALSE(Take().empty());
}

TEST_F(OriginShareNextTest, TakesThePlaceOfOneThatFetchesNothing) {
  (void)share_->TakeOutgoing(now_);
  EXPECT_EQ(share_->NextWake(now_, true), now_ + absl::Seconds(3));
  AllButTheFirstGetOn();
  now_ += absl::Milliseconds(2999);
  AllButTheFirstGetOn();
  EXPECT_TRUE(Take().empty());
  now_ += absl::Milliseconds(1);
  EXPECT_FALSE(Take().empty());
}

TEST_F(OriginShareNextTest, WhoIsBackTakesItsPlaceAgain) {
  ClaimRecord record = Record(first_);
  record.usable = false;
  Say(record);
  const PieceSpan span = Take();
  ASSERT_FALSE(span.empty());
  Get(span);
  Say(Progress(first_, Piece(0)));
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(share_->waiting(), Wait::kOthersRankBefore);
}

// Six fetch; others, each of which ranks before this machine, stand by with it.
class OriginShareStandbyTest : public OriginShareTest {
 protected:
  // So many stand by for ten seconds.
  void Begin(int standby) {
    machines_ = ByRank(Before(6 + standby));
    for (const MachineId machine : machines_) {
      Connect(machine);
      Say(Record(machine));
    }
    for (int second = 0; second < 10; ++second) {
      for (std::size_t i = 0; i < 6; ++i) GetsOn(i);
      StandsBy();
      now_ += absl::Seconds(1);
    }
    for (std::size_t i = 0; i < 6; ++i) GetsOn(i);
    StandsBy();
  }
  void StandsBy() {
    EXPECT_TRUE(Take().empty());
    EXPECT_EQ(share_->waiting(), Wait::kOthersRankBefore);
  }
  // The machine of this place in the ranks fetches the piece of that number.
  void GetsOn(std::size_t place) {
    Say(Progress(machines_[place], Piece(static_cast<int>(place))));
  }
  // For how long this machine stands by from now on, while five go on; one
  // minute at most.
  absl::Duration Patience() {
    const absl::Duration start = now_;
    while (now_ < start + absl::Minutes(1)) {
      for (std::size_t i = 1; i < 6; ++i) GetsOn(i);
      if (!Take().empty()) break;
      now_ += absl::Milliseconds(100);
    }
    return now_ - start;
  }

  std::vector<MachineId> machines_;
};

TEST_F(OriginShareStandbyTest, OnlyTheNextTakesThePlaceOfOneThatGoes) {
  Begin(2);
  share_->RemovePeer(machines_[0], now_);
  StandsBy();
  for (int second = 0; second < 10; ++second) {
    now_ += absl::Seconds(1);
    for (std::size_t i = 1; i < 7; ++i) GetsOn(i);
    StandsBy();
  }
}

TEST_F(OriginShareStandbyTest, OnlyTheNextTakesThePlaceOfOneThatStalls) {
  Begin(1);
  for (int second = 0; second < 10; ++second) {
    now_ += absl::Seconds(1);
    for (std::size_t i = 1; i < 6; ++i) GetsOn(i);
    if (second >= 3) GetsOn(6);
    StandsBy();
  }
}

TEST_F(OriginShareStandbyTest, WhoIsNextAndDoesNothingIsPassedOver) {
  Begin(1);
  share_->RemovePeer(machines_[0], now_);
  StandsBy();
  now_ += absl::Milliseconds(2900);
  for (std::size_t i = 1; i < 6; ++i) GetsOn(i);
  StandsBy();
  (void)share_->TakeOutgoing(now_);
  EXPECT_EQ(share_->NextWake(now_, true), now_ + absl::Milliseconds(100));
  EXPECT_EQ(Patience(), absl::Milliseconds(100));
}

TEST_F(OriginShareStandbyTest, WhoIsNextAndHasADeadOriginIsPassedOverAtOnce) {
  Begin(1);
  ClaimRecord dead = Record(machines_[6]);
  dead.usable = false;
  Say(dead);
  share_->RemovePeer(machines_[0], now_);
  EXPECT_EQ(Patience(), absl::ZeroDuration());
}

TEST_F(OriginShareStandbyTest, OfTwoThatDoNothingEachIsWaitedFor) {
  Begin(2);
  share_->RemovePeer(machines_[0], now_);
  EXPECT_EQ(Patience(), absl::Seconds(6));
}

// Such as the many names of one that means harm.
TEST_F(OriginShareStandbyTest, ManyThatDoNothingAreWaitedForTogether) {
  Begin(30);
  share_->RemovePeer(machines_[0], now_);
  EXPECT_EQ(Patience(), absl::Seconds(9));
}

TEST_F(OriginShareStandbyTest, NewNamesThatDoNothingAreWaitedForNoLonger) {
  Begin(0);
  std::vector<MachineId> names = Before(1000);
  share_->RemovePeer(machines_[0], now_);
  const absl::Duration start = now_;
  while (now_ < start + absl::Minutes(1)) {
    for (std::size_t i = 1; i < 6; ++i) GetsOn(i);
    Connect(names.back());
    Say(Record(names.back()));
    names.pop_back();
    if (!Take().empty()) break;
    now_ += absl::Milliseconds(100);
  }
  EXPECT_EQ(now_ - start, absl::Seconds(9));
}

// Several see themselves as the next best, until they have heard of each other.
TEST_F(OriginShareNextTest, WaitsAMomentInACrowdThatIsNotConnected) {
  share_->SetCrowd(100, now_);
  now_ += absl::Seconds(1);
  for (const MachineId machine : before_) Say(Record(machine));
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(share_->waiting(), Wait::kOthersRankBefore);
  // The others have just heard where this machine stands.
  share_->SetOriginUsable(false);
  share_->SetOriginUsable(true);
  EXPECT_FALSE(Own().candidate);
  share_->RemovePeer(first_, now_);
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(share_->waiting(), Wait::kHoldOff);
  EXPECT_TRUE(Own().candidate);
  EXPECT_EQ(share_->NextWake(now_, true), now_ + absl::Milliseconds(150));
  now_ += absl::Milliseconds(150);
  EXPECT_FALSE(Take().empty());
}

}  // namespace
}  // namespace convoy
