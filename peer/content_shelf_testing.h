#ifndef CONVOY_PEER_CONTENT_SHELF_TESTING_H_
#define CONVOY_PEER_CONTENT_SHELF_TESTING_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "peer/cache_testing.h"
#include "peer/content_rules.h"
#include "peer/content_shelf.h"
#include "peer/fake_cache_index.h"
#include "peer/fake_swarm.h"
#include "peer/file_link.h"
#include "peer/manifest.h"
#include "peer/transfer_testing.h"

namespace convoy {

constexpr char kShelfUrl[] = "http://origin.test/file";
constexpr std::int64_t kShelfFileSize = 40'000;

// A file of a job, and what its bytes must be.
struct ShelfFile {
  std::string path;
  std::shared_ptr<const Manifest> manifest;

  const std::string& id() const { return manifest->info_hash; }
  std::string PieceBytes(PieceIndex piece) const {
    const ByteRange range = manifest->layout.RangeOf(piece);
    return ReadAll(OpenToRead(path).get())
        .substr(static_cast<std::size_t>(range.offset),
                static_cast<std::size_t>(range.length));
  }
};

// A transfer of the content of a file into another one. It claims nothing.
class JobTransfer {
 public:
  JobTransfer(const SwarmTransfer::Parts& parts, const ShelfFile& file,
              const std::string& target)
      : file_(file),
        link_(std::make_shared<ObserverLink>(&observer_, parts.executor)) {
    spec_.urls = {kShelfUrl};
    spec_.http = std::make_shared<const HttpSettings>();
    spec_.owner = geteuid();
    FoundContent found;
    found.manifest = file.manifest;
    found.peers_allowed = true;
    transfer_ = std::make_unique<SwarmTransfer>(
        parts, spec_, std::move(found),
        OpenTargetFile(
            UniqueFd(open(target.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644))),
        link_, [this](std::string) { gave_up_ = true; });
    transfer_->Start();
  }
  ~JobTransfer() { link_->Cut(); }

  // Peers give all pieces. REQUIRES: it is the last that joined.
  void Fill(FakeSwarm* swarm) const {
    for (PieceIndex piece; piece < file_.manifest->layout.All().end;
         ++piece.value) {
      swarm->GivePiece(piece, file_.PieceBytes(piece));
    }
  }
  bool gave_up() const { return gave_up_; }
  // With the file whole.
  bool succeeded() const {
    return observer_.ended() && observer_.status().ok();
  }

 private:
  const ShelfFile file_;
  TransferSpec spec_;
  RecordingObserver observer_;
  const std::shared_ptr<ObserverLink> link_;
  bool gave_up_ = false;
  std::unique_ptr<SwarmTransfer> transfer_;
};

// A shelf with a swarm, transfers and a cache on a folder of the test's own, in
// virtual time, on one thread. The index and the files outlive it, as they
// would a process.
class ContentShelfTest : public ::testing::Test {
 protected:
  ContentShelfTest() {
    settings_.cache_max_percent = 100;
    settings_.cache_min_free_bytes = 0;
    swarm_.AllowClaims(0);
    Restart();
  }

  // As a new process: the cache's rows and links are there.
  void Restart(bool with_cache = true) {
    shelf_.reset();
    std::unique_ptr<CacheDisk> disk;
    if (with_cache) {
      disk = std::make_unique<CacheDisk>(
          std::make_unique<FakeCacheIndex>(index_),
          FileLinkFolder(folder_.Path("cache"), NoClone),
          [](uid_t, gid_t, const std::string& path) {
            return OpenToRead(path);
          });
    }
    shelf_ = std::make_unique<ContentShelf>(
        ContentShelf::Parts{&executor_, &worker_, &clock_, &swarm_,
                            &content_settings_},
        settings_, std::move(disk));
    shelf_->Start();
    executor_.RunUntilIdle();
  }

