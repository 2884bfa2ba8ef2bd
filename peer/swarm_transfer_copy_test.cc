// A content that this machine has already, or gets for another file.

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "peer/piece_hashes.h"
#include "peer/swarm_storage.h"
#include "peer/swarm_transfer_testing.h"
#include "peer/transfer_testing.h"

namespace convoy {
namespace {

class CopiedSwarmTest : public SwarmTransferTest {
 protected:
  // A whole file of the content with these bytes.
  void HaveHere(const std::string& bytes) {
    registry_.whole = FileOf(bytes);
    Verify(registry_.whole.get(), 0, found_.manifest->layout.count());
    ASSERT_EQ(registry_.whole->Freeze(), absl::OkStatus());
  }
  std::shared_ptr<SwarmStorage> FileOf(const std::string& bytes) {
    here_.Write(0, bytes);
    auto hashes = found_.late_bound
                      ? std::make_shared<PieceHashes>(found_.manifest->layout)
                      : std::make_shared<PieceHashes>(found_.manifest);
    return std::make_shared<SwarmStorage>(
        std::make_shared<FaultyTargetFile>(OpenTargetFile(here_.Open()),
                                           &here_faults_),
        std::move(hashes), StorageMap::Whole(found_.manifest->layout));
  }
  void Verify(SwarmStorage* file, int first, int end) {
    for (int piece = first; piece < end; ++piece) {
      file->hashes().Learn(P(piece), Sha1Of(PieceBytes(piece)));
      file->MarkVerified(P(piece));
    }
  }

  TestFile here_;
  FaultyTargetFile::Faults here_faults_;
};

TEST_F(CopiedSwarmTest, NobodyIsAskedForIt) {
  HaveHere(content_);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
  EXPECT_EQ(origin_.sent_bytes(), 0);
  EXPECT_EQ(observer.end().news.local_bytes, kSize);
  EXPECT_EQ(observer.end().news.origin_bytes, 0);
  EXPECT_EQ(observer.end().news.flushed_bytes, kSize);
  EXPECT_EQ(swarm_.joins(), 0);
  ASSERT_EQ(registry_.copied.size(), 1U);
  EXPECT_EQ(registry_.copied[0].member, nullptr);
  EXPECT_TRUE(registry_.finished.empty());
}

TEST_F(CopiedSwarmTest, LearnedHashesAreCopiedToo) {
  found_.late_bound = true;
  found_.sha256 = Sha256Of(content_);
  HaveHere(content_);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
  EXPECT_EQ(origin_.sent_bytes(), 0);
  ASSERT_EQ(registry_.copied.size(), 1U);
  EXPECT_EQ(registry_.copied[0].storage->hashes().Find(P(3)),
            Sha1Of(PieceBytes(3)));
}

TEST_F(CopiedSwarmTest, PiecesOfVersion2AreChecked) {
  found_.manifest = MakeManifest(
      content_, PieceHashKind::Version2(*PieceLayout::Make(kSize, kPiece)));
  std::string bytes = content_;
  bytes[static_cast<std::size_t>(5 * kPiece)] ^= 1;
  HaveHere(bytes);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
  EXPECT_GT(observer.end().news.local_bytes, 0);
  EXPECT_GT(observer.end().news.origin_bytes, 0);
}

// The origin's bytes alone are certain.
TEST_F(CopiedSwarmTest, WhatIsAWordThereIsNotCertainHere) {
  found_.late_bound = true;
  found_.sha256 = Sha256Of(content_);
  HaveHere(content_);
  registry_.whole->hashes().Decide(P(3), Sha1Of(PieceBytes(3)));
  Start();
  ASSERT_EQ(registry_.copied.size(), 1U);
  EXPECT_TRUE(registry_.copied[0].storage->hashes().certain(P(3)));
  EXPECT_FALSE(registry_.copied[0].storage->hashes().certain(P(4)));
}

// Whether these are the bytes that became certain is not known.
TEST_F(CopiedSwarmTest, WhatBecomesCertainThereDuringTheCopyIsAWordHere) {
  found_.late_bound = true;
  found_.sha256 = Sha256Of(content_);
  HaveHere(content_);
  here_faults_.after_read = [&] {
    registry_.whole->hashes().Decide(P(0), Sha1Of(PieceBytes(0)));
  };
  Start();
  ASSERT_EQ(registry_.copied.size(), 1U);
  EXPECT_TRUE(registry_.whole->hashes().certain(P(0)));
  EXPECT_FALSE(registry_.copied[0].storage->hashes().certain(P(0)));
}

TEST_F(CopiedSwarmTest, RangesAreCopied) {
  spec_.ranges = {{100, 2 * kPiece}, {10 * kPiece + 5, 10}};
  HaveHere(content_);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_.substr(100, 2 * kPiece) +
                                   content_.substr(10 * kPiece + 5, 10));
  EXPECT_EQ(origin_.sent_bytes(), 0);
  EXPECT_TRUE(registry_.copied.empty());
}

TEST_F(CopiedSwarmTest, WhatIsWrongThereComesFromTheOrigin) {
  std::string wrong = content_;
  wrong[static_cast<std::size_t>(5 * kPiece)] ^= 1;
  HaveHere(wrong);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
  EXPECT_EQ(observer.end().news.local_bytes, 5 * kPiece);
  EXPECT_EQ(observer.end().news.origin_bytes, kSize - 5 * kPiece);
  EXPECT_EQ(registry_.finished.size(), 1U);
}

TEST_F(CopiedSwarmTest, AFileThatCannotBeWrittenEndsIt) {
  HaveHere(content_);
  faults_.write = absl::ResourceExhaustedError("full");
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), faults_.write);
  EXPECT_EQ(swarm_.joins(), 0);
}

