// What the cache keeps, and what jobs have of it at the same time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/cache_testing.h"
#include "peer/content_shelf_testing.h"
#include "peer/fake_swarm.h"

namespace convoy {
namespace {

using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

PieceIndex P(int index) { return PieceIndex{index}; }

using ContentShelfCacheTest = ContentShelfTest;

TEST_F(ContentShelfCacheTest, WhatIsKeptIsHeldFromTheStart) {
  const ShelfFile file = Resting("disk.img");
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kResting));
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_EQ(InfoOf(file.id()).state, ContentState::kResting);
}

TEST_F(ContentShelfCacheTest, ATransferBeforeTheCacheIsReadCopiesWhatItHas) {
  const ShelfFile file = Resting("disk.img");
  const int before = swarm_.joins();
  worker_.Hold();
  Restart();
  const std::unique_ptr<JobTransfer> transfer = StartTransfer(file);
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_TRUE(transfer->succeeded());
  EXPECT_EQ(Count().kept, 1);
  EXPECT_EQ(swarm_.joins(), before);
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kResting));
}

TEST_F(ContentShelfCacheTest, AKeptContentIsOpenedWhenSomebodyAsks) {
  const ShelfFile file = Resting("disk.img");
  settings_.max_mode = DownloadMode::kGroup;
  shelf_->SetSettings(settings_);
  clock_.Advance(absl::Hours(1));
  Ask(file.id());
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kAll));
  EXPECT_EQ(swarm_.content().mode, DownloadMode::kGroup);
  EXPECT_FALSE(swarm_.content().downloads);
  std::string bytes(7'000, '\0');
  ASSERT_EQ(swarm_.content().storage->Read(P(2), 200, &bytes[0], 7'000),
            absl::OkStatus());
  EXPECT_EQ(bytes, file.PieceBytes(P(2)).substr(200, 7'000));
  const ContentInfo info = InfoOf(file.id());
  EXPECT_EQ(info.state, ContentState::kSeeding);
  EXPECT_EQ(info.source_url, kShelfUrl);
  EXPECT_EQ(info.last_use_time, clock_.Now());
}

TEST_F(ContentShelfCacheTest, WhoeverAsksMeanwhileOpensItOnlyOnce) {
  const ShelfFile file = Resting("disk.img");
  const int before = swarm_.joins();
  swarm_.Ask(file.id());
  swarm_.Ask(file.id());
  executor_.RunUntilIdle();
  Ask(file.id());
  EXPECT_EQ(swarm_.joins(), before + 1);
  EXPECT_EQ(index_->manifests_read, 1);
}

TEST_F(ContentShelfCacheTest, WhatATransferFillsIsNotOpenedFromTheCache) {
  const ShelfFile file = MakeFile("disk.img");
  const std::unique_ptr<JobTransfer> transfer = StartTransfer(file);
  ASSERT_TRUE(Adopt(file).ok());
  Ask(file.id());
  EXPECT_EQ(swarm_.members(), 1U);
  EXPECT_EQ(index_->manifests_read, 0);
}

TEST_F(ContentShelfCacheTest, ATransferThatBeginsDuringTheOpeningCopiesIt) {
  const ShelfFile file = Resting("disk.img");
  worker_.Hold();
  Ask(file.id());
  const std::unique_ptr<JobTransfer> transfer = StartTransfer(file);
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_TRUE(transfer->succeeded());
  EXPECT_EQ(swarm_.members(), 1U);
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kAll));
}

TEST_F(ContentShelfCacheTest, ATransferIsFoundThoughWhatWasKeptIsGone) {
  const ShelfFile file = Resting("disk.img");
  ChangeInPlace(file.path);
  worker_.Hold();
  Ask(file.id());
  const std::unique_ptr<JobTransfer> transfer = StartTransfer(file);
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_EQ(Count().gone.changed, 1);
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kSome));
}

TEST_F(ContentShelfCacheTest, WhatIsNotKeptIsNotHeldWhenSomebodyAsks) {
  const ShelfFile file = MakeFile("disk.img");
  swarm_.Hold(file.id());
  Ask(file.id());
  EXPECT_EQ(HoldingOf(file), std::nullopt);
}

