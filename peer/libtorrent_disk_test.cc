#include "peer/libtorrent_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <libtorrent/add_torrent_params.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "peer/libtorrent_disk_testing.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Reads.

TEST_F(LibtorrentDiskTest, VerifiedBytesInMemoryAreReadWithoutTheWorker) {
  PutPiece(1);
  worker_.Hold();
  const Read read = ReadNow(1, 500, kBlock);
  EXPECT_EQ(read.bytes, Bytes(1, 500, kBlock));
  EXPECT_FALSE(read.error);
}

TEST_F(LibtorrentDiskTest, BytesThatAreNotInMemoryAreReadByTheWorker) {
  UseFile(std::make_shared<ColdFile>(OpenTargetFile(target_.Open())),
          std::make_shared<PieceHashes>(manifest_));
  PutPiece(1);
  worker_.Hold();
  const auto read = StartRead(1, 500, kBlock);
  loop_.RunUntilIdle();
  EXPECT_FALSE(read->has_value());
  worker_.Release();
  loop_.RunUntilIdle();
  ASSERT_TRUE(read->has_value());
  EXPECT_EQ((*read)->bytes, Bytes(1, 500, kBlock));
  EXPECT_FALSE((*read)->error);
}

TEST_F(LibtorrentDiskTest, TheLastBlockIsShort) {
  ASSERT_TRUE(*entry_->storage->PutPiece(P(3), Bytes(3)));
  EXPECT_EQ(ReadNow(3, 0, 1000).bytes, Bytes(3));
}

TEST_F(LibtorrentDiskTest, RequestsThatNoBlockHasAreNotServed) {
  PutPiece(1);
  for (const int length : {-1, 0, kBlock + 1}) {
    const Read read = ReadNow(1, 0, length);
    EXPECT_TRUE(IsCancelled(read.error)) << length;
    EXPECT_EQ(read.bytes, "");
  }
  EXPECT_THAT(listener_.errors, IsEmpty());
}

TEST_F(LibtorrentDiskTest, AFileThatWasChangedIsNotReadAndTheTorrentIsTold) {
  PutPiece(1);
  ASSERT_TRUE(entry_->storage->Freeze().ok());
  EXPECT_FALSE(ReadNow(1, 0, kBlock).error);
  target_.SetSize(kSize + 1);
  const Read read = ReadNow(1, 0, kBlock);
  EXPECT_TRUE(IsCancelled(read.error));
  EXPECT_EQ(read.bytes, "");
  ASSERT_THAT(listener_.errors, SizeIs(1));
  EXPECT_TRUE(absl::IsFailedPrecondition(listener_.errors[0]));
}

TEST_F(LibtorrentDiskTest, AReadThatFailsIsToldToTheTorrent) {
  const auto file = std::make_shared<ColdFile>(OpenTargetFile(target_.Open()));
  UseFile(file, std::make_shared<PieceHashes>(manifest_));
  PutPiece(1);
  file->read_failure = absl::DataLossError("the disk is broken");
  EXPECT_TRUE(IsCancelled(ReadNow(1, 0, kBlock).error));
  EXPECT_THAT(listener_.errors, ElementsAre(file->read_failure));
  // The reason is the disk's, whatever is read.
  EXPECT_TRUE(
      IsCancelled(ReadNow(2, 0, kBlock, lt::disk_interface::force_copy).error));
  EXPECT_THAT(listener_.errors,
              ElementsAre(file->read_failure, file->read_failure));
}

TEST_F(LibtorrentDiskTest, AnErrorAfterTheTorrentHasGoneIsToldToNobody) {
  UseFile(std::make_shared<ColdFile>(OpenTargetFile(target_.Open())),
          std::make_shared<PieceHashes>(manifest_));
  const auto read = StartRead(1, 0, kBlock);  // Not verified.
  entry_->listener = nullptr;
  storage_.reset();
  loop_.RunUntilIdle();
  ASSERT_TRUE(read->has_value());
  EXPECT_TRUE(IsCancelled((*read)->error));
  EXPECT_THAT(listener_.errors, IsEmpty());
}

