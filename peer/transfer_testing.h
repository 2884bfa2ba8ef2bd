#ifndef CONVOY_PEER_TRANSFER_TESTING_H_
#define CONVOY_PEER_TRANSFER_TESTING_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "peer/base/fake_executor.h"
#include "peer/base/unique_fd.h"
#include "peer/fake_file_worker.h"
#include "peer/fake_origin_transport.h"
#include "peer/sha256.h"
#include "peer/target_file.h"
#include "peer/transfer_engine.h"
#include "peer/transfer_engine_impl.h"
#include "proto/error_detail.h"

namespace convoy {

constexpr std::int64_t kKiB = 1 << 10;
constexpr std::int64_t kMiB = 1 << 20;

// Bytes in which no page, and nothing inside a page, looks like another.
inline std::string TestContent(std::int64_t size, std::uint64_t seed = 1) {
  constexpr std::size_t kPage = 4096;
  std::string page;
  std::uint64_t state = seed * 0x9e3779b97f4a7c15;
  while (page.size() < kPage) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    page.append(reinterpret_cast<const char*>(&state), sizeof(state));
  }
  std::string content;
  content.reserve(static_cast<std::size_t>(size) + kPage);
  for (std::uint64_t number = 0;
       content.size() < static_cast<std::size_t>(size); ++number) {
    std::memcpy(&page[0], &number, sizeof(number));
    content += page;
  }
  content.resize(static_cast<std::size_t>(size));
  return content;
}

inline std::string Sha256Of(absl::string_view bytes) {
  Sha256 sha256;
  sha256.Update(bytes);
  return sha256.Finish();
}

inline v1::ErrorReason ReasonOf(const absl::Status& status) {
  return ErrorDetailOf(status).reason();
}

