// Crowds in which not everybody is connected with everybody: what a machine
// tells of others.

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/origin_share.h"
#include "peer/origin_share_testing.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

class OriginShareRelayTest : public OriginShareTest {
 protected:
  // Of a crowd that is larger, `count` machines are connected, greeted, and
  // heard of: 500 and the next ones.
  void Meet(int count) {
    share_->SetCrowd(count + 50, now_);
    for (int i = 0; i < count; ++i) Connect(500 + static_cast<MachineId>(i));
    (void)share_->TakeOutgoing(now_);
    now_ += absl::Seconds(1);
  }
  // To whom records of the machine are sent now.
  std::vector<ConnectionId> ToldOf(MachineId machine) {
    std::vector<ConnectionId> told;
    for (const OriginShare::Outgoing& out : share_->TakeOutgoing(now_)) {
      for (const ClaimRecord& record : out.message.records) {
        if (record.machine != machine) continue;
        told.insert(told.end(), out.to.begin(), out.to.end());
      }
    }
    return told;
  }
  // Of whom something is told now, but for this machine.
  std::vector<MachineId> Told() {
    std::vector<MachineId> told;
    for (const OriginShare::Outgoing& out : share_->TakeOutgoing(now_)) {
      for (const ClaimRecord& record : out.message.records) {
        if (record.machine != kSelf) told.push_back(record.machine);
      }
    }
    return told;
  }
};