TEST_F(LibtorrentDiskTest, WhatIsAboutToBeOverwrittenIsReadRightOrWrong) {
  WritePiece(2, wrong_);
  const auto read =
      StartRead(2, kBlock, kBlock, lt::disk_interface::force_copy);
  WritePiece(2, Bytes(2));
  loop_.RunUntilIdle();
  ASSERT_TRUE(read->has_value());
  EXPECT_EQ((*read)->bytes, wrong_.substr(0, kBlock));
  EXPECT_EQ(target_.Content().substr(2 * kPiece, kPiece), Bytes(2));
}

// Writes and hashes.

TEST_F(LibtorrentDiskTest, ABlockOfAPeerIsInTheFileAtOnce) {
  EXPECT_FALSE(StartWrite(1, kBlock, Bytes(1, kBlock, kBlock), peer_));
  EXPECT_EQ(target_.Content().substr(kPiece + kBlock, kBlock),
            Bytes(1, kBlock, kBlock));
  EXPECT_THAT(listener_.written, ElementsAre(std::pair(1, kBlock)));
  EXPECT_THAT(writes_, IsEmpty());
  loop_.RunUntilIdle();
  ASSERT_THAT(writes_, SizeIs(1));
  EXPECT_FALSE(writes_[0]);
}

// libtorrent's add_piece.
TEST_F(LibtorrentDiskTest, BlocksThatNoPeerGaveAreNotCounted) {
  StartWrite(1, 0, Bytes(1, 0, kBlock));
  EXPECT_THAT(listener_.written, IsEmpty());
}

TEST_F(LibtorrentDiskTest, ARightPieceIsVerified) {
  WritePiece(1, Bytes(1));
  EXPECT_FALSE(entry_->storage->verified(P(1)));
  const Hashed hashed = HashNow(1);
  EXPECT_EQ(hashed.piece, 1);
  EXPECT_EQ(hashed.hash, ManifestHash(1));
  EXPECT_FALSE(hashed.error);
  EXPECT_TRUE(entry_->storage->verified(P(1)));
}

TEST_F(LibtorrentDiskTest, RightPiecesAreToldOfTogether) {
  listener_.tells_at_once = false;
  WritePiece(0, Bytes(0));
  WritePiece(1, Bytes(1));
  const auto first = StartHash(0);
  const auto second = StartHash(1);
  loop_.RunUntilIdle();
  EXPECT_TRUE(entry_->storage->verified(P(0)));
  EXPECT_TRUE(entry_->storage->verified(P(1)));
  EXPECT_FALSE(first->has_value());
  EXPECT_FALSE(second->has_value());
  LibtorrentDisk::TellRight(entry_.get());
  EXPECT_EQ(first->value().hash, ManifestHash(0));
  EXPECT_EQ(second->value().hash, ManifestHash(1));
}

TEST_F(LibtorrentDiskTest, WrongPiecesAreToldOfAtOnce) {
  listener_.tells_at_once = false;
  WritePiece(1, wrong_);
  EXPECT_NE(HashNow(1).hash, ManifestHash(1));
}

TEST_F(LibtorrentDiskTest, AWrongPieceHasAnotherHash) {
  WritePiece(1, wrong_);
  const Hashed hashed = HashNow(1);
  EXPECT_NE(hashed.hash, ManifestHash(1));
  EXPECT_FALSE(hashed.error);
  EXPECT_FALSE(entry_->storage->verified(P(1)));
  EXPECT_THAT(listener_.errors, IsEmpty());
}

TEST_F(LibtorrentDiskTest, APieceInOrderIsHashedAsItIsWritten) {
  UseFile(std::make_shared<ColdFile>(OpenTargetFile(target_.Open())),
          std::make_shared<PieceHashes>(manifest_));
  WritePiece(1, Bytes(1));
  worker_.Hold();
  EXPECT_EQ(HashNow(1).hash, ManifestHash(1));
}

