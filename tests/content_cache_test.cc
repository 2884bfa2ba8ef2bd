// The cache of finished contents as the engine has it: real threads, a real
// index, and restarts.

#include "peer/content_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "daemon/sqlite_cache_index.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"
#include "peer/base/serial_executor.h"
#include "peer/base/unique_fd.h"
#include "peer/cache_disk.h"
#include "peer/cache_testing.h"
#include "peer/file_link.h"
#include "peer/file_worker.h"
#include "peer/swarm_settings.h"

namespace convoy {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Something that comes from another thread.
template <typename T>
class Mailbox {
 public:
  void Put(T value) {
    MutexLock lock(&mutex_);
    values_.push_back(std::move(value));
    changed_.NotifyAll();
  }
  // All, once there are `count`.
  std::vector<T> Take(std::size_t count) {
    MutexLock lock(&mutex_);
    while (values_.size() < count) changed_.Wait(&mutex_);
    return std::exchange(values_, {});
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<T> values_ ABSL_GUARDED_BY(mutex_);
};

class ContentCacheProcess : public ContentCache::Listener {
 public:
  explicit ContentCacheProcess(const TempFolder& folder) : folder_(folder) {
    settings_.cache_max_percent = 100;
    settings_.cache_min_free_bytes = 0;
    auto index = OpenSqliteCacheIndex(folder_.Path("cache.db"));
    if (!index.ok()) std::abort();
    Mailbox<absl::Status> started;
    executor_.Post([&] {
      cache_ = std::make_unique<ContentCache>(
          ContentCache::Parts{&executor_, workers_.get(), &clock_, this,
                              &content_settings_},
          settings_,
          std::make_unique<CacheDisk>(
              *std::move(index), FileLinkFolder(folder_.Path("cache")),
              [](uid_t, gid_t,
                 const std::string& path) -> absl::StatusOr<UniqueFd> {
                UniqueFd fd = OpenToRead(path);
                if (!fd.valid()) return absl::NotFoundError("it is not there");
                return fd;
              }));
      cache_->Start([&](absl::Status status) { started.Put(status); });
    });
    EXPECT_EQ(started.Take(1)[0], absl::OkStatus());
  }
  // As the engine stops.
  ~ContentCacheProcess() override {
    OnExecutor([this] { cache_.reset(); });
    workers_.reset();
    executor_.Stop();
  }

  // Runs `call` on the cache's thread, and waits for its end.
  template <typename Call>
  void OnExecutor(Call call) {
    Mailbox<bool> done;
    executor_.Post([&] {
      call();
      done.Put(true);
    });
    done.Take(1);
  }
  void Keep(NewContent content, Mailbox<absl::Status>* answers) {
    executor_.Post([this, answers, content = std::move(content)]() mutable {
      cache_->Keep(std::move(content),
                   [answers](absl::Status status) { answers->Put(status); });
    });
  }
  void Open(const std::string& id,
            Mailbox<absl::StatusOr<OpenedContent>>* answers) {
    executor_.Post([this, answers, id] {
      cache_->Open(id, [answers](absl::StatusOr<OpenedContent> opened) {
        answers->Put(std::move(opened));
      });
    });
  }
  void Evict(const std::string& id, Mailbox<absl::Status>* answers) {
    executor_.Post([this, answers, id] {
      cache_->Evict(id,
                    [answers](absl::Status status) { answers->Put(status); });
    });
  }
  // What was posted to the disk before is done.
  void Settle() {
    Mailbox<absl::Status> settled;
    Evict("no id", &settled);
    settled.Take(1);
  }
  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    OnExecutor([&] {
      for (const auto& [key, content] : cache_->entries()) {
        ids.push_back(key.ToHex());
      }
    });
    return ids;
  }

 private:
  void OnEvicted(const std::string&) override {}