  // Its bytes are others for each name.
  ShelfFile MakeFile(const std::string& name) {
    std::uint32_t seed = 1;
    for (const char c : name) seed = seed * 31 + static_cast<unsigned char>(c);
    ShelfFile file;
    file.path = folder_.Write(name, TestBytes(kShelfFileSize, seed));
    file.manifest = *ReadManifest(ManifestOf(file.path, name).metainfo);
    return file;
  }
  // What a transfer leaves behind, without a membership.
  SeededContent Whole(const ShelfFile& file) const {
    SeededContent content;
    content.manifest = file.manifest;
    content.file =
        OpenTargetFile(UniqueFd(open(file.path.c_str(), O_RDWR | O_CLOEXEC)));
    content.storage = std::make_shared<SwarmStorage>(
        content.file, std::make_shared<PieceHashes>(file.manifest),
        StorageMap::Whole(file.manifest->layout));
    for (PieceIndex piece; piece < file.manifest->layout.All().end;
         ++piece.value) {
      content.storage->MarkVerified(piece);
    }
    content.source_url = kShelfUrl;
    content.owner = geteuid();
    return content;
  }
  std::unique_ptr<JobTransfer> StartTransfer(
      const ShelfFile& file, const std::string& suffix = ".job") {
    SwarmTransfer::Parts parts;
    parts.transport = &origin_;
    parts.executor = &executor_;
    parts.worker = &worker_;
    parts.clock = &clock_;
    parts.max_connections_per_file = 1;
    parts.swarm = &swarm_;
    parts.registry = shelf_.get();
    auto transfer =
        std::make_unique<JobTransfer>(parts, file, file.path + suffix);
    executor_.RunUntilIdle();
    return transfer;
  }
  // A whole content that a job holds.
  ShelfFile HeldByJob(const std::string& name) {
    ShelfFile file = MakeFile(name);
    shelf_->Finish(Whole(file));
    executor_.RunUntilIdle();
    return file;
  }
  // One that was handed over: the cache has it, and peers get it.
  ShelfFile Kept(const std::string& name) {
    ShelfFile file = HeldByJob(name);
    EXPECT_EQ(Keep(file), absl::OkStatus());
    return file;
  }
  // One of an earlier process: opened when somebody asks.
  ShelfFile Resting(const std::string& name) {
    ShelfFile file = Kept(name);
    Restart();
    return file;
  }

  static KeepRequest RequestOf(const ShelfFile& file) {
    KeepRequest request;
    request.content_id = file.id();
    request.local_path = file.path;
    request.owner = geteuid();
    return request;
  }
  absl::Status Keep(const ShelfFile& file) {
    return Get<absl::Status>(
        [&](auto answer) { shelf_->Keep(RequestOf(file), std::move(answer)); });
  }
  absl::Status Evict(const std::string& id) {
    return Get<absl::Status>(
        [&](auto answer) { shelf_->Evict(id, std::move(answer)); });
  }
  absl::Status Pin(const std::string& id, bool pinned) {
    return Get<absl::Status>(
        [&](auto answer) { shelf_->Pin(id, pinned, std::move(answer)); });
  }
  absl::StatusOr<ContentInfo> Adopt(const ShelfFile& file) {
    AdoptRequest request;
    request.file = OpenToRead(file.path);
    request.metainfo = file.manifest->metainfo;
    request.keep.local_path = file.path;
    request.keep.owner = geteuid();
    return Get<absl::StatusOr<ContentInfo>>([&](auto answer) {
      shelf_->Adopt(std::move(request), std::move(answer));
    });
  }
  void Release(const std::string& id) {
    shelf_->Release(id);
    executor_.RunUntilIdle();
  }
  void Ask(const std::string& id) {
    swarm_.Ask(id);
    executor_.RunUntilIdle();
  }
  // The peers of a member got so many bytes of it.
  void TellGiven(const std::string& id, std::int64_t bytes, int peers = 0) {
    SwarmNews news;
    news.stats.to_lan = bytes;
    news.stats.lan_connections = peers;
    swarm_.ObserverOf(id).OnSwarmNews(news);
  }

  std::vector<ContentInfo> List() {
    return Get<std::vector<ContentInfo>>(
        [&](auto answer) { shelf_->List(std::move(answer)); });
  }
  std::vector<ContentPresence> LookUp(std::vector<std::string> ids) {
    return Get<std::vector<ContentPresence>>([&](auto answer) {
      shelf_->LookUp(std::move(ids), std::move(answer));
    });
  }
  // REQUIRES: it is listed.
  ContentInfo InfoOf(const std::string& id) {
    for (ContentInfo& info : List()) {
      if (info.id == id) return std::move(info);
    }
    ADD_FAILURE() << "not listed";
    return ContentInfo();
  }
  ContentCounts Count() {
    return Get<ContentCounts>(
        [&](auto answer) { shelf_->Count(std::move(answer)); });
  }
  std::optional<BeaconHolding> HoldingOf(const ShelfFile& file) const {
    return swarm_.HoldingOf(file.id());
  }

  const TempFolder folder_;
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeFileWorker worker_{executor_};
  FakeOriginTransport origin_{executor_};
  FakeSwarm swarm_{executor_};
  SwarmSettings settings_;
  ContentSettings content_settings_;
  const std::shared_ptr<FakeCacheIndex::Disk> index_ =
      std::make_shared<FakeCacheIndex::Disk>();
  std::unique_ptr<ContentShelf> shelf_;

 private:
  template <typename T, typename Call>
  T Get(Call call) {
    const auto got = std::make_shared<std::optional<T>>();
    call([got](T answer) { got->emplace(std::move(answer)); });
    executor_.RunUntilIdle();
    return std::move(*got).value();
  }
};

}  // namespace convoy

#endif  // CONVOY_PEER_CONTENT_SHELF_TESTING_H_