TEST_F(OriginShareRelayTest, NewsOfAMachineArePassedOnOnce) {
  Meet(3);
  Say(Claims(500, Span(0, 4)));
  EXPECT_LE(share_->NextWake(now_, false), now_);
  EXPECT_THAT(Told(), ElementsAre(500));
  EXPECT_THAT(Told(), IsEmpty());
  now_ += absl::Seconds(1);
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(OriginShareRelayTest, NewsThatFollowAreCollectedForAMoment) {
  Meet(3);
  Say(Claims(500, Span(0, 4)));
  EXPECT_THAT(Told(), ElementsAre(500));
  now_ += absl::Milliseconds(10);
  Say(Claims(501, Span(4, 8)));
  Say(Claims(502, Span(8, 12)));
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_EQ(share_->NextWake(now_, false), now_ + absl::Milliseconds(40));
  now_ += absl::Milliseconds(40);
  EXPECT_THAT(Told(), UnorderedElementsAreArray({501, 502}));
}

TEST_F(OriginShareRelayTest, NothingIsPassedOnWhereAllAreConnected) {
  Meet(3);
  share_->SetCrowd(3, now_);
  Say(Claims(500, Span(0, 4)));
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(OriginShareRelayTest, AFewPeersAreToldInTurn) {
  Meet(20);
  std::map<ConnectionId, int> times;
  for (int i = 0; i < 5; ++i) {
    Say(Claims(500, Span(i, i + 4)));
    const std::vector<ConnectionId> told = ToldOf(500);
    EXPECT_THAT(told, SizeIs(8));
    for (const ConnectionId peer : told) ++times[peer];
    now_ += absl::Seconds(1);
  }
  // Five times eight are twice all of them.
  EXPECT_THAT(times, SizeIs(20));
  for (const auto& [peer, count] : times) EXPECT_EQ(count, 2) << peer;
}

TEST_F(OriginShareRelayTest, TheBestAndWhoWouldBeNextArePassedOn) {
  Meet(16);
  std::vector<MachineId> machines;
  for (MachineId machine = 500; machine < 516; ++machine) {
    machines.push_back(machine);
  }
  machines = ByRank(machines);
  // The seventh and the thirteenth see themselves among the best.
  for (std::size_t i = 0; i < machines.size(); ++i) {
    ClaimRecord record = Record(machines[i]);
    record.candidate = i == 6 || i == 12;
    Say(record);
  }
  machines.resize(7);
  EXPECT_THAT(Told(), UnorderedElementsAreArray(machines));
}

TEST_F(OriginShareRelayTest, ThatAMachineFetchesNoMoreIsPassedOn) {
  Meet(3);
  Say(Claims(500, Span(0, 4)));
  EXPECT_THAT(Told(), ElementsAre(500));
  now_ += absl::Seconds(1);
  ClaimRecord dead = Record(500);
  dead.usable = false;
  Say(dead);
  EXPECT_THAT(Told(), ElementsAre(500));
  // Of one that nobody was told of nothing is to be taken back.
  now_ += absl::Seconds(1);
  dead.machine = 501;
  Say(dead);
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(OriginShareRelayTest, ANewPeerIsToldOfTheBest) {
  std::vector<MachineId> machines;
  for (MachineId machine = 500; machine < 510; ++machine) {
    machines.push_back(machine);
    Connect(machine);
    Say(Record(machine));
  }
  (void)share_->TakeOutgoing(now_);
  Connect(900);
  machines = ByRank(machines);
  machines.resize(6);
  EXPECT_THAT(ToldOf(kSelf), ElementsAre(900));
  Connect(901);
  EXPECT_THAT(Told(), UnorderedElementsAreArray(machines));
}

TEST_F(OriginShareRelayTest, ClaimsFarAwayCountWhileTheyAreHeardOf) {
  Meet(1);
  const ClaimRecord far = Progress(800, All());
  Say(500, far);
  EXPECT_TRUE(Take().empty());
  now_ += absl::Seconds(2);
  // A sign that it got on, and no word of it.
  share_->PeerHas(500, PieceIndex{5}, now_);
  now_ += absl::Milliseconds(999);
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(share_->waiting(), OriginShare::Wait::kOthersFetchIt);
  now_ += absl::Milliseconds(1);
  EXPECT_FALSE(Take().empty());
}

TEST_F(OriginShareRelayTest, OwnClaimsAreToldAgainEachSecond) {
  Meet(1);
  const PieceSpan span = Take();
  ASSERT_FALSE(span.empty());
  const ClaimRecord first = Own();
  EXPECT_EQ(share_->NextWake(now_, false), now_ + absl::Seconds(1));
  now_ += absl::Seconds(1);
  const ClaimRecord again = Own();
  EXPECT_EQ(again.claims, first.claims);
  EXPECT_GT(again.sequence, first.sequence);
}

// Who speaks in this machine's name is outbid.
TEST_F(OriginShareRelayTest, TheOwnRecordIsTheNewest) {
  Meet(1);
  ClaimRecord forged = Claims(kSelf, All());
  forged.sequence = 1000;
  Say(500, forged);
  const ClaimRecord own = Own();
  EXPECT_EQ(own.sequence, 1001u);
  EXPECT_THAT(own.claims, IsEmpty());
}

// Five machines in a row, each connected with its neighbours alone. They fetch
// at the same time.
TEST_F(OriginShareRelayTest, MachinesInARowFetchEachPieceOnce) {
  constexpr MachineId kMachines = 5;
  std::array<std::unique_ptr<OriginShare>, kMachines> shares;
  const auto tell_all = [&] {
    for (MachineId from = 0; from < kMachines; ++from) {
      for (const auto& out : shares[from]->TakeOutgoing(now_)) {
        for (const ConnectionId to : out.to) {
          shares[to]->Receive(from, out.message, now_);
        }
      }
    }
    now_ += absl::Milliseconds(50);
  };
  for (MachineId i = 0; i < kMachines; ++i) {
    shares[i] = Make(i + 1, {All()});
    shares[i]->SetCrowd(kMachines - 1, now_);
    for (const MachineId j : {i - 1, i + 1}) {
      if (j >= kMachines) continue;
      shares[i]->AddPeer(j);
      shares[i]->SetMachine(j, j + 1, now_);
    }
  }
  now_ += absl::Seconds(1);
  std::vector<int> fetched(kPieces);
  for (int round = 0; round < kPieces; ++round) {
    std::array<PieceSpan, kMachines> taken;
    for (MachineId i = 0; i < kMachines; ++i) {
      // News of one claim go through the row before the next is made.
      for (int step = 0; step < 4; ++step) tell_all();
      taken[i] = shares[i]->Take(now_, 1);
    }
    for (MachineId i = 0; i < kMachines; ++i) {
      if (taken[i].empty()) continue;
      ++fetched[static_cast<std::size_t>(taken[i].first.value)];
      shares[i]->Finished(taken[i], now_);
      for (auto& share : shares) share->SetHave(taken[i], now_);
    }
  }
  EXPECT_THAT(fetched, ::testing::Each(1));
}

}  // namespace
}  // namespace convoy
