#ifndef CONVOY_PEER_LIBTORRENT_DISK_TESTING_H_
#define CONVOY_PEER_LIBTORRENT_DISK_TESTING_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
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
#include "peer/libtorrent_disk.h"
#include "peer/manifest.h"
#include "peer/piece_digest.h"
#include "peer/piece_layout.h"
#include "peer/transfer_testing.h"

namespace convoy {

constexpr std::int64_t kPiece = 32 << 10;
constexpr int kBlock = lt::default_block_size;
constexpr std::int64_t kSize = 3 * kPiece + 1000;

inline PieceIndex P(int index) { return PieceIndex{index}; }
inline lt::piece_index_t Lt(int piece) { return lt::piece_index_t(piece); }

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

inline bool IsCancelled(const lt::storage_error& error) {
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

}  // namespace convoy

#endif  // CONVOY_PEER_LIBTORRENT_DISK_TESTING_H_
