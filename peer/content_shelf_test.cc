#include "peer/content_shelf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "peer/cache_testing.h"
#include "peer/content_shelf_testing.h"
#include "peer/fake_swarm.h"
#include "peer/manifest.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

PieceIndex P(int index) { return PieceIndex{index}; }

// What transfers fill.

TEST_F(ContentShelfTest, OneTransferAtATimeFillsAContent) {
  const ShelfFile file = MakeFile("disk.img");
  std::unique_ptr<JobTransfer> first = StartTransfer(file, ".1");
  const std::unique_ptr<JobTransfer> second = StartTransfer(file, ".2");
  EXPECT_EQ(swarm_.joins(), 1);
  first.reset();
  executor_.RunUntilIdle();
  EXPECT_EQ(swarm_.joins(), 2);
  EXPECT_EQ(swarm_.members(), 1U);
  EXPECT_FALSE(second->gave_up());
}

TEST_F(ContentShelfTest, WhoWaitedForATransferCopiesWhatItGot) {
  const ShelfFile file = MakeFile("disk.img");
  const std::unique_ptr<JobTransfer> first = StartTransfer(file, ".1");
  const std::unique_ptr<JobTransfer> second = StartTransfer(file, ".2");
  const std::unique_ptr<JobTransfer> third = StartTransfer(file, ".3");
  first->Fill(&swarm_);
  executor_.RunUntilIdle();
  EXPECT_TRUE(first->succeeded());
  EXPECT_TRUE(second->succeeded());
  EXPECT_TRUE(third->succeeded());
  EXPECT_EQ(ReadAll(OpenToRead(file.path + ".3").get()),
            ReadAll(OpenToRead(file.path).get()));
  EXPECT_EQ(swarm_.joins(), 1);
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kAll));
}

// A copy is given where the file that it was made of is not any more.
TEST_F(ContentShelfTest, ACopyTakesThePlaceOfWhatIsReleased) {
  const ShelfFile file = HeldByJob("disk.img");
  worker_.Hold();
  const std::unique_ptr<JobTransfer> copy = StartTransfer(file);
  Release(file.id());
  EXPECT_EQ(swarm_.members(), 0U);
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_TRUE(copy->succeeded());
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kAll));
}

TEST_F(ContentShelfTest, ATransferIsListedUntilItIsAbandoned) {
  const ShelfFile file = MakeFile("disk.img");
  std::unique_ptr<JobTransfer> transfer = StartTransfer(file);
  const ContentInfo info = InfoOf(file.id());
  EXPECT_EQ(info.state, ContentState::kDownloading);
  EXPECT_EQ(info.available_bytes, 0);
  EXPECT_EQ(info.owner, geteuid());
  EXPECT_EQ(Count().kept, 0);
  transfer.reset();
  EXPECT_THAT(List(), IsEmpty());
  EXPECT_EQ(HoldingOf(file), std::nullopt);
}

TEST_F(ContentShelfTest, AWholeContentStaysInTheSwarm) {
  const ShelfFile file = MakeFile("disk.img");
  const std::unique_ptr<JobTransfer> transfer = StartTransfer(file);
  transfer->Fill(&swarm_);
  executor_.RunUntilIdle();
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kAll));
  EXPECT_EQ(swarm_.joins(), 1);
  EXPECT_TRUE(swarm_.seeding());
  const ContentInfo info = InfoOf(file.id());
  EXPECT_EQ(info.state, ContentState::kSeeding);
  EXPECT_EQ(info.holding, ContentHolding::kJob);
  EXPECT_EQ(info.name, "disk.img");
  EXPECT_EQ(info.source_url, kShelfUrl);
  EXPECT_EQ(info.available_bytes, kShelfFileSize);
  EXPECT_EQ(info.owner, geteuid());
  EXPECT_EQ(info.stats.from_lan, kShelfFileSize);
}