TEST_F(LibtorrentDiskTest, APieceInMemoryIsHashedWithoutTheWorker) {
  WritePieceInDisorder(1, Bytes(1));
  worker_.Hold();
  EXPECT_EQ(HashNow(1).hash, ManifestHash(1));
}

TEST_F(LibtorrentDiskTest, APieceThatIsNotInMemoryIsHashedByTheWorker) {
  UseFile(std::make_shared<ColdFile>(OpenTargetFile(target_.Open())),
          std::make_shared<PieceHashes>(manifest_));
  WritePieceInDisorder(1, Bytes(1));
  worker_.Hold();
  const auto hashed = StartHash(1);
  loop_.RunUntilIdle();
  EXPECT_FALSE(hashed->has_value());
  worker_.Release();
  loop_.RunUntilIdle();
  ASSERT_TRUE(hashed->has_value());
  EXPECT_EQ((*hashed)->hash, ManifestHash(1));
}

TEST_F(LibtorrentDiskTest, AVerifiedPieceIsNeitherWrittenNorReadForItsHash) {
  PutPiece(1);
  worker_.Hold();
  WritePiece(1, wrong_);
  EXPECT_EQ(HashNow(1).hash, ManifestHash(1));
  EXPECT_EQ(target_.Content().substr(kPiece, kPiece), Bytes(1));
  ASSERT_THAT(writes_, SizeIs(2));
  EXPECT_FALSE(writes_[0]);
}

TEST_F(LibtorrentDiskTest, NobodyIsToBlameWhereTheOriginCameBetween) {
  UseFile(std::make_shared<ColdFile>(OpenTargetFile(target_.Open())),
          std::make_shared<PieceHashes>(manifest_));
  WritePieceInDisorder(1, wrong_);
  loop_.RunUntilIdle();
  const auto hashed = StartHash(1);
  // Behind the task that hashes, before the one that is told the hash.
  loop_.Post([this] { PutPiece(1); });
  loop_.RunUntilIdle();
  ASSERT_TRUE(hashed->has_value());
  EXPECT_EQ((*hashed)->hash, ManifestHash(1));
}

TEST_F(LibtorrentDiskTest, OfAPieceThatIsVerifiedNoRunningHashIsKept) {
  WritePiece(1, wrong_);
  PutPiece(1);
  HashNow(1);
  EXPECT_EQ(entry_->running.Take(P(1), kPiece), std::nullopt);
}

TEST_F(LibtorrentDiskTest, BlocksOfHybridManifestsAreHashed) {
  WritePiece(1, Bytes(1));
  std::vector<lt::sha256_hash> blocks(2);
  const auto hashed = StartHash(1, blocks);
  loop_.RunUntilIdle();
  ASSERT_TRUE(hashed->has_value());
  EXPECT_EQ((*hashed)->hash, ManifestHash(1));
  EXPECT_EQ(blocks[0].to_string(), Sha256Of(Bytes(1, 0, kBlock)));
  EXPECT_EQ(blocks[1].to_string(), Sha256Of(Bytes(1, kBlock, kBlock)));
  std::string one;
  interface_->async_hash2(
      storage_, Lt(1), kBlock, {},
      [&one](lt::piece_index_t, const lt::sha256_hash& hash,
             const lt::storage_error&) { one = hash.to_string(); });
  loop_.RunUntilIdle();
  EXPECT_EQ(one, blocks[1].to_string());
}

TEST_F(LibtorrentDiskTest, AWriteThatFailsIsToldToTheTorrent) {
  FaultyTargetFile::Faults faults;
  UseFile(std::make_shared<FaultyTargetFile>(OpenTargetFile(target_.Open()),
                                             &faults),
          std::make_shared<PieceHashes>(manifest_));
  faults.write = absl::ResourceExhaustedError("the disk is full");
  StartWrite(1, 0, Bytes(1, 0, kBlock), peer_);
  EXPECT_THAT(listener_.errors, ElementsAre(faults.write));
  EXPECT_THAT(listener_.written, IsEmpty());
  loop_.RunUntilIdle();
  ASSERT_THAT(writes_, SizeIs(1));
  EXPECT_TRUE(IsCancelled(writes_[0]));
}