  const TempFolder& folder_;
  const RealClock clock_;
  const ContentSettings content_settings_;
  SwarmSettings settings_;
  SerialExecutor executor_{"cache"};
  std::unique_ptr<FileWorkerPool> workers_ =
      std::make_unique<FileWorkerPool>(4);
  std::unique_ptr<ContentCache> cache_;  // Lives on executor_.
};

class ContentCacheTest : public testing::Test {
 protected:
  void Restart() {
    process_.reset();
    process_ = std::make_unique<ContentCacheProcess>(folder_);
    process_->Settle();
  }
  NewContent MakeContent(int number) {
    const std::string name = absl::StrCat("file", number);
    const std::string path = folder_.Write(
        name, TestBytes(1000, static_cast<std::uint32_t>(number)));
    MadeManifest made = ManifestOf(path, name);
    NewContent content;
    content.keep.content_id = made.info_hash;
    content.keep.local_path = path;
    content.keep.owner = geteuid();
    content.file = OpenToRead(path);
    content.name = name;
    content.metainfo = std::move(made.metainfo);
    return content;
  }
  // Contents of new files; their ids.
  std::vector<std::string> KeepFiles(int count) {
    std::vector<std::string> ids;
    Mailbox<absl::Status> answers;
    for (int i = 0; i < count; ++i) {
      NewContent content = MakeContent(i);
      ids.push_back(content.keep.content_id);
      process_->Keep(std::move(content), &answers);
    }
    for (const absl::Status& status :
         answers.Take(static_cast<std::size_t>(count))) {
      EXPECT_EQ(status, absl::OkStatus());
    }
    return ids;
  }
  std::vector<std::string> Links() const {
    return TempFolder::NamesIn(folder_.Path("cache"));
  }

  const TempFolder folder_;
  std::unique_ptr<ContentCacheProcess> process_ =
      std::make_unique<ContentCacheProcess>(folder_);
};

TEST_F(ContentCacheTest, ServesAfterARestartWhatUsersRemoved) {
  const std::vector<std::string> ids = KeepFiles(20);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(unlink(folder_.Path(absl::StrCat("file", i)).c_str()), 0);
  }
  Restart();
  EXPECT_THAT(process_->Ids(), SizeIs(20));
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    Mailbox<absl::StatusOr<OpenedContent>> answers;
    process_->Open(ids[i], &answers);
    const absl::StatusOr<OpenedContent> opened = std::move(answers.Take(1)[0]);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(ReadAll(opened->fd.get()), TestBytes(1000, i));
    EXPECT_EQ(opened->manifest->info_hash, ids[i]);
  }
}

TEST_F(ContentCacheTest, MemoryIndexAndLinksAgreeAfterMuchAtOnce) {
  constexpr int kFiles = 100;
  const std::vector<std::string> ids = KeepFiles(kFiles);
  Mailbox<absl::StatusOr<OpenedContent>> opened;
  Mailbox<absl::Status> answers;
  for (int i = 0; i < kFiles; ++i) {
    const std::string& id = ids[static_cast<std::size_t>(i)];
    process_->Open(id, &opened);
    if (i % 2 == 0) process_->Evict(id, &answers);
    if (i % 4 == 0) process_->Keep(MakeContent(i), &answers);
    process_->Open(id, &opened);
  }
  opened.Take(2 * kFiles);
  answers.Take(kFiles / 2 + kFiles / 4);
  process_->Settle();
  const std::vector<std::string> listed = process_->Ids();
  EXPECT_THAT(listed, SizeIs(kFiles / 2 + kFiles / 4));
  EXPECT_EQ(listed, Links());
  Restart();
  EXPECT_EQ(process_->Ids(), listed);
}

TEST_F(ContentCacheTest, ADamagedIndexBeginsAnewAndLeavesNoLinkBehind) {
  KeepFiles(10);
  process_.reset();
  std::ofstream(folder_.Path("cache.db")) << std::string(10'000, 'x');
  Restart();
  EXPECT_THAT(process_->Ids(), IsEmpty());
  EXPECT_THAT(Links(), IsEmpty());
  const std::vector<std::string> ids = KeepFiles(10);
  Restart();
  EXPECT_THAT(process_->Ids(), SizeIs(10));
  EXPECT_EQ(process_->Ids(), Links());
}

TEST_F(ContentCacheTest, EndsInTheMiddleOfEverything) {
  for (std::size_t round = 0; round < 10; ++round) {
    Mailbox<absl::Status> answers;
    for (int i = 0; i < 10; ++i) process_->Keep(MakeContent(i), &answers);
    answers.Take(round);  // Others may come, or never.
    Restart();
    EXPECT_EQ(process_->Ids(), Links());
  }
}

}  // namespace
}  // namespace convoy
