#include "peer/transfer_engine.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"
#include "peer/base/serial_executor.h"
#include "peer/cache_disk.h"
#include "peer/test_http_server.h"
#include "peer/transfer_testing.h"

// The engine as the daemon has it: libcurl, threads, a real disk.

namespace convoy {
namespace {

// No peers, and nothing is looked for.
SwarmSettings Alone() {
  SwarmSettings settings;
  settings.max_mode = DownloadMode::kSimple;
  settings.listen_port = 0;
  return settings;
}

// Lets the test's thread wait for what a transfer says on its executor.
class WaitingObserver final : public TransferObserver {
 public:
  void OnNews(const TransferNews& news) override {
    MutexLock lock(&mutex_);
    news_ = news;
    changed_.NotifyAll();
  }
  void OnCheckpointVoid() override { on_void_(); }
  void OnEnd(TransferEnd end) override {
    MutexLock lock(&mutex_);
    end_ = std::move(end);
    changed_.NotifyAll();
  }

  // Before the transfer begins.
  void SetOnVoid(std::function<void()> on_void) {
    on_void_ = std::move(on_void);
  }

  TransferEnd WaitForEnd() {
    MutexLock lock(&mutex_);
    while (!end_) changed_.Wait(&mutex_);
    return *end_;
  }
  TransferNews WaitForFlushed(std::int64_t bytes) {
    MutexLock lock(&mutex_);
    while (news_.flushed_bytes < bytes) changed_.Wait(&mutex_);
    return news_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  TransferNews news_ ABSL_GUARDED_BY(mutex_);
  std::optional<TransferEnd> end_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> on_void_;
};

// One file on a server that does HTTP well, unless it is told to stall.
class Origin {
 public:
  Origin(std::string content, std::string etag)
      : content_(std::move(content)),
        etag_(std::move(etag)),
        server_([this](const TestHttpServer::Request& request,
                       TestHttpServer::Connection& connection) {
          Answer(request, connection);
        }) {}

  void Change(std::string content, std::string etag) {
    MutexLock lock(&mutex_);
    content_ = std::move(content);
    etag_ = std::move(etag);
  }
  // The next answers bring so many bytes of their body; then the connection
  // breaks, or with `stall` nothing more comes. -1: all.
  void Limit(std::int64_t bytes, bool stall = false) {
    MutexLock lock(&mutex_);
    limit_ = bytes;
    stall_ = stall;
  }
  std::string Url() const { return server_.Url("/file"); }
  std::vector<TestHttpServer::Request> requests() const {
    return server_.requests();
  }

 private:
  void Answer(const TestHttpServer::Request& request,
              TestHttpServer::Connection& connection) {
    std::string answer;
    std::size_t body = 0;
    std::int64_t limit = -1;
    bool stall = false;
    {
      MutexLock lock(&mutex_);
      const std::string if_range = request.Header("If-Range");
      const std::string header = request.Header("Range");
      absl::string_view range = header;
      std::int64_t first = 0;
      const bool part =
          absl::ConsumePrefix(&range, "bytes=") &&
          (if_range.empty() || if_range == etag_) &&
          absl::SimpleAtoi(range.substr(0, range.find('-')), &first);
      const std::string bytes =
          content_.substr(static_cast<std::size_t>(part ? first : 0));
      std::vector<std::string> headers = {"ETag: " + etag_};
      if (part) {
        headers.push_back(absl::StrCat("Content-Range: bytes ", first, "-",
                                       content_.size() - 1, "/",
                                       content_.size()));
      }
      answer =
          AnswerWith(part ? "206 Partial Content" : "200 OK", headers, bytes);
      body = answer.size() - bytes.size();
      limit = limit_;
      stall = stall_;
    }
    if (limit < 0) return connection.Send(answer);
    connection.Send(absl::string_view(answer).substr(
        0, body + static_cast<std::size_t>(limit)));
    if (stall) connection.AwaitClientClose();
    connection.Close();
  }

  Mutex mutex_;
  std::string content_ ABSL_GUARDED_BY(mutex_);
  std::string etag_ ABSL_GUARDED_BY(mutex_);
  std::int64_t limit_ ABSL_GUARDED_BY(mutex_) = -1;
  bool stall_ ABSL_GUARDED_BY(mutex_) = false;
  TestHttpServer server_;  // Last: its threads use the rest.
};

class TransferEngineTest : public testing::Test {
 protected:
  ~TransferEngineTest() override {
    Stop();
    engine_.reset();
  }

  TransferSpec Spec(const Origin& origin) {
    TransferSpec spec;
    spec.target = target_.Open();
    spec.urls = {origin.Url()};
    spec.http = std::make_shared<const HttpSettings>();
    return spec;
  }
  WaitingObserver& Start(TransferSpec spec) {
    Stop();
    observers_.push_back(std::make_unique<WaitingObserver>());
    WaitingObserver* const observer = observers_.back().get();
    observer->SetOnVoid([this] { transfer_->CheckpointForgotten(); });
    auto shared = std::make_shared<TransferSpec>(std::move(spec));
    OnExecutor([this, shared, observer] {
      transfer_ = engine_->Start(std::move(*shared), observer, &executor_);
    });
    return *observer;
  }
  void Stop() {
    OnExecutor([this] { transfer_.reset(); });
  }
  // Runs `task` there, and waits for it.
  void OnExecutor(std::function<void()> task) {
    Mutex mutex;
    CondVar changed;
    bool done = false;
    executor_.Post([&] {
      task();
      MutexLock lock(&mutex);
      done = true;
      changed.NotifyAll();
    });
    MutexLock lock(&mutex);
    while (!done) changed.Wait(&mutex);
  }

