#include "peer/peer_guard.h"

#include <sys/mman.h>

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "peer/base/unique_fd.h"
#include "peer/shunned_peers.h"
#include "peer/transfer_testing.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kBlock = PieceLayout::kBlockLength;
constexpr PieceIndex kPiece{1};

// A content of three pieces of two blocks.
class PeerGuardTest : public ::testing::Test {
 protected:
  explicit PeerGuardTest(bool certain = true)
      : storage_(std::make_shared<SwarmStorage>(
            OpenTargetFile(UniqueFd(memfd_create("content", MFD_CLOEXEC))),
            std::make_shared<PieceHashes>(layout_),
            StorageMap::Whole(layout_))),
        guard_(storage_, "content", &shunned_) {
    EXPECT_TRUE(guard_.Admit(1, "10.0.0.1"));
    EXPECT_TRUE(guard_.Admit(2, "10.0.0.2"));
    if (certain) KnowHash();
  }

  // Of kPiece, for certain.
  void KnowHash() {
    storage_->hashes().Decide(kPiece, std::string(PieceHashes::kSize, 'h'));
  }

  // A block of kPiece comes and is written.
  bool Receive(ConnectionId peer, int block, char byte) {
    guard_.Asked(peer, kPiece, block * kBlock);
    return Push(peer, block, byte);
  }
  bool Push(ConnectionId peer, int block, char byte) {
    if (!guard_.Arrived(peer, kPiece, block * kBlock)) return false;
    Write(block, byte);
    guard_.Written(kPiece, block * kBlock);
    return true;
  }
  void Write(int block, char byte) {
    EXPECT_TRUE(*storage_->WriteBlock(kPiece, block * kBlock,
                                      std::string(kBlock, byte)));
  }

  const PieceLayout layout_ = *PieceLayout::Make(6 * kBlock, 2 * kBlock);
  const std::shared_ptr<SwarmStorage> storage_;
  const FakeClock clock_;
  ShunnedPeers shunned_{&clock_};
  PeerGuard guard_;
};

TEST_F(PeerGuardTest, SenderOfAWholeWrongPieceGoesAndDoesNotComeBack) {
  ASSERT_TRUE(Receive(1, 0, 'X'));
  ASSERT_TRUE(Receive(1, 1, 'b'));
  EXPECT_THAT(guard_.Failed(kPiece), ElementsAre(1));
  guard_.Leave(1);
  EXPECT_FALSE(guard_.Admit(3, "10.0.0.1"));
  EXPECT_TRUE(guard_.IsShunned("10.0.0.1"));
  EXPECT_TRUE(guard_.Admit(4, "10.0.0.3"));
}

TEST_F(PeerGuardTest, OnlyTheSenderOfTheWrongBlockGoes) {
  ASSERT_TRUE(Receive(1, 0, 'X'));
  ASSERT_TRUE(Receive(2, 1, 'b'));
  EXPECT_THAT(guard_.Failed(kPiece), IsEmpty());
  ASSERT_TRUE(Receive(2, 0, 'a'));
  ASSERT_TRUE(Receive(2, 1, 'b'));
  EXPECT_THAT(guard_.Passed(kPiece), ElementsAre(1));
  EXPECT_FALSE(guard_.IsShunned("10.0.0.2"));
}

TEST_F(PeerGuardTest, WhoLeavesBeforeItIsFoundOutDoesNotComeBack) {
  ASSERT_TRUE(Receive(1, 0, 'X'));
  guard_.Leave(1);
  ASSERT_TRUE(Receive(2, 1, 'b'));
  EXPECT_THAT(guard_.Failed(kPiece), IsEmpty());
  ASSERT_TRUE(guard_.Admit(3, "10.0.0.1"));
  // The origin's bytes.
  Write(0, 'a');
  EXPECT_THAT(guard_.Passed(kPiece), ElementsAre(1));
  EXPECT_TRUE(guard_.IsShunned("10.0.0.1"));
}