TEST_F(LibtorrentDiskTest, AHashThatCannotBeMadeIsToldToTheTorrent) {
  target_.SetSize(kPiece + 10);
  const Hashed hashed = HashNow(1);
  EXPECT_TRUE(IsCancelled(hashed.error));
  EXPECT_THAT(listener_.errors, SizeIs(1));
  EXPECT_FALSE(entry_->storage->verified(P(1)));
}

// Back-pressure.

TEST_F(LibtorrentDiskTest, PeersWaitWhileTheBacklogIsFull) {
  LibtorrentDisk::SetBacklog(entry_.get(), true);
  EXPECT_TRUE(StartWrite(1, 0, Bytes(1, 0, kBlock), peer_));
  EXPECT_FALSE(StartWrite(1, kBlock, Bytes(1, kBlock, kBlock)));  // No peer's.
  loop_.RunUntilIdle();
  EXPECT_THAT(writes_, SizeIs(2));  // They are done, all the same.
  EXPECT_EQ(peer_->woken, 0);
  LibtorrentDisk::SetBacklog(entry_.get(), false);
  EXPECT_EQ(peer_->woken, 1);
  LibtorrentDisk::SetBacklog(entry_.get(), false);
  EXPECT_EQ(peer_->woken, 1);
  EXPECT_FALSE(StartWrite(1, 0, Bytes(1, 0, kBlock), peer_));
}

TEST_F(LibtorrentDiskTest, APeerThatLeftMeanwhileIsNotWoken) {
  LibtorrentDisk::SetBacklog(entry_.get(), true);
  auto gone = std::make_shared<Peer>();
  EXPECT_TRUE(StartWrite(1, 0, Bytes(1, 0, kBlock), gone));
  EXPECT_TRUE(StartWrite(1, kBlock, Bytes(1, kBlock, kBlock), peer_));
  EXPECT_EQ(gone.use_count(), 1);
  gone.reset();
  LibtorrentDisk::SetBacklog(entry_.get(), false);
  EXPECT_EQ(peer_->woken, 1);
}

// Answers and torrents.

// So all blocks that a peer asks for with one packet leave with one.
TEST_F(LibtorrentDiskTest, WhatCanBeReadWithoutWaitingIsAnsweredAtOnce) {
  PutPiece(0);
  const int before = loop_.posts();
  EXPECT_TRUE(StartRead(0, 0, kBlock)->has_value());
  EXPECT_EQ(loop_.posts(), before);
}

TEST_F(LibtorrentDiskTest, OtherAnswersComeTogetherInOneLaterTask) {
  PutPiece(0);
  const int before = loop_.posts();
  const auto hashed = StartHash(0);
  StartWrite(1, 0, Bytes(1, 0, kBlock), peer_);
  EXPECT_EQ(loop_.posts(), before + 1);
  EXPECT_FALSE(hashed->has_value());
  EXPECT_THAT(writes_, IsEmpty());
  loop_.RunUntilIdle();
  EXPECT_TRUE(hashed->has_value());
  EXPECT_THAT(writes_, SizeIs(1));
  StartWrite(1, 0, Bytes(1, 0, kBlock), peer_);
  loop_.RunUntilIdle();
  EXPECT_THAT(writes_, SizeIs(2));
}

TEST_F(LibtorrentDiskTest, CallsForATorrentThatIsNotThereAreCancelled) {
  storage_ = AddTorrent(std::string(20, 'u'));
  EXPECT_TRUE(IsCancelled(ReadNow(0, 0, kBlock).error));
  LibtorrentDisk::SetBacklog(entry_.get(), true);
  EXPECT_FALSE(StartWrite(0, 0, Bytes(0, 0, kBlock), peer_));
  loop_.RunUntilIdle();
  ASSERT_THAT(writes_, SizeIs(1));
  EXPECT_TRUE(IsCancelled(writes_[0]));
  EXPECT_TRUE(IsCancelled(HashNow(0).error));
  lt::storage_error error;
  interface_->async_hash2(
      storage_, Lt(0), 0, {},
      [&error](lt::piece_index_t, const lt::sha256_hash&,
               const lt::storage_error& got) { error = got; });
  loop_.RunUntilIdle();
  EXPECT_TRUE(IsCancelled(error));
  EXPECT_THAT(listener_.errors, IsEmpty());
}

