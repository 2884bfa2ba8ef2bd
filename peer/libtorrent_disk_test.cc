#include "peer/libtorrent_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/disk_buffer_holder.hpp>
#include <libtorrent/disk_observer.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/sha1_hash.hpp>
#include <libtorrent/storage_defs.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/fake_executor.h"
#include "peer/fake_file_worker.h"
#include "peer/manifest.h"
#include "peer/piece_digest.h"
#include "peer/piece_layout.h"
#include "peer/transfer_testing.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kPiece = 32 << 10;
constexpr int kBlock = lt::default_block_size;
constexpr std::int64_t kSize = 3 * kPiece + 1000;

PieceIndex P(int index) { return PieceIndex{index}; }
lt::piece_index_t Lt(int piece) { return lt::piece_index_t(piece); }

// What a torrent is told of its content's disk.
class RecordingListener final : public DiskListener {
 public:
  void OnHashWanted(PieceIndex piece) override {
    wanted.push_back(piece.value);
  }
  void OnPieceRight() override {
    if (tells_at_once) LibtorrentDisk::TellRight(entry);
  }
  void OnBlockWritten(PieceIndex piece, std::int64_t begin) override {
    written.emplace_back(piece.value, begin);
  }
  void OnDiskError(absl::Status status) override {
    errors.push_back(std::move(status));
  }

  LibtorrentDisk::Entry* entry = nullptr;
  bool tells_at_once = true;
  std::vector<int> wanted;
  std::vector<std::pair<int, std::int64_t>> written;
  std::vector<absl::Status> errors;
};

// A peer that is not read from until the disk has room.
class Peer final : public lt::disk_observer {
 public:
  void on_disk() override { ++woken; }
  int woken = 0;
};

// A file whose bytes are never in memory.
class ColdFile final : public TargetFile {
 public:
  explicit ColdFile(std::shared_ptr<TargetFile> file)
      : file_(std::move(file)) {}

  absl::StatusOr<std::int64_t> Size() override { return file_->Size(); }
  absl::Status Allocate(std::int64_t size) override {
    return file_->Allocate(size);
  }
  absl::Status SetSize(std::int64_t size) override {
    return file_->SetSize(size);
  }
  absl::Status Write(std::int64_t offset, absl::string_view bytes) override {
    return file_->Write(offset, bytes);
  }
  absl::StatusOr<std::int64_t> CopyFrom(int, std::int64_t, std::int64_t,
                                        std::int64_t) override {
    return absl::UnimplementedError("");
  }
  absl::Status Read(std::int64_t offset, char* buffer,
                    std::size_t length) override {
    return read_failure.ok() ? file_->Read(offset, buffer, length)
                             : read_failure;
  }
  bool TryRead(std::int64_t, char*, std::size_t) override { return false; }
  absl::StatusOr<FileStamp> Stamp() override { return file_->Stamp(); }
  absl::StatusOr<UniqueFd> Duplicate() override { return file_->Duplicate(); }
  void StartWriteback(std::int64_t, std::int64_t) override {}
  absl::Status Sync() override { return file_->Sync(); }

  absl::Status read_failure;

 private:
  const std::shared_ptr<TargetFile> file_;
};

struct Read {
  std::string bytes;
  lt::storage_error error;
};

struct Hashed {
  int piece = -1;
  std::string hash;
  lt::storage_error error;
};

bool IsCancelled(const lt::storage_error& error) {
  return error.ec == boost::system::errc::operation_canceled;
}

// A FakeExecutor that counts.
class CountingExecutor final : public Executor {
 public:
  void Post(Task task) override {
    ++posts_;
    executor_.Post(std::move(task));
  }
  TimerId PostAfter(absl::Duration delay, Task task) override {
    return executor_.PostAfter(delay, std::move(task));
  }
  void CancelTimer(TimerId id) override { executor_.CancelTimer(id); }
  bool IsCurrent() const override { return executor_.IsCurrent(); }

  void RunUntilIdle() { executor_.RunUntilIdle(); }
  int posts() const { return posts_; }

 private:
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  int posts_ = 0;
};

// One content on the disk, as a session and a torrent use it.
class LibtorrentDiskTest : public ::testing::Test {
 protected:
  LibtorrentDiskTest() : LibtorrentDiskTest(PieceHashKind()) {}
  explicit LibtorrentDiskTest(PieceHashKind kind)
      : manifest_(MakeManifest(content_, kind)) {
    UseHashes(std::make_shared<PieceHashes>(manifest_));
  }

