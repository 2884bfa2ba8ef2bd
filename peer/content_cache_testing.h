#ifndef CONVOY_PEER_CONTENT_CACHE_TESTING_H_
#define CONVOY_PEER_CONTENT_CACHE_TESTING_H_

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/fake_executor.h"
#include "peer/base/unique_fd.h"
#include "peer/cache_disk.h"
#include "peer/cache_testing.h"
#include "peer/content_cache.h"
#include "peer/content_rules.h"
#include "peer/contents.h"
#include "peer/fake_cache_index.h"
#include "peer/fake_file_worker.h"
#include "peer/file_link.h"
#include "peer/manifest.h"
#include "peer/swarm_settings.h"
#include "proto/error_detail.h"

namespace convoy {

// A cache on a folder of the test's own, with virtual time, on one thread. The
// index and the files outlive it, as they would a process.
class CacheWorld : public ContentCache::Listener {
 public:
  explicit CacheWorld(FileLinkFolder::Clone clone = NoClone)
      : clone_(std::move(clone)) {
    settings_.cache_max_percent = 100;
    settings_.cache_min_free_bytes = 0;
    Restart();
  }

  void Restart() {
    cache_.reset();
    auto links = clone_ ? FileLinkFolder(links_path_, clone_)
                        : FileLinkFolder(links_path_);
    cache_ = std::make_unique<ContentCache>(
        ContentCache::Parts{&executor_, &worker_, &clock_, this,
                            &content_settings_},
        settings_,
        std::make_unique<CacheDisk>(
            std::make_unique<FakeCacheIndex>(index_), std::move(links),
            [this](uid_t owner, gid_t group, const std::string& path) {
              return OpenAsOwner(owner, group, path);
            }));
    start_status_ = absl::UnknownError("no answer");
    cache_->Start(
        [this](absl::Status status) { start_status_ = std::move(status); });
    executor_.RunUntilIdle();
  }
  void Destroy() { cache_.reset(); }

  // A new user's file of 40,000 bytes, others for each name.
  std::string MakeFile(const std::string& name) {
    std::uint32_t seed = 1;
    for (const char c : name) seed = seed * 31 + static_cast<unsigned char>(c);
    return folder_.Write(name, TestBytes(kFileSize, seed));
  }
  NewContent ContentOf(const std::string& path, uid_t owner = geteuid()) {
    const std::string name = path.substr(path.rfind('/') + 1);
    MadeManifest made = ManifestOf(path, name);
    NewContent content;
    content.keep.content_id = made.info_hash;
    content.keep.local_path = path;
    content.keep.owner = owner;
    content.keep.owner_group = 7;
    content.file = OpenToRead(path);
    content.name = name;
    content.source_url = "https://example.org/" + name;
    content.piece_length = kMinGivenPieceLength;
    content.metainfo = std::move(made.metainfo);
    content.late_hashes = "late";
    return content;
  }

  absl::Status Keep(NewContent content) {
    return Ask<absl::Status>([&](auto answer) {
      cache_->Keep(std::move(content), std::move(answer));
    });
  }
  // Of a new file; the id.
  std::string KeepFile(const std::string& name, uid_t owner = geteuid()) {
    NewContent content = ContentOf(MakeFile(name), owner);
    std::string id = content.keep.content_id;
    const absl::Status status = Keep(std::move(content));
    return status.ok() ? id : status.ToString();
  }
  // At its final path: another one's file gets no hard link.
  std::string KeepAtFinalPath(const std::string& name) {
    return KeepFile(name, geteuid() + 1);
  }
  absl::StatusOr<OpenedContent> Open(const std::string& id) {
    return Ask<absl::StatusOr<OpenedContent>>(
        [&](auto answer) { cache_->Open(id, std::move(answer)); });
  }
  absl::Status Evict(const std::string& id) {
    return Ask<absl::Status>(
        [&](auto answer) { cache_->Evict(id, std::move(answer)); });
  }
  absl::Status Pin(const std::string& id, bool pinned) {
    return Ask<absl::Status>(
        [&](auto answer) { cache_->Pin(id, pinned, std::move(answer)); });
  }
  absl::StatusOr<std::string> Adopt(AdoptRequest request) {
    return Ask<absl::StatusOr<std::string>>([&](auto answer) {
      cache_->Adopt(std::move(request), std::move(answer));
    });
  }

  ContentCache& cache() { return *cache_; }
  FakeCacheIndex::Disk& index() { return *index_; }
  FakeExecutor& executor() { return executor_; }
  FakeFileWorker& worker() { return worker_; }
  FakeClock& clock() { return clock_; }
  SwarmSettings& settings() { return settings_; }
  const absl::Status& start_status() const { return start_status_; }
  const std::string& links_path() const { return links_path_; }
  std::string Path(const std::string& name) const { return folder_.Path(name); }
  bool HasLink(const std::string& id) const {
    return access(LinkPath(id).c_str(), F_OK) == 0;
  }
  std::string LinkPath(const std::string& id) const {
    return links_path_ + "/" + ContentKey::Of(id)->ToHex();
  }
  // Ids in the order in which OnEvicted told them.
  std::vector<std::string>& evicted() { return evicted_; }
  int opened_as_owner() const { return opened_as_owner_; }
  uid_t last_owner() const { return last_owner_; }
  gid_t last_group() const { return last_group_; }
  // What the opening of final paths answers while it is not OK.
  void FailOpening(absl::Status status) { open_failure_ = std::move(status); }

  static constexpr std::size_t kFileSize = 40'000;

 private:
  template <typename T, typename Call>
  T Ask(Call call) {
    const auto got = std::make_shared<T>(absl::UnknownError("no answer"));
    call([got](T answer) { *got = std::move(answer); });
    executor_.RunUntilIdle();
    return std::move(*got);
  }

  void OnEvicted(const std::string& content_id) override {
    evicted_.push_back(content_id);
  }

  absl::StatusOr<UniqueFd> OpenAsOwner(uid_t owner, gid_t group,
                                       const std::string& path) {
    ++opened_as_owner_;
    last_owner_ = owner;
    last_group_ = group;
    if (!open_failure_.ok()) return open_failure_;
    UniqueFd fd = OpenToRead(path);
    if (fd.valid()) return fd;
    return Error(v1::ERROR_REASON_PATH_NOT_FOUND, v1::ERROR_CONTEXT_LOCAL_FILE)
        .Status("it is not there");
  }

  const TempFolder folder_;
  const std::string links_path_ = folder_.Path("cache");
  const FileLinkFolder::Clone clone_;
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeFileWorker worker_{executor_};
  SwarmSettings settings_;
  ContentSettings content_settings_;
  const std::shared_ptr<FakeCacheIndex::Disk> index_ =
      std::make_shared<FakeCacheIndex::Disk>();
  absl::Status start_status_;
  std::vector<std::string> evicted_;
  int opened_as_owner_ = 0;
  uid_t last_owner_ = 0;
  gid_t last_group_ = 0;
  absl::Status open_failure_;
  std::unique_ptr<ContentCache> cache_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_CONTENT_CACHE_TESTING_H_