TEST_F(PeerGuardTest, WhoIsRememberedIsShunnedWhenItHasGone) {
  guard_.Remember(1);
  guard_.Leave(1);
  guard_.Leave(2);
  guard_.Shun(1, ShunReason::kFalseHashes);
  guard_.Shun(2, ShunReason::kFalseHashes);
  EXPECT_TRUE(guard_.IsShunned("10.0.0.1"));
  EXPECT_FALSE(guard_.IsShunned("10.0.0.2"));
}

TEST_F(PeerGuardTest, WhoWasFoundOutIsNotMetByALaterMembershipEither) {
  ASSERT_TRUE(Receive(1, 0, 'X'));
  ASSERT_TRUE(Receive(1, 1, 'b'));
  EXPECT_THAT(guard_.Failed(kPiece), ElementsAre(1));
  guard_.Shun(2, ShunReason::kFalseHashes);
  PeerGuard later(storage_, "content", &shunned_);
  EXPECT_FALSE(later.Admit(1, "10.0.0.1"));
  EXPECT_FALSE(later.Admit(2, "10.0.0.2"));
  EXPECT_TRUE(later.Admit(3, "10.0.0.3"));
  EXPECT_EQ(later.shunned().wrong_bytes, 1);
  EXPECT_EQ(later.shunned().false_hashes, 1);
  PeerGuard other(storage_, "another content", &shunned_);
  EXPECT_TRUE(other.Admit(1, "10.0.0.1"));
  EXPECT_EQ(other.shunned().wrong_bytes, 0);
}

TEST_F(PeerGuardTest, AFewFalseHashesThatAreRelayedAreForgiven) {
  guard_.Remember(1);
  const int forgiven = static_cast<int>(PeerGuard::kForgiven);
  for (int i = 0; i < forgiven; ++i) {
    EXPECT_TRUE(guard_.Forgives(1, PieceIndex{i})) << i;
    EXPECT_TRUE(guard_.Forgives(1, PieceIndex{i})) << i << " again";
  }
  // It comes back.
  guard_.Leave(1);
  ASSERT_TRUE(guard_.Admit(3, "10.0.0.1"));
  EXPECT_FALSE(guard_.Forgives(3, PieceIndex{forgiven}));
  EXPECT_FALSE(guard_.Forgives(1, PieceIndex{0}));
  EXPECT_TRUE(guard_.Forgives(2, PieceIndex{forgiven}));
}

TEST_F(PeerGuardTest, WhatWhoIsForgivenGaveIsNotHeldAgainstIt) {
  ASSERT_TRUE(Receive(1, 0, 'X'));
  ASSERT_TRUE(Receive(1, 1, 'b'));
  ASSERT_TRUE(guard_.Forgives(1, kPiece));
  EXPECT_THAT(guard_.Failed(kPiece), IsEmpty());
  ASSERT_TRUE(Receive(1, 0, 'X'));
  ASSERT_TRUE(Receive(2, 1, 'X'));
  EXPECT_THAT(guard_.Failed(kPiece), IsEmpty());
  ASSERT_TRUE(guard_.Forgives(1, kPiece));
  Write(0, 'a');
  Write(1, 'b');
  EXPECT_THAT(guard_.Passed(kPiece), ElementsAre(2));
  EXPECT_FALSE(guard_.IsShunned("10.0.0.1"));
}

TEST_F(PeerGuardTest, BlockThatNobodyAskedForIsNotTaken) {
  EXPECT_FALSE(Push(1, 0, 'X'));
  guard_.Asked(2, kPiece, 0);
  EXPECT_FALSE(Push(1, 0, 'X'));
  guard_.Asked(1, kPiece, 0);
  guard_.Asked(1, kPiece, 0);
  EXPECT_TRUE(Push(1, 0, 'a'));
  EXPECT_TRUE(Push(1, 0, 'a'));
  EXPECT_FALSE(Push(1, 0, 'a'));
}