  void UseHashes(std::shared_ptr<PieceHashes> hashes) {
    UseFile(OpenTargetFile(target_.Open()), std::move(hashes));
  }
  void UseFile(std::shared_ptr<TargetFile> file,
               std::shared_ptr<PieceHashes> hashes) {
    entry_ = MakeEntry(std::move(file), std::move(hashes));
    disk_.Add(manifest_->info_hash, entry_);
    storage_ = AddTorrent(manifest_->info_hash);
  }
  std::shared_ptr<LibtorrentDisk::Entry> MakeEntry(
      std::shared_ptr<TargetFile> file, std::shared_ptr<PieceHashes> hashes) {
    auto entry = std::make_shared<LibtorrentDisk::Entry>(
        shown_,
        std::make_shared<SwarmStorage>(std::move(file), std::move(hashes),
                                       StorageMap::Whole(layout_)));
    entry->listener = &listener_;
    listener_.entry = entry.get();
    return entry;
  }
  lt::storage_holder AddTorrent(const std::string& info_hash) {
    const lt::file_storage files;
    const std::string path;
    const lt::aux::vector<lt::download_priority_t, lt::file_index_t> priorities;
    return interface_->new_torrent(
        lt::storage_params(files, nullptr, path, lt::storage_mode_sparse,
                           priorities, lt::sha1_hash(info_hash.data())),
        nullptr);
  }

  std::string Bytes(int piece, int begin = 0, int length = kPiece) const {
    return content_.substr(static_cast<std::size_t>(piece * kPiece + begin),
                           static_cast<std::size_t>(length));
  }
  // As the origin gives it.
  void PutPiece(int piece) {
    ASSERT_TRUE(*entry_->storage->PutPiece(P(piece), Bytes(piece)));
  }

  // The calls of a session. Answers are there after a task.
  std::shared_ptr<std::optional<Read>> StartRead(
      int piece, int begin, int length, lt::disk_job_flags_t flags = {}) {
    const auto got = std::make_shared<std::optional<Read>>();
    interface_->async_read(
        storage_, lt::peer_request{Lt(piece), begin, length},
        [got](const lt::disk_buffer_holder& buffer,
              const lt::storage_error& error) {
          got->emplace(
              Read{std::string(buffer.data() == nullptr ? "" : buffer.data(),
                               static_cast<std::size_t>(buffer.size())),
                   error});
        },
        flags);
    return got;
  }
  Read ReadNow(int piece, int begin, int length,
               lt::disk_job_flags_t flags = {}) {
    const auto got = StartRead(piece, begin, length, flags);
    loop_.RunUntilIdle();
    return got->value();
  }
  // True: the peer must wait.
  bool StartWrite(int piece, int begin, const std::string& bytes,
                  std::shared_ptr<lt::disk_observer> peer = nullptr) {
    return interface_->async_write(
        storage_,
        lt::peer_request{Lt(piece), begin, static_cast<int>(bytes.size())},
        bytes.data(), std::move(peer),
        [this](const lt::storage_error& error) { writes_.push_back(error); });
  }
  // A whole piece, block by block.
  void WritePiece(int piece, std::string bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += kBlock) {
      StartWrite(piece, static_cast<int>(at), bytes.substr(at, kBlock), peer_);
    }
  }
  // It has to be read back for its hash: its last block is written again.
  void WritePieceInDisorder(int piece, const std::string& bytes) {
    WritePiece(piece, bytes);
    const std::size_t last = (bytes.size() - 1) / kBlock * kBlock;
    StartWrite(piece, static_cast<int>(last), bytes.substr(last), peer_);
  }
  std::shared_ptr<std::optional<Hashed>> StartHash(
      int piece, lt::span<lt::sha256_hash> v2 = {}) {
    const auto got = std::make_shared<std::optional<Hashed>>();
    interface_->async_hash(
        storage_, Lt(piece), v2, lt::disk_interface::v1_hash,
        [got](lt::piece_index_t of, const lt::sha1_hash& hash,
              const lt::storage_error& error) {
          got->emplace(Hashed{static_cast<int>(of), hash.to_string(), error});
        });
    return got;
  }
  Hashed HashNow(int piece) {
    const auto got = StartHash(piece);
    loop_.RunUntilIdle();
    return got->value();
  }
  // As libtorrent's torrent has it.
  std::string ManifestHash(int piece) const {
    return std::string(manifest_->HashOf(P(piece)).substr(0, 20));
  }

  static std::shared_ptr<const Manifest> MakeManifest(
      const std::string& content, PieceHashKind kind = PieceHashKind()) {
    auto manifest = std::make_shared<Manifest>();
    manifest->info_hash = std::string(20, 'i');
    manifest->layout =
        *PieceLayout::Make(static_cast<std::int64_t>(content.size()), kPiece);
    for (std::size_t at = 0; at < content.size(); at += kPiece) {
      PieceDigest digest(kind);
      digest.Update(content.substr(at, kPiece));
      manifest->piece_hashes += digest.Finish();
    }
    manifest->hash_kind = kind;
    return manifest;
  }

  const std::string content_ = TestContent(kSize);
  const std::shared_ptr<const Manifest> manifest_;
  const PieceLayout layout_ = manifest_->layout;
  std::shared_ptr<const Manifest> shown_ = manifest_;  // To libtorrent.
  const std::string wrong_ = std::string(kPiece, 'x');
  CountingExecutor loop_;
  FakeFileWorker worker_{loop_};
  TestFile target_{std::string(static_cast<std::size_t>(kSize), '\0')};
  LibtorrentDisk disk_{LibtorrentDisk::Parts{&loop_, &worker_}};
  const std::unique_ptr<lt::disk_interface> interface_ = disk_.MakeInterface();
  RecordingListener listener_;
  const std::shared_ptr<Peer> peer_ = std::make_shared<Peer>();
  std::vector<lt::storage_error> writes_;
  std::shared_ptr<LibtorrentDisk::Entry> entry_;
  lt::storage_holder storage_;
};

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

