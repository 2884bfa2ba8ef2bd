#ifndef CONVOY_PEER_CURL_TRANSPORT_TESTING_H_
#define CONVOY_PEER_CURL_TRANSPORT_TESTING_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"
#include "peer/curl_loop.h"
#include "peer/curl_transport.h"
#include "peer/http_settings.h"
#include "peer/origin_transport.h"
#include "peer/rate_limiter.h"
#include "proto/error_detail.h"

namespace convoy {

// A condition that one thread makes true and others wait for.
class Event {
 public:
  void Set() {
    MutexLock lock(&mutex_);
    set_ = true;
    condition_.NotifyAll();
  }
  // Fails the test when it takes unreasonably long.
  void Wait() {
    MutexLock lock(&mutex_);
    const absl::Time limit = absl::Now() + absl::Seconds(150);
    while (!set_ && absl::Now() < limit) {
      condition_.WaitFor(&mutex_, absl::Seconds(1));
    }
    ASSERT_TRUE(set_) << "waited for 150 seconds";
  }

 private:
  Mutex mutex_;
  CondVar condition_;
  bool set_ ABSL_GUARDED_BY(mutex_) = false;
};

// The calendar stands still, so that dates in headers have a meaning.
class TestClock final : public Clock {
 public:
  absl::Time Now() const override {
    return absl::FromUnixSeconds(1'700'000'000);  // 14 Nov 2023 22:13:20 GMT.
  }
  absl::Duration Monotonic() const override { return real_.Monotonic(); }

 private:
  RealClock real_;
};

// Writes down an answer, and checks the order of the calls.
class Recorder final : public OriginResponseHandler {
 public:
  // Called after the recorder has written down the same. Set before the start.
  std::function<absl::Status(const OriginResponseHead&)> on_head;
  std::function<absl::Status(absl::string_view)> on_body;
  std::function<void()> on_done;

  absl::Status OnHead(const OriginResponseHead& answer) override {
    EXPECT_FALSE(head.has_value()) << "a second head";
    EXPECT_FALSE(done_);
    head = answer;
    return on_head ? on_head(answer) : absl::OkStatus();
  }
  absl::Status OnBody(absl::string_view bytes) override {
    EXPECT_TRUE(head.has_value()) << "a body without a head";
    EXPECT_FALSE(done_);
    body.append(bytes.data(), bytes.size());
    return on_body ? on_body(bytes) : absl::OkStatus();
  }
  void OnDone(absl::Status end) override {
    EXPECT_FALSE(done_) << "a second end";
    done_ = true;
    status = std::move(end);
    if (on_done) on_done();
    finished_.Set();
  }

  void Wait() { finished_.Wait(); }

  // Of the loop's thread until Wait returns.
  std::optional<OriginResponseHead> head;
  std::string body;
  absl::Status status;

 private:
  bool done_ = false;
  Event finished_;
};

// A transport with its loop.
class CurlTransportTest : public ::testing::Test {
 protected:
  using Answer = std::unique_ptr<Recorder>;

  ~CurlTransportTest() override { StopTransport(); }

  // Before the first request.
  HttpLimits& limits() { return limits_; }
  RateLimiter& limiter() { return limiter_; }

  // Runs on the loop's thread and waits for the end.
  void OnLoop(std::function<void()> action) {
    Event done;
    loop().Post([&] {
      action();
      done.Set();
    });
    done.Wait();
  }

  OriginTransport::RequestId Start(OriginRequest request, Recorder* recorder) {
    OriginTransport::RequestId id = 0;
    OnLoop([&] { id = transport().Start(std::move(request), recorder); });
    return id;
  }

  // The whole answer.
  Answer Fetch(OriginRequest request) {
    auto recorder = std::make_unique<Recorder>();
    Start(std::move(request), recorder.get());
    recorder->Wait();
    return recorder;
  }
  Answer Get(const std::string& url, const HttpSettings& settings = {}) {
    return Fetch(RequestFor(url, settings));
  }

  static OriginRequest RequestFor(const std::string& url,
                                  const HttpSettings& settings = {}) {
    OriginRequest request;
    request.url = url;
    request.settings = std::make_shared<HttpSettings>(settings);
    return request;
  }

  CurlLoop& loop() {
    if (!loop_) loop_ = std::make_unique<CurlLoop>(clock_);
    return *loop_;
  }
  CurlTransport& transport() {
    if (!transport_) {
      transport_ =
          std::make_unique<CurlTransport>(&loop(), limits_, clock_, &limiter_);
    }
    return *transport_;
  }
  void StopTransport() {
    if (loop_) loop_->Stop();
    transport_.reset();
    loop_.reset();
  }

 private:
  TestClock clock_;
  HttpLimits limits_;
  RateLimiter limiter_{clock_};
  std::unique_ptr<CurlLoop> loop_;
  std::unique_ptr<CurlTransport> transport_;
};

// The request failed for this reason, and says whether to try again.
inline void ExpectFailure(const Recorder& answer, v1::ErrorReason reason,
                          bool retryable) {
  ASSERT_FALSE(answer.status.ok());
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(answer.status);
  ASSERT_TRUE(detail.has_value()) << answer.status;
  EXPECT_EQ(detail->reason(), reason)
      << ReasonName(detail->reason()) << ": " << answer.status;
  EXPECT_EQ(detail->retryable(), retryable) << answer.status;
  EXPECT_NE(detail->context(), v1::ERROR_CONTEXT_UNSPECIFIED);
}

}  // namespace convoy

#endif  // CONVOY_PEER_CURL_TRANSPORT_TESTING_H_