  RealClock clock_;
  SerialExecutor executor_{"observers"};
  TestFile target_;
  std::unique_ptr<TransferEngine> engine_ =
      MakeTransferEngine(HttpLimits(), Alone(), nullptr, clock_);
  std::vector<std::unique_ptr<WaitingObserver>> observers_;
  std::unique_ptr<Transfer> transfer_;
};

TEST_F(TransferEngineTest, FetchesAndChecksAFile) {
  const std::string content = TestContent(5 * kMiB);
  Origin origin(content, "\"v1\"");
  TransferSpec spec = Spec(origin);
  spec.expected_sha256 = Sha256Of(content);
  const TransferEnd end = Start(std::move(spec)).WaitForEnd();
  EXPECT_TRUE(end.status.ok()) << end.status;
  EXPECT_TRUE(target_.Content() == content);
  EXPECT_EQ(end.news.validator.etag, "\"v1\"");
  EXPECT_EQ(origin.requests().size(), 1u);
}

TEST_F(TransferEngineTest, GoesOnAfterABrokenConnection) {
  const std::string content = TestContent(5 * kMiB);
  Origin origin(content, "\"v1\"");
  origin.Limit(2 * kMiB);
  const TransferEnd end = Start(Spec(origin)).WaitForEnd();
  EXPECT_TRUE(end.status.ok()) << end.status;
  EXPECT_TRUE(target_.Content() == content);
  EXPECT_EQ(end.news.origin_bytes, 5 * kMiB);
  const auto requests = origin.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[1].Header("If-Range"), "\"v1\"");
}

TEST_F(TransferEngineTest, GoesOnFromACheckpointAfterAStop) {
  const std::string content = TestContent(5 * kMiB);
  Origin origin(content, "\"v1\"");
  origin.Limit(3 * kMiB, true);
  const std::string checkpoint =
      Start(Spec(origin)).WaitForFlushed(3 * kMiB).checkpoint;
  origin.Limit(-1);
  TransferSpec spec = Spec(origin);
  spec.checkpoint = checkpoint;
  const TransferEnd end = Start(std::move(spec)).WaitForEnd();
  EXPECT_TRUE(end.status.ok()) << end.status;
  EXPECT_TRUE(target_.Content() == content);
  EXPECT_EQ(end.news.origin_bytes, 2 * kMiB);
  EXPECT_EQ(origin.requests().back().Header("Range"),
            absl::StrCat("bytes=", 3 * kMiB, "-", 5 * kMiB - 1));
}

TEST_F(TransferEngineTest, BeginsAnewWhenTheFileChangedMeanwhile) {
  Origin origin(TestContent(5 * kMiB, 1), "\"v1\"");
  origin.Limit(3 * kMiB, true);
  const std::string checkpoint =
      Start(Spec(origin)).WaitForFlushed(3 * kMiB).checkpoint;
  Stop();
  const std::string changed = TestContent(4 * kMiB, 2);
  origin.Change(changed, "\"v2\"");
  origin.Limit(-1);
  TransferSpec spec = Spec(origin);
  spec.checkpoint = checkpoint;
  const TransferEnd end = Start(std::move(spec)).WaitForEnd();
  EXPECT_TRUE(end.status.ok()) << end.status;
  EXPECT_TRUE(target_.Content() == changed);
  EXPECT_EQ(end.news.validator.etag, "\"v2\"");
}

TEST_F(TransferEngineTest, ManyTransfersAtOnceEachGetTheirFile) {
  const std::string content = TestContent(200 * kKiB);
  Origin origin(content, "\"v1\"");
  constexpr int kCount = 40;
  std::vector<TestFile> files(kCount);
  std::vector<std::unique_ptr<WaitingObserver>> observers;
  std::vector<std::unique_ptr<Transfer>> transfers;
  OnExecutor([&] {
    for (const TestFile& file : files) {
      TransferSpec spec = Spec(origin);
      spec.target = file.Open();
      spec.expected_sha256 = Sha256Of(content);
      observers.push_back(std::make_unique<WaitingObserver>());
      transfers.push_back(
          engine_->Start(std::move(spec), observers.back().get(), &executor_));
    }
  });
  for (int i = 0; i < kCount; ++i) {
    const TransferEnd end = observers[i]->WaitForEnd();
    EXPECT_TRUE(end.status.ok()) << end.status;
    EXPECT_TRUE(files[i].Content() == content);
  }
  OnExecutor([&] { transfers.clear(); });
}

TEST_F(TransferEngineTest, CanBeDestroyedRightAfterAStop) {
  Origin origin(TestContent(5 * kMiB), "\"v1\"");
  origin.Limit(3 * kMiB, true);
  Start(Spec(origin)).WaitForFlushed(kMiB);
  Stop();
  engine_.reset();
}

}  // namespace
}  // namespace convoy