// Hashes of version 2: libtorrent sees their first bytes.

class Version2DiskTest : public LibtorrentDiskTest {
 protected:
  Version2DiskTest()
      : LibtorrentDiskTest(
            PieceHashKind::Version2(*PieceLayout::Make(kSize, kPiece))) {}
};

TEST_F(Version2DiskTest, ARightPieceInOrderIsHashedAsItIsWritten) {
  UseFile(std::make_shared<ColdFile>(OpenTargetFile(target_.Open())),
          std::make_shared<PieceHashes>(manifest_));
  WritePiece(1, Bytes(1));
  worker_.Hold();
  EXPECT_EQ(HashNow(1).hash, ManifestHash(1));
  EXPECT_TRUE(entry_->storage->verified(P(1)));
}

TEST_F(Version2DiskTest, ARightPieceInDisorderIsReadBack) {
  WritePieceInDisorder(1, Bytes(1));
  EXPECT_EQ(HashNow(1).hash, ManifestHash(1));
  UseFile(std::make_shared<ColdFile>(OpenTargetFile(target_.Open())),
          std::make_shared<PieceHashes>(manifest_));
  WritePieceInDisorder(2, Bytes(2));
  EXPECT_EQ(HashNow(2).hash, ManifestHash(2));
}

TEST_F(Version2DiskTest, TheLastPieceIsShort) {
  WritePiece(3, Bytes(3, 0, 1000));
  EXPECT_EQ(HashNow(3).hash, ManifestHash(3));
  EXPECT_TRUE(entry_->storage->verified(P(3)));
}

TEST_F(Version2DiskTest, AWrongPieceIsNotVerified) {
  std::string bytes = Bytes(1);
  bytes[kBlock + 5] ^= 1;
  WritePiece(1, bytes);
  EXPECT_NE(HashNow(1).hash, ManifestHash(1));
  EXPECT_FALSE(entry_->storage->verified(P(1)));
  EXPECT_THAT(listener_.errors, IsEmpty());
}

TEST_F(Version2DiskTest, APieceOfTheOriginIsRight) {
  PutPiece(1);
  worker_.Hold();
  WritePiece(1, wrong_);
  EXPECT_EQ(HashNow(1).hash, ManifestHash(1));
}

// Hashes that are learned from others.