TEST_F(CopiedSwarmTest, ATransferThatIsStoppedMeanwhileIsNotCalled) {
  HaveHere(content_);
  worker_.Hold();
  Start();
  transfer_.reset();
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_TRUE(registry_.copied.empty());
}

TEST_F(CopiedSwarmTest, WherePeersAreRefusedItComesFromTheOrigin) {
  found_.peers_allowed = false;
  HaveHere(content_);
  registry_.filling.insert(found_.manifest->info_hash);
  const RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.end().news.origin_bytes, kSize);
  // Nor is it given.
  EXPECT_TRUE(registry_.copied.empty());
  EXPECT_TRUE(registry_.finished.empty());
  EXPECT_EQ(registry_.filling.size(), 1U);
}

TEST_F(CopiedSwarmTest, AnotherFileOfTheContentIsWaitedForAndCopied) {
  registry_.filling.insert(found_.manifest->info_hash);
  RecordingObserver& observer = Start();
  Advance(absl::Minutes(10));
  EXPECT_FALSE(observer.ended());
  EXPECT_FALSE(gave_up_.has_value());
  EXPECT_EQ(observer.all().back().activity,
            "waiting for another file that gets the same content");
  EXPECT_EQ(swarm_.joins(), 0);
  registry_.filling.clear();
  HaveHere(content_);
  ASSERT_EQ(registry_.waiting.size(), 1U);
  std::move(registry_.waiting[0])();
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.end().news.local_bytes, kSize);
}

TEST_F(CopiedSwarmTest, WhereTheOtherFileFailsItIsFetched) {
  registry_.filling.insert(found_.manifest->info_hash);
  const RecordingObserver& observer = Start();
  ASSERT_EQ(registry_.waiting.size(), 1U);
  registry_.filling.clear();
  std::move(registry_.waiting[0])();
  executor_.RunUntilIdle();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.end().news.origin_bytes, kSize);
  EXPECT_EQ(registry_.finished.size(), 1U);
}

