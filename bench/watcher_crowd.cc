#include "bench/watcher_crowd.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/usage.h"

namespace convoy::bench {

// One stream.
class WatcherCrowd::Watcher final
    : public grpc::ClientReadReactor<v1::WatchJobResponse> {
 public:
  Watcher(WatcherCrowd& crowd, v1::JobService::Stub& stub,
          const std::string& job_id)
      : crowd_(crowd) {
    request_.set_job_id(job_id);
    stub.async()->WatchJob(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    const std::string& description = response_.job().description();
    if (description != last_) {
      last_ = description;
      crowd_.OnDescription(last_);
    }
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override { crowd_.OnEnd(status); }

 private:
  WatcherCrowd& crowd_;
  grpc::ClientContext context_;
  v1::WatchJobRequest request_;
  v1::WatchJobResponse response_;
  std::string last_;
};

WatcherCrowd::WatcherCrowd(const testing::TestDaemon& daemon,
                           const std::string& job_id, int connections,
                           int streams_per_connection, std::string description)
    : awaited_(std::move(description)) {
  for (int i = 0; i < connections; ++i) {
    stubs_.push_back(v1::JobService::NewStub(daemon.Connect()));
    for (int j = 0; j < streams_per_connection; ++j) {
      watchers_.push_back(
          std::make_unique<Watcher>(*this, *stubs_.back(), job_id));
    }
  }
}

WatcherCrowd::~WatcherCrowd() {
  for (const std::unique_ptr<Watcher>& watcher : watchers_) watcher->Cancel();
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return ended_ == size(); });
}

void WatcherCrowd::Await(std::string description) {
  std::lock_guard<std::mutex> lock(mutex_);
  awaited_ = std::move(description);
  seen_ = 0;
}

void WatcherCrowd::WaitForAll() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, std::chrono::minutes(1),
                    [this] { return seen_ == size() || ended_ > 0; });
  if (seen_ < size()) {
    const std::string text =
        absl::StrCat(seen_, " of ", size(), " watchers were told; ", ended_,
                     " streams ended ", error_);
    lock.unlock();
    Fail(text);
  }
}

void WatcherCrowd::OnDescription(const std::string& description) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (description != awaited_) return;
  ++seen_;
  if (seen_ == size()) changed_.notify_all();
}

void WatcherCrowd::OnEnd(const grpc::Status& status) {
  std::lock_guard<std::mutex> lock(mutex_);
  ++ended_;
  if (error_.empty()) error_ = status.error_message();
  changed_.notify_all();
}

}  // namespace convoy::bench