TEST_F(LibtorrentDiskTest, AContentThatWasRemovedIsNotFoundAgain) {
  PutPiece(0);
  disk_.Remove(manifest_->info_hash);
  EXPECT_FALSE(ReadNow(0, 0, kBlock).error);  // Until its torrent goes.
  storage_.reset();
  EXPECT_EQ(entry_.use_count(), 1);  // The file is not held open.
  storage_ = AddTorrent(manifest_->info_hash);
  EXPECT_TRUE(IsCancelled(ReadNow(0, 0, kBlock).error));
}

TEST_F(LibtorrentDiskTest, TheNextTorrentTakesThePlaceOfOneThatWent) {
  PutPiece(0);
  const auto first = static_cast<lt::storage_index_t>(storage_);
  storage_.reset();
  TestFile file(std::string(static_cast<std::size_t>(kSize), '\0'));
  const auto other = MakeEntry(OpenTargetFile(file.Open()),
                               std::make_shared<PieceHashes>(manifest_));
  disk_.Add(std::string(20, 'o'), other);
  storage_ = AddTorrent(std::string(20, 'o'));
  EXPECT_EQ(static_cast<lt::storage_index_t>(storage_), first);
  const lt::storage_holder second = AddTorrent(manifest_->info_hash);
  EXPECT_NE(static_cast<lt::storage_index_t>(second), first);
  // The old one's pieces are not taken for its.
  EXPECT_TRUE(IsCancelled(ReadNow(0, 0, kBlock).error));
  WritePiece(0, Bytes(0));
  EXPECT_EQ(file.Content().substr(0, kPiece), Bytes(0));
}

// What libtorrent may ask, and what the disk does not do.
TEST_F(LibtorrentDiskTest, EveryCallIsAnswered) {
  int answers = 0;
  interface_->async_check_files(
      storage_, nullptr, {},
      [&](lt::status_t status, const lt::storage_error& error) {
        EXPECT_EQ(status, lt::status_t::no_error);
        EXPECT_FALSE(error);
        ++answers;
      });
  interface_->async_clear_piece(storage_, Lt(2), [&](lt::piece_index_t piece) {
    EXPECT_EQ(piece, Lt(2));
    ++answers;
  });
  interface_->async_release_files(storage_, [&] { ++answers; });
  interface_->async_stop_torrent(storage_, [&] { ++answers; });
  interface_->async_release_files(storage_, {});
  interface_->async_stop_torrent(storage_, {});
  interface_->async_set_file_priority(
      storage_, {{lt::default_priority}},
      [&](const lt::storage_error& error, const auto& priorities) {
        EXPECT_FALSE(error);
        EXPECT_EQ(priorities.size(), 1U);
        ++answers;
      });
  interface_->async_move_storage(
      storage_, "/tmp", lt::move_flags_t::always_replace_files,
      [&](lt::status_t status, const std::string&,
          const lt::storage_error& error) {
        EXPECT_EQ(status, lt::status_t::fatal_disk_error);
        EXPECT_TRUE(IsCancelled(error));
        ++answers;
      });
  interface_->async_rename_file(storage_, lt::file_index_t(0), "name",
                                [&](const std::string&, lt::file_index_t,
                                    const lt::storage_error& error) {
                                  EXPECT_TRUE(IsCancelled(error));
                                  ++answers;
                                });
  interface_->async_delete_files(storage_, {},
                                 [&](const lt::storage_error& error) {
                                   EXPECT_TRUE(IsCancelled(error));
                                   ++answers;
                                 });
  EXPECT_EQ(answers, 0);
  loop_.RunUntilIdle();
  EXPECT_EQ(answers, 8);
}

}  // namespace
}  // namespace convoy
