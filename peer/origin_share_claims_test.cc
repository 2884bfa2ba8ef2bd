// Machines that claim, and what becomes of the origin when nothing comes of it.

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/origin_share.h"

namespace convoy {
namespace {

constexpr std::int64_t kPiece = 256 << 10;
constexpr int kPieces = 64;

PieceSpan Piece(int index) {
  return {PieceIndex{index}, PieceIndex{index + 1}};
}

class OriginShareClaimsTest : public ::testing::Test {
 protected:
  void Connect(ConnectionId peer, MachineId machine) {
    share_.AddPeer(peer);
    share_.SetMachine(peer, machine, now_);
  }
  // Everything, with more blocks than ever.
  ClaimRecord ClaimsAll(MachineId machine, bool takeover = false) {
    ClaimRecord record;
    record.machine = machine;
    record.sequence = ++sequence_;
    record.blocks = sequence_;
    record.claims.push_back({{PieceIndex{0}, PieceIndex{kPieces}}, takeover});
    return record;
  }
  void Say(ConnectionId peer, const ClaimRecord& record) {
    ShareMessage message;
    message.records.push_back(record);
    share_.Receive(peer, message, now_);
  }
  // Takes what it may, and has it at once. How many pieces.
  int Fetch() {
    int count = 0;
    while (true) {
      const PieceSpan span = share_.Take(now_, 2);
      if (span.empty()) return count;
      share_.Finished(span, now_);
      share_.SetHave(span, now_);
      count += span.count();
    }
  }