TEST_F(PeerGuardTest, BlockThatWasNotWrittenBlamesNobody) {
  guard_.Asked(1, kPiece, 0);
  ASSERT_TRUE(guard_.Arrived(1, kPiece, 0));  // And is dropped.
  ASSERT_TRUE(Receive(2, 0, 'X'));
  ASSERT_TRUE(Receive(2, 1, 'b'));
  EXPECT_THAT(guard_.Failed(kPiece), ElementsAre(2));
}

TEST_F(PeerGuardTest, OneAddressCannotTakeAllPlaces) {
  int admitted = 0;
  for (ConnectionId peer = 100; peer < 1000; ++peer) {
    if (guard_.Admit(peer, "10.0.0.3")) ++admitted;
  }
  EXPECT_EQ(admitted, PeerGuard::kMaxConnections);
  EXPECT_EQ(guard_.crowded_addresses(), 1);
  guard_.Leave(100);
  EXPECT_EQ(guard_.crowded_addresses(), 0);
  EXPECT_TRUE(guard_.Admit(2000, "10.0.0.3"));
  EXPECT_TRUE(guard_.Admit(2001, "10.0.0.4"));
}

// The hash of the piece is a peer's word.
class PeerGuardWordTest : public PeerGuardTest {
 protected:
  PeerGuardWordTest() : PeerGuardTest(false) {}
};

TEST_F(PeerGuardWordTest, AWordBlamesNobody) {
  ASSERT_TRUE(Receive(1, 0, 'a'));
  ASSERT_TRUE(Receive(1, 1, 'b'));
  EXPECT_THAT(guard_.Failed(kPiece), IsEmpty());
  ASSERT_TRUE(Receive(2, 0, 'X'));
  ASSERT_TRUE(Receive(2, 1, 'b'));
  EXPECT_THAT(guard_.Passed(kPiece), IsEmpty());
  KnowHash();
  EXPECT_THAT(guard_.Passed(kPiece), IsEmpty());
}

TEST_F(PeerGuardWordTest, WhoDoesNotStandByItsBytesGoes) {
  ASSERT_TRUE(Receive(1, 0, 'X'));
  ASSERT_TRUE(Receive(1, 1, 'b'));
  EXPECT_THAT(guard_.Disowned(kPiece), ElementsAre(1));
  EXPECT_TRUE(guard_.IsShunned("10.0.0.1"));
}

TEST_F(PeerGuardWordTest, TheOriginsBytesBlameWhoSentOthers) {
  ASSERT_TRUE(Receive(1, 0, 'X'));
  ASSERT_TRUE(Receive(1, 1, 'b'));
  EXPECT_THAT(guard_.Failed(kPiece), IsEmpty());
  ASSERT_TRUE(Receive(2, 0, 'a'));
  ASSERT_TRUE(Receive(2, 1, 'b'));
  EXPECT_THAT(guard_.Failed(kPiece), IsEmpty());
  KnowHash();
  EXPECT_THAT(guard_.Passed(kPiece), ElementsAre(1));
}

TEST_F(PeerGuardWordTest, WhetherTheSendersAreThereIsKnown) {
  EXPECT_FALSE(guard_.SendersAreHere(kPiece));
  ASSERT_TRUE(Receive(1, 0, 'a'));
  EXPECT_FALSE(guard_.SendersAreHere(kPiece));
  ASSERT_TRUE(Receive(2, 1, 'b'));
  EXPECT_TRUE(guard_.SendersAreHere(kPiece));
  guard_.Leave(2);
  EXPECT_FALSE(guard_.SendersAreHere(kPiece));
}

TEST_F(PeerGuardWordTest, WhatSomebodyGaveWhoWasDrivenAwayIsKnown) {
  ASSERT_TRUE(Receive(1, 0, 'a'));
  ASSERT_TRUE(Receive(2, 1, 'b'));
  guard_.Leave(1);
  guard_.Shun(2, ShunReason::kFalseHashes);
  EXPECT_FALSE(guard_.IsOfShunned(kPiece));
  guard_.Leave(2);
  EXPECT_TRUE(guard_.IsOfShunned(kPiece));
}

}  // namespace
}  // namespace convoy