TEST_F(ContentShelfTest, WhatASeedGivesIsAddedToWhatItsTransferGot) {
  const ShelfFile file = MakeFile("disk.img");
  SeededContent content = Whole(file);
  content.news.stats.from_origin = 1;
  content.news.stats.from_mirrors = 2;
  content.news.stats.from_cache_hosts = 3;
  content.news.stats.download_duration = absl::Seconds(4);
  content.news.stats.background = true;
  content.news.stats.mode = DownloadMode::kGroup;
  shelf_->Finish(std::move(content));
  executor_.RunUntilIdle();
  TellGiven(file.id(), 5, 6);
  const ContentStats stats = InfoOf(file.id()).stats;
  EXPECT_EQ(stats.from_origin, 1);
  EXPECT_EQ(stats.from_mirrors, 2);
  EXPECT_EQ(stats.from_cache_hosts, 3);
  EXPECT_EQ(stats.download_duration, absl::Seconds(4));
  EXPECT_EQ(stats.to_lan, 5);
  EXPECT_EQ(stats.lan_connections, 6);
  EXPECT_TRUE(stats.background);
  EXPECT_EQ(stats.mode, DownloadMode::kGroup);
}

TEST_F(ContentShelfTest, StatisticsGoOnWhenAContentIsClosedAndOpenedAgain) {
  const ShelfFile file = MakeFile("disk.img");
  {
    // Gets some, and is abandoned.
    const std::unique_ptr<JobTransfer> transfer = StartTransfer(file);
    swarm_.GivePiece(P(0), file.PieceBytes(P(0)));
  }
  shelf_->Finish(Whole(file));
  ASSERT_EQ(Keep(file), absl::OkStatus());
  TellGiven(file.id(), 5, 6);
  EXPECT_EQ(InfoOf(file.id()).stats.to_lan, 5);
  swarm_.ObserverOf(file.id()).OnSwarmError(absl::InternalError("read"));
  executor_.RunUntilIdle();
  const ContentStats resting = InfoOf(file.id()).stats;
  EXPECT_EQ(resting.to_lan, 5);
  EXPECT_EQ(resting.lan_connections, 0);
  EXPECT_GT(resting.from_lan, 0);
  Ask(file.id());
  TellGiven(file.id(), 3, 1);
  const ContentStats opened = InfoOf(file.id()).stats;
  EXPECT_EQ(opened.to_lan, 8);
  EXPECT_EQ(opened.lan_connections, 1);
  EXPECT_EQ(opened.from_lan, resting.from_lan);
}

TEST_F(ContentShelfTest, WhoLooksAContentUpLearnsWhetherItIsHereOrWhyNot) {
  const std::string held = HeldByJob("held.img").id();
  const ShelfFile kept = Kept("kept.img");
  ASSERT_EQ(Pin(kept.id(), true), absl::OkStatus());
  const std::string unknown(20, 'u');
  std::vector<ContentPresence> found = LookUp({held, kept.id(), unknown});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_TRUE(found[0].here);
  EXPECT_FALSE(found[0].pinned);
  EXPECT_TRUE(found[1].here);
  EXPECT_TRUE(found[1].pinned);
  EXPECT_FALSE(found[2].here);
  EXPECT_FALSE(found[2].departure.has_value());

  ASSERT_EQ(Evict(kept.id()), absl::OkStatus());
  Release(held);
  found = LookUp({held, kept.id()});
  EXPECT_FALSE(found[0].here);
  EXPECT_FALSE(found[0].departure.has_value());
  EXPECT_FALSE(found[1].here);
  ASSERT_TRUE(found[1].departure.has_value());
  EXPECT_EQ(found[1].departure->cause, ContentDeparture::Cause::kCall);

  const std::unique_ptr<JobTransfer> transfer = StartTransfer(kept);
  EXPECT_TRUE(LookUp({kept.id()})[0].here);
}

TEST_F(ContentShelfTest, ASeedHasNothingToFetch) {
  const ShelfFile file = HeldByJob("disk.img");
  swarm_.ObserverOf(file.id()).OnClaimed({P(1), P(3)});
  EXPECT_THAT(swarm_.unclaimed(), ElementsAre(PieceSpan{P(1), P(3)}));
}

