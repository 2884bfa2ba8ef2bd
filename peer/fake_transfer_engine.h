#ifndef CONVOY_PEER_FAKE_TRANSFER_ENGINE_H_
#define CONVOY_PEER_FAKE_TRANSFER_ENGINE_H_

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"
#include "peer/transfer_engine.h"

namespace convoy {

// A TransferEngine for tests: keeps what it was asked for, and moves no byte
// until the test says so. Transfers are named by the order in which they were
// started, from 0. Thread-safe.
class FakeTransferEngine final : public TransferEngine {
 public:
  std::unique_ptr<Transfer> Start(TransferSpec spec, TransferObserver* observer,
                                  Executor* executor) override {
    auto state = std::make_shared<State>(std::move(spec), executor, observer);
    MutexLock lock(&mutex_);
    states_.push_back(state);
    started_.NotifyAll();
    return std::make_unique<FakeTransfer>(std::move(state));
  }

  // Transfers started so far, running or not.
  std::size_t count() const {
    MutexLock lock(&mutex_);
    return states_.size();
  }
  // Waits until count() >= `count`; false when that took longer than 10
  // seconds. For tests whose executor has a thread.
  bool WaitForCount(std::size_t count) {
    MutexLock lock(&mutex_);
    const absl::Duration step = absl::Milliseconds(100);
    for (int i = 0; i < 100 && states_.size() < count; ++i) {
      started_.WaitFor(&mutex_, step);
    }
    return states_.size() >= count;
  }
  // What transfer `index` was started with.
  const TransferSpec& spec(std::size_t index) const { return Get(index)->spec; }
  // Neither destroyed nor ended.
  bool running(std::size_t index) const {
    const std::shared_ptr<State> state = Get(index);
    MutexLock lock(&state->mutex);
    return state->observer != nullptr;
  }
  // Indices of the running transfers, in order.
  std::vector<std::size_t> Running() const {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < count(); ++i) {
      if (running(i)) indices.push_back(i);
    }
    return indices;
  }

  // Posts OnNews to the transfer's executor. Dropped if it is not running by
  // then.
  void SendNews(std::size_t index, TransferNews news) {
    std::shared_ptr<State> state = Get(index);
    Executor* const executor = state->executor;
    executor->Post([state = std::move(state), news = std::move(news)] {
      TransferObserver* observer = nullptr;
      {
        MutexLock lock(&state->mutex);
        observer = state->observer;
      }
      if (observer != nullptr) observer->OnNews(news);
    });
  }
  // Posts OnCheckpointVoid, likewise.
  void SendCheckpointVoid(std::size_t index) {
    std::shared_ptr<State> state = Get(index);
    Executor* const executor = state->executor;
    executor->Post([state = std::move(state)] {
      TransferObserver* observer = nullptr;
      {
        MutexLock lock(&state->mutex);
        observer = state->observer;
      }
      if (observer != nullptr) observer->OnCheckpointVoid();
    });
  }
  // CheckpointForgotten came.
  bool checkpoint_forgotten(std::size_t index) const {
    const std::shared_ptr<State> state = Get(index);
    MutexLock lock(&state->mutex);
    return state->checkpoint_forgotten;
  }
  // Posts OnEnd, likewise.
  void SendEnd(std::size_t index, TransferEnd end) {
    std::shared_ptr<State> state = Get(index);
    Executor* const executor = state->executor;
    executor->Post([state = std::move(state), end = std::move(end)]() mutable {
      TransferObserver* observer = nullptr;
      {
        MutexLock lock(&state->mutex);
        observer = std::exchange(state->observer, nullptr);
      }
      if (observer != nullptr) observer->OnEnd(std::move(end));
    });
  }

  // News of `flushed` bytes out of `size`, all from the origin.
  static TransferNews Progress(std::int64_t flushed, std::int64_t size) {
    TransferNews news;
    news.connected = true;
    news.size = size;
    news.flushed_bytes = flushed;
    news.origin_bytes = flushed;
    news.checkpoint = "checkpoint";
    news.validator.etag = "\"fake\"";
    news.integrity = "size and validator of the origin";
    news.activity = "fetching";
    return news;
  }
  // Writes `content` to the target, then SendEnd(OK).
  void Succeed(std::size_t index, absl::string_view content) {
    const int fd = spec(index).target.get();
    const auto size = static_cast<ssize_t>(content.size());
    if (fd >= 0 && (ftruncate(fd, size) != 0 ||
                    pwrite(fd, content.data(), content.size(), 0) != size)) {
      std::abort();
    }
    TransferEnd end;
    end.news = Progress(size, size);
    SendEnd(index, std::move(end));
  }
  // SendEnd(`status`) after `flushed` of `size` bytes.
  void Fail(std::size_t index, absl::Status status, std::int64_t flushed = 0,
            std::int64_t size = 0) {
    TransferEnd end;
    end.status = std::move(status);
    if (size > 0) end.news = Progress(flushed, size);
    SendEnd(index, std::move(end));
  }

 private:
  struct State {
    State(TransferSpec asked, Executor* on, TransferObserver* of)
        : spec(std::move(asked)), executor(on), observer(of) {}

    const TransferSpec spec;
    Executor* const executor;
    Mutex mutex;
    // Null once the transfer was destroyed or has ended.
    TransferObserver* observer ABSL_GUARDED_BY(mutex);
    bool checkpoint_forgotten ABSL_GUARDED_BY(mutex) = false;
  };

  class FakeTransfer final : public Transfer {
   public:
    explicit FakeTransfer(std::shared_ptr<State> state)
        : state_(std::move(state)) {}
    ~FakeTransfer() override {
      MutexLock lock(&state_->mutex);
      state_->observer = nullptr;
    }
    void CheckpointForgotten() override {
      MutexLock lock(&state_->mutex);
      state_->checkpoint_forgotten = true;
    }

   private:
    const std::shared_ptr<State> state_;
  };

  std::shared_ptr<State> Get(std::size_t index) const {
    MutexLock lock(&mutex_);
    return states_.at(index);
  }

  mutable Mutex mutex_;
  CondVar started_;
  std::vector<std::shared_ptr<State>> states_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy

#endif  // CONVOY_PEER_FAKE_TRANSFER_ENGINE_H_