TEST_F(ContentShelfCacheTest, AFileThatWasChangedIsNotGiven) {
  const ShelfFile file = Resting("disk.img");
  const int before = swarm_.joins();
  ChangeInPlace(file.path);
  Ask(file.id());
  EXPECT_EQ(swarm_.joins(), before);
  EXPECT_EQ(HoldingOf(file), std::nullopt);
  EXPECT_THAT(List(), IsEmpty());
  EXPECT_EQ(Count().gone.changed, 1);
}

TEST_F(ContentShelfCacheTest, AFileThatIsChangedDuringTheOpeningIsNotGiven) {
  const ShelfFile file = Resting("disk.img");
  const int before = swarm_.joins();
  worker_.Hold();
  Ask(file.id());
  worker_.Release();
  worker_.Hold();
  executor_.RunUntilIdle();  // The file is opened, its manifest not yet read.
  ChangeInPlace(file.path);
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_EQ(index_->manifests_read, 1);
  EXPECT_EQ(swarm_.joins(), before);
  Ask(file.id());
  EXPECT_EQ(swarm_.joins(), before);
  EXPECT_THAT(List(), IsEmpty());
}

TEST_F(ContentShelfCacheTest, ASeedWhoseFileWasChangedLeavesTheCache) {
  const ShelfFile file = Kept("disk.img");
  ChangeInPlace(file.path);
  swarm_.ObserverOf(file.id()).OnSwarmError(
      absl::FailedPreconditionError("the file was changed"));
  executor_.RunUntilIdle();
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_EQ(HoldingOf(file), std::nullopt);
  EXPECT_EQ(Count().gone.changed, 1);
}

TEST_F(ContentShelfCacheTest, AnErrorThatPassesLeavesAKeptContentHeld) {
  const ShelfFile file = Kept("disk.img");
  swarm_.ObserverOf(file.id()).OnSwarmError(absl::InternalError("read"));
  executor_.RunUntilIdle();
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kResting));
  Ask(file.id());
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kAll));
}

// A job fetches into a file of its own what the cache has from an earlier one.
class ContentFetchedAgainTest : public ContentShelfTest {
 protected:
  ContentFetchedAgainTest() { shelf_->Finish(Whole(file_)); }

  const ShelfFile file_ = Resting("disk.img");
};

TEST_F(ContentFetchedAgainTest, WhatTheCacheHasStaysWhenTheJobIsCancelled) {
  ASSERT_THAT(HoldingOf(file_), Optional(BeaconHolding::kAll));
  Release(file_.id());
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_THAT(HoldingOf(file_), Optional(BeaconHolding::kResting));
}

TEST_F(ContentFetchedAgainTest, WhatTheJobHasStaysWhenTheCacheLosesIt) {
  executor_.Advance(settings_.cache_max_age + absl::Minutes(2));
  EXPECT_EQ(Count().gone.age, 1);
  EXPECT_THAT(HoldingOf(file_), Optional(BeaconHolding::kAll));
  EXPECT_EQ(InfoOf(file_.id()).holding, ContentHolding::kJob);
}

TEST_F(ContentFetchedAgainTest, BothAreEvicted) {
  EXPECT_EQ(Evict(file_.id()), absl::OkStatus());
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_EQ(HoldingOf(file_), std::nullopt);
  EXPECT_THAT(List(), IsEmpty());
}

TEST_F(ContentFetchedAgainTest, ItIsNotEvictedWhileItIsHandedOver) {
  std::vector<absl::Status> answers;
  const auto note = [&answers](absl::Status status) {
    answers.push_back(std::move(status));
  };
  shelf_->Keep(RequestOf(file_), note);
  shelf_->Evict(file_.id(), note);
  executor_.RunUntilIdle();
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(answers[0], absl::OkStatus());
  EXPECT_TRUE(absl::IsFailedPrecondition(answers[1]));
  EXPECT_THAT(HoldingOf(file_), Optional(BeaconHolding::kAll));
  EXPECT_EQ(Count().kept, 1);
}

TEST_F(ContentShelfCacheTest, OnlyWhatIsGivenCountsAsAUse) {
  const ShelfFile file = Kept("disk.img");
  TellGiven(file.id(), 100, 1);
  const absl::Time used = clock_.Now();
  clock_.Advance(absl::Minutes(1));
  TellGiven(file.id(), 100, 2);
  EXPECT_EQ(InfoOf(file.id()).last_use_time, used);
  TellGiven(file.id(), 101, 2);
  EXPECT_EQ(InfoOf(file.id()).last_use_time, clock_.Now());
  executor_.Advance(absl::Minutes(2));  // Uses are stored with the sweep.
  EXPECT_EQ(index_->kept.at(file.id()).row.last_use_time,
            used + absl::Minutes(1));
}