TEST_F(CopiedSwarmTest, WhatTheOtherFileHasIsCopiedMeanwhile) {
  registry_.filling.insert(found_.manifest->info_hash);
  registry_.filled = FileOf(content_);
  Verify(registry_.filled.get(), 0, 3);
  RecordingObserver& observer = Start();
  Advance(absl::Seconds(3));
  EXPECT_EQ(observer.all().back().local_bytes, 3 * kPiece);
  EXPECT_EQ(observer.all().back().flushed_bytes, 3 * kPiece);
  EXPECT_TRUE(observer.all().back().connected);
  Verify(registry_.filled.get(), 3, 10);
  Advance(absl::Seconds(3));
  EXPECT_EQ(observer.all().back().local_bytes, 10 * kPiece);
  EXPECT_FALSE(observer.ended());
  // It fails: the rest is fetched.
  registry_.filling.clear();
  registry_.filled = nullptr;
  std::move(registry_.waiting[0])();
  Advance(absl::Seconds(3));
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(target_.Content(), content_);
  EXPECT_EQ(observer.end().news.origin_bytes, kSize - 10 * kPiece);
}

TEST_F(CopiedSwarmTest, WhatCameIntoDoubtThereIsCopiedWhenItIsSettled) {
  found_.late_bound = true;
  found_.sha256 = Sha256Of(content_);
  registry_.filling.insert(found_.manifest->info_hash);
  registry_.filled = FileOf(content_);
  Verify(registry_.filled.get(), 0, 3);
  registry_.filled->hashes().Decide(P(2), Sha1Of(PieceBytes(2)));
  worker_.Hold();
  RecordingObserver& observer = Start();
  registry_.filled->Doubt();
  worker_.Release();
  Advance(absl::Seconds(3));
  EXPECT_EQ(observer.all().back().local_bytes, kPiece);
  registry_.filled->Trust();
  Advance(absl::Seconds(3));
  EXPECT_EQ(observer.all().back().local_bytes, 3 * kPiece);
}

TEST_F(CopiedSwarmTest, TheOtherFileMayEndDuringACopy) {
  registry_.filling.insert(found_.manifest->info_hash);
  registry_.filled = FileOf(content_);
  Verify(registry_.filled.get(), 0, 3);
  worker_.Hold();
  RecordingObserver& observer = Start();
  registry_.filling.clear();
  registry_.whole = registry_.filled;
  Verify(registry_.whole.get(), 3, found_.manifest->layout.count());
  std::move(registry_.waiting[0])();
  worker_.Release();
  Advance(absl::Seconds(3));
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  EXPECT_EQ(observer.end().news.local_bytes, kSize);
  EXPECT_EQ(registry_.copied.size(), 1U);
}

TEST_F(CopiedSwarmTest, AllMayBeCopiedBeforeTheOtherFileEnds) {
  registry_.filling.insert(found_.manifest->info_hash);
  registry_.filled = FileOf(content_);
  Verify(registry_.filled.get(), 0, found_.manifest->layout.count());
  RecordingObserver& observer = Start();
  ASSERT_TRUE(observer.ended());
  EXPECT_EQ(observer.status(), absl::OkStatus());
  registry_.filling.clear();
  std::move(registry_.waiting[0])();
  Advance(absl::Seconds(3));
  EXPECT_EQ(origin_.sent_bytes(), 0);
  EXPECT_EQ(swarm_.joins(), 0);
}

TEST_F(CopiedSwarmTest, WhoIsWaitedForAsksTheOriginSooner) {
  spec_.origin_delay = absl::Hours(10);
  const RecordingObserver& observer = Start();
  Advance(absl::Seconds(20));
  EXPECT_EQ(origin_.sent_bytes(), 0);
  transfer_->WaitNoLonger(absl::Hours(20));
  transfer_->WaitNoLonger(absl::Seconds(10));
  Advance(absl::Seconds(9));
  EXPECT_EQ(origin_.sent_bytes(), 0);
  Advance(absl::Seconds(2));
  EXPECT_TRUE(observer.ended());
  EXPECT_EQ(origin_.sent_bytes(), kSize);
}

TEST_F(CopiedSwarmTest, ATransferThatOnlyWaitedEndsNoOthers) {
  registry_.filling.insert(found_.manifest->info_hash);
  Start();
  transfer_.reset();
  EXPECT_EQ(registry_.filling.size(), 1U);
  std::move(registry_.waiting[0])();
}

}  // namespace
}  // namespace convoy