  absl::Duration now_ = absl::Hours(1);
  std::uint32_t sequence_ = 0;
  OriginShare share_{OriginShare::Options(),
                     1,
                     77,
                     *PieceLayout::Make(kPieces* kPiece, kPiece),
                     {{PieceIndex{0}, PieceIndex{kPieces}}},
                     now_};
};

TEST_F(OriginShareClaimsTest, MachineThatStallsLosesItsClaimsInThreeSeconds) {
  Connect(5, 500);
  ClaimRecord record = ClaimsAll(500);
  Say(5, record);
  for (int i = 0; i < 14; ++i) {
    EXPECT_TRUE(share_.Take(now_, 2).empty());
    now_ += absl::Milliseconds(200);
    // Told again, and nothing has moved.
    ++record.sequence;
    Say(5, record);
  }
  now_ += absl::Milliseconds(200);
  EXPECT_EQ(Fetch(), kPieces);
}

TEST_F(OriginShareClaimsTest, LiarIsBelievedForHalfAMinute) {
  Connect(5, 500);
  const absl::Duration start = now_;
  Say(5, ClaimsAll(500));
  int fetched = 0;
  while (fetched == 0 && now_ < start + absl::Minutes(2)) {
    now_ += absl::Milliseconds(200);
    Say(5, ClaimsAll(500));
    fetched = Fetch();
  }
  EXPECT_EQ(fetched, kPieces);
  EXPECT_LE(now_ - start, absl::Seconds(31));
}

// An honest machine claims one half of large pieces, and gets them one by one;
// a liar claims the other half.
class LargePiecesTest : public OriginShareClaimsTest,
                        public ::testing::WithParamInterface<int> {
 protected:
  // How long the liar is believed, if the other one gets a piece each `pace`.
  absl::Duration Believed(absl::Duration pace) {
    const std::int64_t length = std::int64_t{GetParam()} << 20;
    OriginShare share(OriginShare::Options(), 1, 77,
                      *PieceLayout::Make(kPieces * length, length),
                      {{PieceIndex{0}, PieceIndex{kPieces}}}, now_);
    const absl::Duration start = now_;
    for (const int peer : {5, 6}) {
      share.AddPeer(peer);
      share.SetMachine(peer, 100 * peer, now_);
    }
    int come = 0;
    while (now_ < start + absl::Minutes(20)) {
      for (const int peer : {5, 6}) {
        ClaimRecord record = ClaimsAll(100 * peer);
        record.claims[0].pieces =
            peer == 5 ? PieceSpan{PieceIndex{come}, PieceIndex{kPieces / 2}}
                      : PieceSpan{PieceIndex{kPieces / 2}, PieceIndex{kPieces}};
        ShareMessage message;
        message.records.push_back(record);
        share.Receive(peer, message, now_);
      }
      now_ += absl::Milliseconds(200);
      if (!share.Take(now_, 2).empty()) break;
      if (now_ - start > pace * (come + 1)) share.SetHave(Piece(come++), now_);
    }
    EXPECT_LT(come, kPieces / 2);
    return now_ - start;
  }
};

TEST_P(LargePiecesTest, LiarIsBelievedForTheTimeOfAPiece) {
  const absl::Duration believed =
      std::min(absl::Seconds(30) * GetParam() * 4, absl::Minutes(10));
  const absl::Duration found = Believed(believed / 25);
  EXPECT_GE(found, believed - absl::Seconds(1));
  EXPECT_LE(found, believed + absl::Seconds(1));
}

TEST_P(LargePiecesTest, WhereNothingComesNobodyIsBelievedForLong) {
  const absl::Duration found = Believed(absl::InfiniteDuration());
  const absl::Duration believed = absl::Seconds(30) * GetParam();
  EXPECT_GE(found, believed);
  EXPECT_LE(found, believed + absl::Seconds(11));
}

INSTANTIATE_TEST_SUITE_P(Mebibytes, LargePiecesTest,
                         ::testing::Values(1, 4, 16));

// What a neighbour fetched is seen at once, or was never fetched.
TEST_F(OriginShareClaimsTest, WhatWasNotFetchedIsBelievedOnce) {
  Connect(5, 500);
  const absl::Duration start = now_;
  int fetched = 0;
  int waited = 0;
  while (fetched < kPieces && now_ < start + absl::Minutes(1)) {
    ClaimRecord record = ClaimsAll(500);
    record.claims.clear();
    record.fetched.push_back({PieceIndex{0}, PieceIndex{kPieces}});
    Say(5, record);
    const PieceSpan span = share_.Take(now_, 2);
    now_ += absl::Milliseconds(200);
    share_.Finished(span, now_);
    share_.SetHave(span, now_);
    fetched += span.count();
    waited += span.empty() ? 200 : 0;
  }
  EXPECT_EQ(fetched, kPieces);
  EXPECT_LE(waited, 3'200) << "ms";
}

// Pieces are taken over from a machine that is too slow, one at a time.
TEST_F(OriginShareClaimsTest, WhatThisMachineFetchesDoesNotVouchForALiar) {
  const PieceSpan first = share_.Take(now_, 1);
  now_ += absl::Milliseconds(10);
  share_.Finished(first, now_);
  share_.SetHave(first, now_);
  Connect(5, 500);
  const absl::Duration start = now_;
  int fetched = 1;
  while (fetched < kPieces && now_ < start + absl::Minutes(5)) {
    Say(5, ClaimsAll(500));
    const PieceSpan span = share_.Take(now_, 2);
    now_ += absl::Milliseconds(200);
    share_.Finished(span, now_);
    share_.SetHave(span, now_);
    fetched += span.count();
  }
  EXPECT_LE(now_ - start, absl::Seconds(30));
}

TEST_F(OriginShareClaimsTest, WhoChangesItsNameIsNotBelievedForever) {
  const absl::Duration start = now_;
  int fetched = 0;
  int lost = 0;
  for (MachineId name = 500; now_ < start + absl::Minutes(2); ++name) {
    Connect(name, name);
    for (int i = 0; i < 10; ++i) {
      Say(name, ClaimsAll(name, true));
      now_ += absl::Milliseconds(200);
      const PieceSpan span = share_.Take(now_, 2);
      Say(name, ClaimsAll(name, true));
      for (const PieceSpan& each : share_.Losing()) lost += each.count();
      share_.Finished(span, now_);
      share_.SetHave(span, now_);
      fetched += span.count();
    }
    share_.RemovePeer(name, now_);
    if (fetched == kPieces) break;
  }
  EXPECT_EQ(fetched, kPieces);
  EXPECT_EQ(lost, 0);
  EXPECT_LE(now_ - start, absl::Seconds(60));
}

TEST_F(OriginShareClaimsTest, ClaimsBindAgainWhenSomethingComesOfThem) {
  for (MachineId name = 500; name < 525; ++name) {
    Connect(name, name);
    for (int i = 0; i < 10; ++i) {
      Say(name, ClaimsAll(name));
      now_ += absl::Milliseconds(200);
      (void)share_.NextWake(now_, true);
    }
    if (name != 524) share_.RemovePeer(name, now_);
  }
  const PieceSpan span = share_.Take(now_, 2);
  ASSERT_FALSE(span.empty());
  share_.Failed(span);
  share_.PeerHas(524, PieceIndex{7}, now_);
  EXPECT_TRUE(share_.Take(now_, 2).empty());
}

// What a caller does in three minutes of time that nothing shortens: how often
// it wakes, with a connection to the origin that has nothing to do.
TEST_F(OriginShareClaimsTest, StalledOriginKeepsNobodyAwake) {
  const absl::Duration end = now_ + absl::Minutes(3);
  int wakes = 0;
  while (now_ < end) {
    while (!share_.Take(now_, 4).empty()) continue;
    share_.Losing();
    share_.TakeOutgoing(now_);
    const absl::Duration next = share_.NextWake(now_, true);
    ASSERT_GT(next, now_);
    ++wakes;
    now_ = std::min(next, end);
  }
  EXPECT_LT(wakes, 400);
}

TEST_F(OriginShareClaimsTest, OverduePieceKeepsNobodyAwakeWhoMayNotFetchIt) {
  const PieceSpan first = share_.Take(now_, 1);
  now_ += absl::Milliseconds(10);
  share_.Finished(first, now_);
  share_.SetHave(first, now_);
  for (MachineId name = 500; name < 540; ++name) Connect(name, name);
  const absl::Duration end = now_ + absl::Seconds(20);
  int ranked_out = 0;
  while (now_ < end) {
    for (MachineId name = 500; name < 540; ++name) Say(name, ClaimsAll(name));
    while (!share_.Take(now_, 4).empty()) continue;
    if (share_.waiting() == OriginShare::Wait::kOthersFetchIt) ++ranked_out;
    share_.Losing();
    share_.TakeOutgoing(now_);
    ASSERT_GT(share_.NextWake(now_, true), now_);
    now_ += absl::Milliseconds(100);
  }
  EXPECT_GT(ranked_out, 100);
}

TEST_F(OriginShareClaimsTest, PiecesOfOthersDoNotVouchForALiar) {
  Connect(5, 500);
  Connect(6, 600);
  const absl::Duration start = now_;
  int seen = 0;
  Say(5, ClaimsAll(500));
  while (share_.Take(now_, 2).empty() && now_ < start + absl::Minutes(2)) {
    Say(5, ClaimsAll(500));
    // It had some before.
    if (seen < kPieces / 2) share_.PeerHas(6, PieceIndex{seen++}, now_);
    now_ += absl::Seconds(1);
    // And gives them.
    if (seen > 0) share_.SetHave(Piece(seen - 1), now_);
  }
  EXPECT_LE(now_ - start, absl::Seconds(32));
}

}  // namespace
}  // namespace convoy