TEST_F(ContentShelfCacheTest, ContentsArePinnedInTheCache) {
  const ShelfFile file = Kept("disk.img");
  EXPECT_EQ(Pin(file.id(), true), absl::OkStatus());
  EXPECT_TRUE(InfoOf(file.id()).pinned);
  EXPECT_EQ(Pin(file.id(), false), absl::OkStatus());
  EXPECT_FALSE(InfoOf(file.id()).pinned);
  EXPECT_TRUE(absl::IsNotFound(Pin(MakeFile("other").id(), true)));
  Restart(/*with_cache=*/false);
  EXPECT_TRUE(absl::IsNotFound(Pin(file.id(), true)));
}

TEST_F(ContentShelfCacheTest, AnEvictedContentIsGivenNoMore) {
  const ShelfFile file = Kept("disk.img");
  ASSERT_EQ(Evict(file.id()), absl::OkStatus());
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_EQ(HoldingOf(file), std::nullopt);
  EXPECT_THAT(List(), IsEmpty());
  EXPECT_EQ(Count().gone.call, 1);
  EXPECT_TRUE(absl::IsNotFound(Evict(file.id())));
}

TEST_F(ContentShelfCacheTest, ARestingContentIsEvicted) {
  const ShelfFile file = Resting("disk.img");
  ASSERT_EQ(Evict(file.id()), absl::OkStatus());
  EXPECT_EQ(HoldingOf(file), std::nullopt);
  EXPECT_THAT(List(), IsEmpty());
}

TEST_F(ContentShelfCacheTest, WhatAJobFetchesIsNotEvicted) {
  const ShelfFile fresh = MakeFile("fresh");
  const std::unique_ptr<JobTransfer> other = StartTransfer(fresh);
  EXPECT_TRUE(absl::IsFailedPrecondition(Evict(fresh.id())));
  const ShelfFile file = Kept("disk.img");
  ChangeInPlace(file.path);  // So that it is not copied.
  std::unique_ptr<JobTransfer> transfer = StartTransfer(file);
  EXPECT_TRUE(absl::IsFailedPrecondition(Evict(file.id())));
  EXPECT_EQ(swarm_.members(), 2U);
  EXPECT_EQ(Count().kept, 1);
  transfer.reset();
  EXPECT_EQ(Evict(file.id()), absl::OkStatus());
  EXPECT_EQ(Count().kept, 0);
}

TEST_F(ContentShelfCacheTest, WhatAJobHoldsIsEvictedFromTheSwarm) {
  const ShelfFile file = HeldByJob("disk.img");
  EXPECT_EQ(Evict(file.id()), absl::OkStatus());
  EXPECT_EQ(swarm_.members(), 0U);
  Restart(/*with_cache=*/false);
  const ShelfFile other = HeldByJob("other");
  EXPECT_EQ(Evict(other.id()), absl::OkStatus());
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_TRUE(absl::IsNotFound(Evict(other.id())));
}

TEST_F(ContentShelfCacheTest, AnAdoptedFileIsHeld) {
  const ShelfFile file = MakeFile("disk.img");
  const absl::StatusOr<ContentInfo> info = Adopt(file);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->id, file.id());
  EXPECT_EQ(info->local_path, file.path);
  EXPECT_EQ(info->state, ContentState::kResting);
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kResting));
  Restart(/*with_cache=*/false);
  EXPECT_TRUE(absl::IsFailedPrecondition(Adopt(file).status()));
}

TEST_F(ContentShelfCacheTest, AFileThatAJobFetchesMayBeAdopted) {
  const ShelfFile file = MakeFile("disk.img");
  std::unique_ptr<JobTransfer> transfer = StartTransfer(file);
  ASSERT_TRUE(Adopt(file).ok());
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kSome));
  transfer.reset();
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kResting));
}

TEST_F(ContentShelfCacheTest, AFileThatIsNotTheManifestsIsNotAdopted) {
  ShelfFile file = MakeFile("disk.img");
  ChangeInPlace(file.path);
  EXPECT_TRUE(absl::IsFailedPrecondition(Adopt(file).status()));
  EXPECT_EQ(HoldingOf(file), std::nullopt);
}

}  // namespace
}  // namespace convoy