class LateBoundDiskTest : public LibtorrentDiskTest {
 protected:
  LateBoundDiskTest() {
    shown_ = placeholders_;
    UseHashes(std::make_shared<PieceHashes>(layout_));
  }
  // From a peer.
  void Learn(int piece, const std::string& bytes) {
    entry_->storage->hashes().Forget(P(piece));
    entry_->storage->hashes().Learn(P(piece), Sha1Of(bytes));
    LibtorrentDisk::HashLearned(entry_.get(), P(piece));
    loop_.RunUntilIdle();
  }
  // From the origin's own bytes.
  void Decide(int piece, const std::string& bytes) {
    entry_->storage->hashes().Decide(P(piece), Sha1Of(bytes));
    LibtorrentDisk::HashLearned(entry_.get(), P(piece));
    loop_.RunUntilIdle();
  }
  std::string Placeholder(int piece) const {
    return std::string(placeholders_->HashOf(P(piece)));
  }

  const std::shared_ptr<const Manifest> placeholders_ =
      MakeManifest(TestContent(kSize, 2));
};

TEST_F(LateBoundDiskTest, APieceWaitsForItsHash) {
  WritePiece(1, Bytes(1));
  const auto hashed = StartHash(1);
  loop_.RunUntilIdle();
  EXPECT_FALSE(hashed->has_value());
  EXPECT_THAT(listener_.wanted, ElementsAre(1));
  Learn(2, Bytes(2));
  LibtorrentDisk::HashLearned(entry_.get(), P(1));  // It is not.
  EXPECT_FALSE(hashed->has_value());
  Learn(1, Bytes(1));
  ASSERT_TRUE(hashed->has_value());
  EXPECT_EQ((*hashed)->hash, Placeholder(1));
  EXPECT_TRUE(entry_->storage->verified(P(1)));
  EXPECT_THAT(entry_->held, IsEmpty());
}

TEST_F(LateBoundDiskTest, APieceThatWaitedMayBeWrong) {
  WritePiece(1, wrong_);
  const auto hashed = StartHash(1);
  loop_.RunUntilIdle();
  Decide(1, Bytes(1));
  ASSERT_TRUE(hashed->has_value());
  EXPECT_NE((*hashed)->hash, Placeholder(1));
  EXPECT_FALSE((*hashed)->error);
  EXPECT_FALSE(entry_->storage->verified(P(1)));
}

// Who told a wrong hash does not make right bytes wrong.
TEST_F(LateBoundDiskTest, ALieDoesNotDecide) {
  Learn(1, wrong_);
  WritePiece(1, Bytes(1));
  const auto hashed = StartHash(1);
  loop_.RunUntilIdle();
  EXPECT_FALSE(hashed->has_value());
  EXPECT_THAT(listener_.wanted, ElementsAre(1));
  Learn(1, "another lie");
  EXPECT_FALSE(hashed->has_value());
  // Who gave the bytes stands by them.
  Learn(1, Bytes(1));
  ASSERT_TRUE(hashed->has_value());
  EXPECT_EQ((*hashed)->hash, Placeholder(1));
  EXPECT_TRUE(entry_->storage->verified(P(1)));
  EXPECT_EQ(entry_->storage->hashes().Find(P(1)), Sha1Of(Bytes(1)));
}

TEST_F(LateBoundDiskTest, BytesThatNobodyVouchesForAreWrongInTheEnd) {
  Learn(1, Bytes(1));
  WritePiece(1, wrong_);
  const auto hashed = StartHash(1);
  loop_.RunUntilIdle();
  ASSERT_FALSE(hashed->has_value());
  LibtorrentDisk::GiveUpHash(entry_.get(), P(1));
  ASSERT_TRUE(hashed->has_value());
  EXPECT_NE((*hashed)->hash, Placeholder(1));
  EXPECT_FALSE(entry_->storage->verified(P(1)));
  EXPECT_EQ(entry_->storage->hashes().Find(P(1)), Sha1Of(Bytes(1)));
  EXPECT_THAT(entry_->held, IsEmpty());
}

TEST_F(LateBoundDiskTest, AHashThatIsKnownIsNotAskedFor) {
  Learn(1, Bytes(1));
  WritePiece(1, Bytes(1));
  EXPECT_EQ(HashNow(1).hash, Placeholder(1));
  EXPECT_THAT(listener_.wanted, IsEmpty());
}

TEST_F(LateBoundDiskTest, NothingWaitsForATorrentThatHasGone) {
  WritePiece(1, Bytes(1));
  entry_->listener = nullptr;
  EXPECT_NE(HashNow(1).hash, Placeholder(1));
  EXPECT_THAT(entry_->held, IsEmpty());
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