// A file without a name in a temporary folder.
class TestFile {
 public:
  explicit TestFile(absl::string_view content = "") {
    const char* folder = std::getenv("TEST_TMPDIR");
    fd_ = UniqueFd(open(folder == nullptr ? "/tmp" : folder,
                        O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    EXPECT_TRUE(fd_.valid());
    Write(0, content);
  }

  // Another descriptor of it.
  UniqueFd Open() const { return UniqueFd(dup(fd_.get())); }
  void Write(std::int64_t offset, absl::string_view bytes) {
    EXPECT_EQ(pwrite(fd_.get(), bytes.data(), bytes.size(), offset),
              static_cast<ssize_t>(bytes.size()));
  }
  void SetSize(std::int64_t size) { EXPECT_EQ(ftruncate(fd_.get(), size), 0); }
  std::int64_t Size() const {
    struct stat info = {};
    EXPECT_EQ(fstat(fd_.get(), &info), 0);
    return info.st_size;
  }
  std::string Content() const {
    std::string content(static_cast<std::size_t>(Size()), '\0');
    EXPECT_EQ(pread(fd_.get(), &content[0], content.size(), 0),
              static_cast<ssize_t>(content.size()));
    return content;
  }

 private:
  UniqueFd fd_;
};

// A TargetFile whose calls fail when told.
class FaultyTargetFile final : public TargetFile {
 public:
  struct Faults {
    absl::Status allocate;
    absl::Status write;
    absl::Status sync;
    absl::Status set_size;
    std::function<void()> after_read;
    int syncs = 0;  // Counted.
  };

  // `faults` is not owned.
  FaultyTargetFile(std::shared_ptr<TargetFile> file, Faults* faults)
      : file_(std::move(file)), faults_(faults) {}

  absl::StatusOr<std::int64_t> Size() override { return file_->Size(); }
  absl::Status Allocate(std::int64_t size) override {
    return faults_->allocate.ok() ? file_->Allocate(size) : faults_->allocate;
  }
  absl::Status SetSize(std::int64_t size) override {
    return faults_->set_size.ok() ? file_->SetSize(size) : faults_->set_size;
  }
  absl::Status Write(std::int64_t offset, absl::string_view bytes) override {
    return faults_->write.ok() ? file_->Write(offset, bytes) : faults_->write;
  }
  absl::StatusOr<std::int64_t> CopyFrom(int source, std::int64_t source_offset,
                                        std::int64_t offset,
                                        std::int64_t length) override {
    if (!faults_->write.ok()) return faults_->write;
    return file_->CopyFrom(source, source_offset, offset, length);
  }
  absl::Status Read(std::int64_t offset, char* buffer,
                    std::size_t length) override {
    absl::Status status = file_->Read(offset, buffer, length);
    if (faults_->after_read) faults_->after_read();
    return status;
  }
  bool TryRead(std::int64_t offset, char* buffer, std::size_t length) override {
    return file_->TryRead(offset, buffer, length);
  }
  absl::StatusOr<FileStamp> Stamp() override { return file_->Stamp(); }
  absl::StatusOr<UniqueFd> Duplicate() override { return file_->Duplicate(); }
  void StartWriteback(std::int64_t offset, std::int64_t length) override {
    file_->StartWriteback(offset, length);
  }
  absl::Status Sync() override {
    ++faults_->syncs;
    return faults_->sync.ok() ? file_->Sync() : faults_->sync;
  }

 private:
  const std::shared_ptr<TargetFile> file_;
  Faults* const faults_;
};

// What an observer was told.
class RecordingObserver final : public TransferObserver {
 public:
  void OnNews(const TransferNews& news) override {
    EXPECT_FALSE(end_) << "news after the end";
    all_.push_back(news);
  }
  void OnCheckpointVoid() override {
    EXPECT_FALSE(end_) << "a void checkpoint after the end";
    ++voided_;
    if (on_void_) on_void_();
  }
  void OnEnd(TransferEnd end) override {
    EXPECT_FALSE(end_) << "ended twice";
    end_ = std::move(end);
  }

  const std::vector<TransferNews>& all() const { return all_; }
  bool ended() const { return end_.has_value(); }
  const TransferEnd& end() const { return end_.value(); }
  const absl::Status& status() const { return end_.value().status; }
  v1::ErrorReason reason() const { return ReasonOf(status()); }
  bool retryable() const { return ErrorDetailOf(status()).retryable(); }
  // Checkpoints that became void.
  int voided() const { return voided_; }
  void SetOnVoid(std::function<void()> on_void) {
    on_void_ = std::move(on_void);
  }

 private:
  int voided_ = 0;
  std::function<void()> on_void_;
  std::vector<TransferNews> all_;
  std::optional<TransferEnd> end_;
};

// An engine with origins in memory, in virtual time, and a real file.
class TransferWorld {
 public:
  explicit TransferWorld(int max_connections = 4)
      : engine_(MakeParts(max_connections)) {}
  ~TransferWorld() {
    transfer_.reset();
    executor_.RunUntilIdle();
  }

  static constexpr char kUrl[] = "http://origin.test/file";
  static constexpr char kMirror[] = "http://mirror.test/file";

  // Of `content` at kUrl, with a strong ETag.
  static FakeRemoteFile Remote(std::string content,
                               std::string etag = "\"v1\"") {
    FakeRemoteFile file;
    file.content = std::move(content);
    file.etag = std::move(etag);
    return file;
  }

  // A spec for kUrl, and kMirror if `mirror`.
  TransferSpec Spec(bool mirror = false) {
    TransferSpec spec;
    spec.target = target_.Open();
    spec.urls = {kUrl};
    if (mirror) spec.urls.push_back(kMirror);
    spec.http = std::make_shared<const HttpSettings>();
    return spec;
  }

  // Begins a transfer with an observer of its own; the one before is destroyed.
  RecordingObserver& Start(TransferSpec spec) {
    transfer_.reset();
    observers_.push_back(std::make_unique<RecordingObserver>());
    transfer_ =
        engine_.Start(std::move(spec), observers_.back().get(), &observers_on_);
    observers_.back()->SetOnVoid([this] { transfer_->CheckpointForgotten(); });
    return *observers_.back();
  }
  // ... and lets it run until nothing moves without the passing of time.
  RecordingObserver& Run(TransferSpec spec) {
    RecordingObserver& observer = Start(std::move(spec));
    RunUntilIdle();
    return observer;
  }
  void RunUntilIdle() {
    do {
      executor_.RunUntilIdle();
      observers_on_.RunUntilIdle();
    } while (executor_.HasTasks());
  }
  void Advance(absl::Duration by) {
    // In steps: what observers answer comes in time.
    constexpr absl::Duration kStep = absl::Milliseconds(20);
    for (; by > kStep; by -= kStep) {
      executor_.Advance(kStep);
      RunUntilIdle();
    }
    executor_.Advance(by);
    RunUntilIdle();
  }
  void Stop() {
    transfer_.reset();
    RunUntilIdle();
  }

  FakeClock& clock() { return clock_; }
  FakeExecutor& executor() { return executor_; }
  FakeExecutor& observers_on() { return observers_on_; }
  FakeFileWorker& worker() { return worker_; }
  FakeOriginTransport& origin() { return origin_; }
  FaultyTargetFile::Faults& faults() { return faults_; }
  TestFile& target() { return target_; }
  TransferEngineImpl& engine() { return engine_; }

 private:
  TransferEngineImpl::Parts MakeParts(int max_connections) {
    TransferEngineImpl::Parts parts;
    parts.transport = &origin_;
    parts.executor = &executor_;
    parts.worker = &worker_;
    parts.clock = &clock_;
    parts.max_connections_per_file = max_connections;
    parts.open_target = [this](UniqueFd fd) -> std::shared_ptr<TargetFile> {
      return std::make_shared<FaultyTargetFile>(OpenTargetFile(std::move(fd)),
                                                &faults_);
    };
    return parts;
  }

  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeExecutor observers_on_{clock_};
  FakeFileWorker worker_{executor_};
  FakeOriginTransport origin_{executor_};
  FaultyTargetFile::Faults faults_;
  TestFile target_;
  TransferEngineImpl engine_;
  std::vector<std::unique_ptr<RecordingObserver>> observers_;
  std::unique_ptr<Transfer> transfer_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_TRANSFER_TESTING_H_