TEST_F(ContentShelfTest, ATransferCopiesWhatASeedHas) {
  const ShelfFile file = Kept("disk.img");
  EXPECT_TRUE(StartTransfer(file)->succeeded());
  EXPECT_EQ(swarm_.members(), 1U);
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kAll));
  EXPECT_EQ(Count().kept, 1);
}

TEST_F(ContentShelfTest, ATransferTakesThePlaceOfASeedThatWasChanged) {
  const ShelfFile file = Kept("disk.img");
  ChangeInPlace(file.path);
  const std::unique_ptr<JobTransfer> transfer = StartTransfer(file);
  EXPECT_EQ(swarm_.members(), 1U);
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kSome));
  EXPECT_EQ(InfoOf(file.id()).state, ContentState::kDownloading);
  EXPECT_EQ(Count().kept, 1);
}

TEST_F(ContentShelfTest, WhatIsKeptIsHeldAgainAfterATransferOfIt) {
  const ShelfFile file = Kept("disk.img");
  ChangeInPlace(file.path);
  StartTransfer(file);  // And abandoned.
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kResting));
  EXPECT_EQ(InfoOf(file.id()).state, ContentState::kResting);
}

// From a job to the cache.

TEST_F(ContentShelfTest, AContentThatWasHandedOverIsTheCaches) {
  const ShelfFile file = HeldByJob("disk.img");
  EXPECT_EQ(Count().kept, 0);
  ASSERT_EQ(Keep(file), absl::OkStatus());
  const ContentInfo info = InfoOf(file.id());
  EXPECT_EQ(info.state, ContentState::kSeeding);
  EXPECT_EQ(info.holding, ContentHolding::kHardLink);
  EXPECT_EQ(info.local_path, file.path);
  EXPECT_EQ(info.source_url, kShelfUrl);
  EXPECT_EQ(Count().kept, 1);
  EXPECT_EQ(Count().kept_bytes, kShelfFileSize);
  Release(file.id());
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kAll));
  EXPECT_EQ(swarm_.joins(), 1);
}

TEST_F(ContentShelfTest, AContentOfACancelledJobIsGivenNoMore) {
  const ShelfFile file = HeldByJob("disk.img");
  Release(file.id());
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_EQ(HoldingOf(file), std::nullopt);
  EXPECT_THAT(List(), IsEmpty());
}

// From a job to the cache, and the process ended in between.

TEST_F(ContentShelfTest, WhatAJobHadBeforeARestartIsKept) {
  const ShelfFile file = HeldByJob("disk.img");
  Restart();
  EXPECT_THAT(List(), IsEmpty());
  EXPECT_EQ(HoldingOf(file), std::nullopt);
  ASSERT_EQ(Keep(file), absl::OkStatus());
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kResting));
  const ContentInfo info = InfoOf(file.id());
  EXPECT_EQ(info.holding, ContentHolding::kHardLink);
  EXPECT_EQ(info.source_url, kShelfUrl);
  EXPECT_EQ(info.name, "disk.img");
  Ask(file.id());
  EXPECT_THAT(HoldingOf(file), Optional(BeaconHolding::kAll));
  Restart();
  EXPECT_EQ(Count().kept, 1);
}

TEST_F(ContentShelfTest, WhatWasChangedSinceIsNotKept) {
  const ShelfFile file = HeldByJob("disk.img");
  Restart();
  ChangeInPlace(file.path);
  EXPECT_TRUE(absl::IsNotFound(Keep(file)));
  EXPECT_EQ(Count().kept, 0);
}

TEST_F(ContentShelfTest, WhatACancelledJobHadIsForgotten) {
  const ShelfFile file = HeldByJob("disk.img");
  Release(file.id());
  EXPECT_TRUE(index_->kept.empty());
  Restart();
  EXPECT_TRUE(absl::IsNotFound(Keep(file)));
}

TEST_F(ContentShelfTest, WhatWasEvictedIsForgotten) {
  const ShelfFile file = HeldByJob("disk.img");
  EXPECT_EQ(Evict(file.id()), absl::OkStatus());
  EXPECT_TRUE(absl::IsNotFound(Keep(file)));
}

