#include "peer/lone_member.h"

#include <sys/mman.h>

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "peer/base/unique_fd.h"
#include "peer/transfer_testing.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kPiece = PieceLayout::kBlockLength;

PieceIndex P(int index) { return PieceIndex{index}; }

// A late-bound content of four pieces, whose observer this is.
class LoneMemberTest : public ::testing::Test, private SwarmObserver {
 protected:
  void Join() {
    SwarmContent content;
    content.storage = storage_;
    content.downloads = true;
    SwarmObserver* const self = this;
    member_ = MakeLoneMember(content, self, &executor_, "no interface is up",
                             "swarm.interfaces");
  }
  void Demand(int lanes, int max_pieces) {
    member_->SetDemand(lanes, max_pieces);
    executor_.RunUntilIdle();
  }
  void Put(PieceIndex piece) {
    storage_->hashes().Decide(piece, std::string(PieceHashes::kSize, 'a'));
    storage_->MarkVerified(piece);
    member_->PiecePut(piece);
    executor_.RunUntilIdle();
  }

  void OnPeerPiece(PieceIndex) override {}
  void OnClaimed(PieceSpan span) override {
    for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
      claimed_.push_back(piece.value);
    }
  }
  void OnUnclaimed(PieceSpan) override {}
  void OnDoubtsSettled() override { ++settled_; }
  void OnSwarmNews(const SwarmNews& news) override { news_ = news; }
  void OnSwarmError(absl::Status) override {}

  const PieceLayout layout_ = *PieceLayout::Make(4 * kPiece, kPiece);
  const std::shared_ptr<SwarmStorage> storage_ = std::make_shared<SwarmStorage>(
      OpenTargetFile(UniqueFd(memfd_create("content", MFD_CLOEXEC))),
      std::make_shared<PieceHashes>(layout_), StorageMap::Whole(layout_));
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  std::unique_ptr<SwarmMember> member_;
  std::vector<int> claimed_;
  int settled_ = 0;
  SwarmNews news_;
};

TEST_F(LoneMemberTest, WhatIsMissingIsClaimedAndTheReasonTold) {
  storage_->MarkVerified(P(1));
  Join();
  Demand(1, 2);
  EXPECT_THAT(claimed_, ElementsAre(0));
  Demand(1, 2);
  EXPECT_THAT(claimed_, ElementsAre(0, 2, 3));
  EXPECT_EQ(news_.refused, "no interface is up");
  EXPECT_EQ(news_.policy, "swarm.interfaces");
}

// Pieces of an earlier transfer.
TEST_F(LoneMemberTest, WhatIsInDoubtIsClaimedUntilAllIsCertain) {
  for (int piece = 0; piece < 4; ++piece) storage_->MarkVerified(P(piece));
  Join();
  Put(P(0));
  Put(P(3));
  Demand(1, 4);
  EXPECT_THAT(claimed_, IsEmpty());
  member_->Doubt(false);
  Demand(1, 4);
  EXPECT_THAT(claimed_, ElementsAre(1, 2));
  Put(P(1));
  EXPECT_EQ(settled_, 0);
  Put(P(2));
  EXPECT_EQ(settled_, 1);
}

}  // namespace
}  // namespace convoy
