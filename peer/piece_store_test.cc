#include "peer/piece_store.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "peer/transfer_testing.h"

namespace convoy {
namespace {

constexpr std::int64_t kPiece = PieceLayout::kMinPieceLength;

class PieceStoreTest : public testing::Test, public PieceStore::Listener {
 protected:
  void OnFlushed() override { ++flushes_; }
  void OnBacklog(bool full) override { backlog_ = full; }
  void OnStoreEnd(absl::Status status) override {
    EXPECT_FALSE(end_) << "ended twice";
    end_ = std::move(status);
  }

  std::unique_ptr<PieceStore> Make(std::string sha256 = "") {
    return std::make_unique<PieceStore>(
        PieceStore::Parts{&executor_, &worker_},
        std::make_shared<FaultyTargetFile>(OpenTargetFile(target_.Open()),
                                           &faults_),
        std::move(sha256), this);
  }
  // Claims and writes bytes [from, to) of `content`.
  static void Put(PieceStore* store, const std::string& content,
                  std::int64_t from, std::int64_t to) {
    ASSERT_TRUE(store
                    ->Write(from, absl::string_view(content).substr(
                                      static_cast<std::size_t>(from),
                                      static_cast<std::size_t>(to - from)))
                    .ok());
  }

  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeFileWorker worker_{executor_};
  FaultyTargetFile::Faults faults_;
  TestFile target_;
  int flushes_ = 0;
  bool backlog_ = false;
  std::optional<absl::Status> end_;
};

TEST_F(PieceStoreTest, CountsOnlyWhatWasSyncedAsFlushed) {
  const std::string content = TestContent(3 * kPiece);
  auto store = Make();
  ASSERT_TRUE(store->Open(PieceLayout(3 * kPiece)).ok());
  Put(store.get(), content, 0, 2 * kPiece + 10);
  EXPECT_EQ(store->flushed_bytes(), 0);
  worker_.Hold();
  executor_.Advance(absl::Seconds(2));
  EXPECT_EQ(store->flushed_bytes(), 0) << "the sync has not run";
  Put(store.get(), content, 2 * kPiece + 10, 3 * kPiece);
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_EQ(store->flushed_bytes(), 2 * kPiece)
      << "the third piece came after that sync began";
  EXPECT_EQ(flushes_, 1);
}

TEST_F(PieceStoreTest, FlushesAFewTimesASecondNotForEachPiece) {
  const std::string content = TestContent(20 * kPiece);
  auto store = Make();
  ASSERT_TRUE(store->Open(PieceLayout(20 * kPiece)).ok());
  for (int i = 0; i < 19; ++i) {
    Put(store.get(), content, i * kPiece, (i + 1) * kPiece);
    executor_.Advance(absl::Milliseconds(100));
  }
  EXPECT_GE(faults_.syncs, 1);
  EXPECT_LE(faults_.syncs, 3);
}

TEST_F(PieceStoreTest, FlushesAtOnceWhenMuchWaits) {
  const std::int64_t size = 80 * kMiB;
  const std::string content = TestContent(size);
  auto store = Make();
  ASSERT_TRUE(store->Open(PieceLayout(size)).ok());
  Put(store.get(), content, 0, 70 * kMiB);
  executor_.RunUntilIdle();
  EXPECT_EQ(store->flushed_bytes(), 70 * kMiB);
}

TEST_F(PieceStoreTest, EndsWithTheFileOnDiskAndNoTimer) {
  const std::string content = TestContent(3 * kPiece + 7);
  auto store = Make(Sha256Of(content));
  ASSERT_TRUE(store->Open(PieceLayout(3 * kPiece + 7)).ok());
  Put(store.get(), content, 0, 3 * kPiece + 7);
  ASSERT_TRUE(store->Finish().ok());
  EXPECT_FALSE(end_);
  executor_.RunUntilIdle();
  ASSERT_TRUE(end_);
  EXPECT_TRUE(end_->ok()) << *end_;
  EXPECT_EQ(store->flushed_bytes(), 3 * kPiece + 7);
  EXPECT_FALSE(executor_.HasTimers());
}

TEST_F(PieceStoreTest, HashesPiecesThatCameOutOfOrder) {
  const std::string content = TestContent(100 * kPiece);
  auto store = Make(Sha256Of(content));
  ASSERT_TRUE(store->Open(PieceLayout(100 * kPiece)).ok());
  for (const auto& [from, to] :
       {std::pair(50, 100), std::pair(0, 40), std::pair(40, 50)}) {
    Put(store.get(), content, from * kPiece, to * kPiece);
    executor_.RunUntilIdle();
  }
  ASSERT_TRUE(store->Finish().ok());
  executor_.RunUntilIdle();
  ASSERT_TRUE(end_);
  EXPECT_TRUE(end_->ok()) << *end_;
}

TEST_F(PieceStoreTest, FindsASingleWrongByte) {
  std::string content = TestContent(3 * kPiece);
  auto store = Make(Sha256Of(content));
  content[2 * kPiece] ^= 1;
  ASSERT_TRUE(store->Open(PieceLayout(3 * kPiece)).ok());
  Put(store.get(), content, 0, 3 * kPiece);
  ASSERT_TRUE(store->Finish().ok());
  executor_.RunUntilIdle();
  ASSERT_TRUE(end_);
  EXPECT_EQ(ReasonOf(*end_), v1::ERROR_REASON_VALIDATION_FAILED);
}

// Before the digest has come to it, behind it, and while it is under way.
TEST_F(PieceStoreTest, TheDigestIsOfBytesThatReplacedOthers) {
  const std::string content = TestContent(100 * kPiece);
  std::string wrong = content;
  wrong[5] = static_cast<char>(wrong[5] ^ 1);
  for (const bool hashed : {false, true}) {
    for (const bool held : {false, true}) {
      for (const bool finishing : {false, true}) {
        end_.reset();
        auto store = Make(Sha256Of(content));
        ASSERT_TRUE(store->Open(PieceLayout(100 * kPiece)).ok());
        Put(store.get(), wrong, 0, (finishing ? 100 : 99) * kPiece);
        if (hashed) executor_.RunUntilIdle();
        if (held) worker_.Hold();
        if (finishing) {
          ASSERT_TRUE(store->Finish().ok());
        }
        target_.Write(0, content.substr(0, kPiece));
        store->NoteReplaced(0);
        if (!finishing) {
          Put(store.get(), content, 99 * kPiece, 100 * kPiece);
          ASSERT_TRUE(store->Finish().ok());
        }
        worker_.Release();
        executor_.RunUntilIdle();
        ASSERT_TRUE(end_);
        EXPECT_TRUE(end_->ok()) << *end_ << " " << hashed << held << finishing;
      }
    }
  }
}

TEST_F(PieceStoreTest,
       ADigestOfBytesThatWereReplacedAfterItReadThemIsBegunAnew) {
  const std::string content = TestContent(3 * kPiece);
  std::string wrong = content;
  wrong[5] = static_cast<char>(wrong[5] ^ 1);
  auto store = Make(Sha256Of(content));
  ASSERT_TRUE(store->Open(PieceLayout(3 * kPiece)).ok());
  Put(store.get(), wrong, 0, 3 * kPiece);
  bool replaced = false;
  faults_.after_read = [&] {
    if (std::exchange(replaced, true)) return;
    target_.Write(0, content.substr(0, kPiece));
    // Before the worker's news, which are posted when it is done.
    executor_.Post([&] { store->NoteReplaced(0); });
  };
  ASSERT_TRUE(store->Finish().ok());
  executor_.RunUntilIdle();
  EXPECT_TRUE(replaced);
  ASSERT_TRUE(end_);
  EXPECT_TRUE(end_->ok()) << *end_;
}

TEST_F(PieceStoreTest, AfterAWrongDigestPiecesAreReplacedAndItIsCheckedAgain) {
  const std::string content = TestContent(100 * kPiece);
  std::string wrong = content;
  wrong[5] = static_cast<char>(wrong[5] ^ 1);
  wrong[kPiece] = static_cast<char>(wrong[kPiece] ^ 1);
  auto store = Make(Sha256Of(content));
  ASSERT_TRUE(store->Open(PieceLayout(100 * kPiece)).ok());
  Put(store.get(), wrong, 0, 100 * kPiece);
  ASSERT_TRUE(store->Finish().ok());
  executor_.RunUntilIdle();
  for (const std::size_t at : {0, 1}) {
    ASSERT_TRUE(end_);
    EXPECT_EQ(ErrorDetailOf(*end_).reason(), v1::ERROR_REASON_VALIDATION_FAILED)
        << at;
    end_.reset();
    target_.Write(static_cast<std::int64_t>(at) * kPiece,
                  content.substr(at * kPiece, kPiece));
    store->NoteReplaced(static_cast<std::int64_t>(at) * kPiece);
    executor_.RunUntilIdle();
    EXPECT_FALSE(end_);
    store->FinishAgain();
    executor_.RunUntilIdle();
  }
  ASSERT_TRUE(end_);
  EXPECT_TRUE(end_->ok()) << *end_;
  EXPECT_EQ(store->flushed_bytes(), 100 * kPiece);
}

// Who replaces a piece of ranges writes all of it.
TEST_F(PieceStoreTest, WhatIsWrittenBehindTheEndOfAFileThatWasCutIsCutAgain) {
  const std::string content = TestContent(3 * kPiece);
  const std::int64_t size = 2 * kPiece + 10;
  for (const bool fails : {false, true}) {
    end_.reset();
    auto store = Make();
    ASSERT_TRUE(
        store->RestoreScattered(PieceLayout(3 * kPiece), {}, 3 * kPiece, size)
            .ok());
    target_.Write(0, content);
    store->NoteWritten(0, 3 * kPiece);
    worker_.Hold();
    ASSERT_TRUE(store->Finish().ok());
    EXPECT_EQ(target_.Size(), size);
    target_.Write(0, content);
    if (fails) faults_.set_size = absl::InternalError("broken");
    store->NoteReplaced(0);
    EXPECT_EQ(end_.has_value(), fails);
    worker_.Release();
    executor_.RunUntilIdle();
    ASSERT_TRUE(end_);
    EXPECT_EQ(*end_, faults_.set_size);
    if (fails) continue;
    EXPECT_EQ(target_.Content(), content.substr(0, size));
  }
}

TEST_F(PieceStoreTest, AStreamBecomesAFile) {
  const std::string content = TestContent(2 * kPiece + 5);
  auto store = Make(Sha256Of(content));
  ASSERT_TRUE(store->OpenStream().ok());
  Put(store.get(), content, 0, kPiece + 100);
  executor_.Advance(absl::Seconds(2));
  EXPECT_EQ(store->flushed_bytes(), kPiece + 100);
  Put(store.get(), content, kPiece + 100, 2 * kPiece + 5);
  ASSERT_TRUE(store->EndStream().ok());
  EXPECT_EQ(store->flushed_bytes(), kPiece + 100) << "must not fall back";
  ASSERT_TRUE(store->Finish().ok());
  executor_.RunUntilIdle();
  ASSERT_TRUE(end_);
  EXPECT_TRUE(end_->ok()) << *end_;
  EXPECT_EQ(store->flushed_bytes(), 2 * kPiece + 5);
}

TEST_F(PieceStoreTest, ClearForgetsWhatIsUnderWay) {
  const std::string content = TestContent(3 * kPiece);
  auto store = Make();
  ASSERT_TRUE(store->Open(PieceLayout(3 * kPiece)).ok());
  Put(store.get(), content, 0, 2 * kPiece);
  worker_.Hold();
  executor_.Advance(absl::Seconds(2));
  ASSERT_TRUE(store->Clear().ok());
  EXPECT_EQ(target_.Size(), 0);
  ASSERT_TRUE(store->Open(PieceLayout(2 * kPiece)).ok());
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_EQ(store->flushed_bytes(), 0);
  EXPECT_EQ(store->written_bytes(), 0);
}

TEST_F(PieceStoreTest, SaysWhenTheDiskIsBehind) {
  const std::int64_t size = 200 * kMiB;
  const std::string part(16 * kMiB, 'x');
  auto store = Make();
  ASSERT_TRUE(store->Open(PieceLayout(size)).ok());
  worker_.Hold();
  for (std::int64_t at = 0; at < 160 * kMiB; at += 16 * kMiB) {
    EXPECT_EQ(backlog_, at > 128 * kMiB) << at;
    ASSERT_TRUE(store->Write(at, part).ok());
  }
  EXPECT_TRUE(backlog_);
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_FALSE(backlog_);
}

TEST_F(PieceStoreTest, ReportsAFailedSync) {
  auto store = Make();
  ASSERT_TRUE(store->Open(PieceLayout(2 * kPiece)).ok());
  faults_.sync =
      Error(v1::ERROR_REASON_LOCAL_FILE_IO, v1::ERROR_CONTEXT_LOCAL_FILE)
          .Status("broken");
  Put(store.get(), TestContent(kPiece), 0, kPiece);
  executor_.Advance(absl::Seconds(2));
  ASSERT_TRUE(end_);
  EXPECT_EQ(ReasonOf(*end_), v1::ERROR_REASON_LOCAL_FILE_IO);
  EXPECT_EQ(store->flushed_bytes(), 0);
}

TEST_F(PieceStoreTest, CanBeDestroyedWhileWorkIsUnderWay) {
  auto store = Make(Sha256Of("x"));
  ASSERT_TRUE(store->Open(PieceLayout(40 * kMiB)).ok());
  worker_.Hold();
  ASSERT_TRUE(store->Write(0, std::string(20 * kMiB, 'x')).ok());
  executor_.Advance(absl::Seconds(2));
  store.reset();
  worker_.Release();
  executor_.RunUntilIdle();
  EXPECT_FALSE(end_);
  EXPECT_EQ(flushes_, 0);
}

}  // namespace
}  // namespace convoy