TEST_F(ContentShelfTest, WhatAJobHasForLongIsForgottenByTheNextStart) {
  const ShelfFile file = HeldByJob("disk.img");
  clock_.Advance(settings_.cache_max_age + absl::Seconds(1));
  Restart();
  EXPECT_TRUE(index_->kept.empty());
  EXPECT_TRUE(absl::IsNotFound(Keep(file)));
}

TEST_F(ContentShelfTest, WhatTheCacheHasIsNotAJobs) {
  const ShelfFile file = Kept("disk.img");
  shelf_->Finish(Whole(file));
  executor_.RunUntilIdle();
  Restart();
  EXPECT_EQ(InfoOf(file.id()).holding, ContentHolding::kHardLink);
}

// BEP 27: its peers are those that its trackers know.
TEST_F(ContentShelfTest, APrivateManifestIsNotKept) {
  const ShelfFile file = MakeFile("disk.img");
  SeededContent content = Whole(file);
  auto manifest = std::make_shared<Manifest>(*file.manifest);
  manifest->is_private = true;
  content.manifest = manifest;
  shelf_->Finish(std::move(content));
  executor_.RunUntilIdle();
  EXPECT_TRUE(index_->kept.empty());
  EXPECT_FALSE(Keep(file).ok());
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_EQ(HoldingOf(file), std::nullopt);
}

TEST_F(ContentShelfTest, WithoutACacheAContentGoesWhenItIsHandedOver) {
  Restart(/*with_cache=*/false);
  const ShelfFile file = HeldByJob("disk.img");
  EXPECT_EQ(swarm_.members(), 1U);
  EXPECT_EQ(Keep(file), absl::OkStatus());
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_THAT(List(), IsEmpty());
  EXPECT_EQ(Count().kept, 0);
}

TEST_F(ContentShelfTest, NothingIsKeptWhereTheSettingsSaySo) {
  settings_.cache_max_age = absl::ZeroDuration();
  shelf_->SetSettings(settings_);
  const ShelfFile file = HeldByJob("disk.img");
  EXPECT_EQ(Keep(file), absl::OkStatus());
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_EQ(Count().kept, 0);
}

TEST_F(ContentShelfTest, WhatNoTransferFetchedCannotBeKept) {
  EXPECT_TRUE(absl::IsNotFound(Keep(MakeFile("disk.img"))));
  EXPECT_EQ(Count().kept, 0);
}

TEST_F(ContentShelfTest, AContentThatCannotBeKeptIsGivenNoMore) {
  const ShelfFile file = HeldByJob("disk.img");
  index_->failure = absl::UnavailableError("the disk is full");
  EXPECT_TRUE(absl::IsUnavailable(Keep(file)));
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_THAT(List(), IsEmpty());
}

TEST_F(ContentShelfTest, AFileThatWasChangedBeforeTheHandOverIsNotKept) {
  const ShelfFile file = HeldByJob("disk.img");
  ChangeInPlace(file.path);
  EXPECT_TRUE(absl::IsFailedPrecondition(Keep(file)));
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_EQ(Count().kept, 0);
}

TEST_F(ContentShelfTest, AFileThatIsChangedDuringTheHandOverIsNotKept) {
  const ShelfFile file = HeldByJob("disk.img");
  absl::Status kept;
  worker_.Hold();
  shelf_->Keep(RequestOf(file),
               [&kept](absl::Status status) { kept = std::move(status); });
  executor_.RunUntilIdle();
  ChangeInPlace(file.path);
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_FALSE(kept.ok());
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_EQ(Count().kept, 0);
}

TEST_F(ContentShelfTest, LearnedHashesAreKeptWithTheContent) {
  const ShelfFile file = MakeFile("disk.img");
  SeededContent content = Whole(file);
  auto learned = std::make_shared<PieceHashes>(file.manifest->layout);
  for (int i = 0; i < 3; ++i) {
    learned->Learn(P(i), file.manifest->HashOf(P(i)));
  }
  content.storage =
      std::make_shared<SwarmStorage>(content.file, std::move(learned),
                                     StorageMap::Whole(file.manifest->layout));
  for (int i = 0; i < 3; ++i) content.storage->MarkVerified(P(i));
  shelf_->Finish(std::move(content));
  ASSERT_EQ(Keep(file), absl::OkStatus());
  Restart();
  Ask(file.id());
  const PieceHashes& hashes = swarm_.content().storage->hashes();
  EXPECT_TRUE(hashes.late_bound());
  EXPECT_EQ(hashes.Find(P(2)), std::string(file.manifest->HashOf(P(2))));
}

// All of them.

TEST_F(ContentShelfTest, ContentsAreListedOnceInTheOrderOfTheirIds) {
  std::vector<std::string> ids;
  for (const char* name : {"a", "b", "c"}) ids.push_back(Kept(name).id());
  Restart();
  Ask(ids[1]);
  const ShelfFile held = HeldByJob("d");
  const ShelfFile filled = MakeFile("e");
  const std::unique_ptr<JobTransfer> transfer = StartTransfer(filled);
  ids.push_back(held.id());
  ids.push_back(filled.id());
  std::sort(ids.begin(), ids.end());
  std::vector<std::string> listed;
  for (const ContentInfo& info : List()) listed.push_back(info.id);
  EXPECT_EQ(listed, ids);
  EXPECT_EQ(Count().kept, 3);
}

TEST_F(ContentShelfTest, PeersAreTheSwarms) {
  std::vector<PeerInfo> peers;
  shelf_->ListPeers("an id", [&peers](std::vector<PeerInfo> answer) {
    peers = std::move(answer);
  });
  EXPECT_THAT(peers, IsEmpty());  // On the executor.
  executor_.RunUntilIdle();
  ASSERT_THAT(peers, SizeIs(1));
  EXPECT_EQ(peers[0].content_id, "an id");
}

TEST_F(ContentShelfTest, TheLeastRecentlyUsedIsClosedWhenTooManyAreOpen) {
  const ShelfFile first = Kept("first");
  const ShelfFile second = Kept("second");
  const ShelfFile third = Kept("third");
  const ShelfFile fourth = Kept("fourth");
  Restart();
  const ShelfFile other = MakeFile("other");
  const auto hold_more = [&](std::size_t count) {
    auto manifest = std::make_shared<Manifest>(*other.manifest);
    SeededContent content = Whole(other);
    while (swarm_.members() < count) {
      manifest = std::make_shared<Manifest>(*manifest);
      manifest->info_hash = std::to_string(swarm_.members());
      manifest->info_hash.resize(20, 'x');
      SeededContent more;
      more.manifest = manifest;
      more.storage = content.storage;
      more.file = content.file;
      shelf_->Finish(std::move(more));
    }
    executor_.RunUntilIdle();
  };
  hold_more(ContentShelf::kMaxOpen - 3);
  for (const ShelfFile* file : {&first, &second, &third}) {
    Ask(file->id());
    clock_.Advance(absl::Seconds(1));
  }
  TellGiven(first.id(), 0, 1);   // A peer is there.
  TellGiven(second.id(), 1, 0);  // A peer was there last.
  EXPECT_EQ(swarm_.members(), ContentShelf::kMaxOpen);
  Ask(fourth.id());
  EXPECT_EQ(swarm_.members(), ContentShelf::kMaxOpen);
  EXPECT_THAT(HoldingOf(first), Optional(BeaconHolding::kAll));
  EXPECT_THAT(HoldingOf(second), Optional(BeaconHolding::kAll));
  EXPECT_THAT(HoldingOf(third), Optional(BeaconHolding::kResting));
  EXPECT_THAT(HoldingOf(fourth), Optional(BeaconHolding::kAll));
  EXPECT_EQ(InfoOf(third.id()).state, ContentState::kResting);
}

TEST_F(ContentShelfTest, StopLeavesTheSwarm) {
  const ShelfFile file = Kept("disk.img");
  const ShelfFile held = HeldByJob("other");
  shelf_->Stop();
  EXPECT_EQ(swarm_.members(), 0U);
  Ask(file.id());
  EXPECT_EQ(swarm_.members(), 0U);
  EXPECT_THAT(List(), IsEmpty());
  EXPECT_EQ(Count().kept, 0);
}

}  // namespace
}  // namespace convoy
