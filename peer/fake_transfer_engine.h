#ifndef CONVOY_PEER_FAKE_TRANSFER_ENGINE_H_
#define CONVOY_PEER_FAKE_TRANSFER_ENGINE_H_

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"
#include "peer/transfer_engine.h"

namespace convoy {

// Contents for tests: answers at once, with what the test has put in.
// Thread-safe.
class FakeContents final : public Contents {
 public:
  // Runs `change` with the fields below to itself.
  template <typename Change>
  auto Locked(Change change) {
    MutexLock lock(&mutex_);
    return change();
  }

  void List(Answer<std::vector<ContentInfo>> answer) override {
    std::move(answer)(Locked([this] { return infos; }));
  }
  // By `infos`, then by `departures`.
  void LookUp(std::vector<std::string> content_ids,
              Answer<std::vector<ContentPresence>> answer) override {
    std::move(answer)(Locked([&] {
      std::vector<ContentPresence> found;
      for (const std::string& id : content_ids) {
        ContentPresence& one = found.emplace_back();
        for (const ContentInfo& info : infos) {
          if (info.id == id) one = {true, info.pinned, std::nullopt};
        }
        const auto gone = departures.find(id);
        if (!one.here && gone != departures.end()) one.departure = gone->second;
      }
      return found;
    }));
  }
  void ListPeers(std::string content_id,
                 Answer<std::vector<PeerInfo>> answer) override {
    std::vector<PeerInfo> found;
    for (PeerInfo& peer : Locked([this] { return peers; })) {
      if (content_id.empty() || peer.content_id == content_id) {
        found.push_back(std::move(peer));
      }
    }
    std::move(answer)(std::move(found));
  }
  void Keep(KeepRequest request, Answer<absl::Status> answer) override {
    Locked([&] {
      kept.push_back(std::move(request));
      return 0;
    });
    std::move(answer)(absl::OkStatus());
  }
  void Release(std::string content_id) override {
    Locked([&] {
      released.push_back(std::move(content_id));
      return 0;
    });
  }
  void Pin(std::string content_id, bool pinned,
           Answer<absl::Status> answer) override {
    std::move(answer)(Locked([&]() -> absl::Status {
      for (ContentInfo& info : infos) {
        if (info.id != content_id) continue;
        info.pinned = pinned;
        return absl::OkStatus();
      }
      return absl::NotFoundError("no such content");
    }));
  }
  void Evict(std::string content_id, Answer<absl::Status> answer) override {
    std::move(answer)(Locked([&]() -> absl::Status {
      for (auto info = infos.begin(); info != infos.end(); ++info) {
        if (info->id != content_id) continue;
        if (info->state == ContentState::kDownloading) {
          return absl::FailedPreconditionError("a transfer fills it");
        }
        infos.erase(info);
        return absl::OkStatus();
      }
      return absl::NotFoundError("no such content");
    }));
  }
  void Adopt(AdoptRequest request,
             Answer<absl::StatusOr<ContentInfo>> answer) override {
    ContentInfo info;
    info.id = std::string(20, 'a');
    info.local_path = request.keep.local_path;
    info.owner = request.keep.owner;
    info.pinned = request.keep.pinned;
    Locked([&] {
      infos.push_back(info);
      return 0;
    });
    std::move(answer)(std::move(info));
  }

  std::vector<ContentInfo> infos;
  std::map<std::string, ContentDeparture> departures;
  std::vector<PeerInfo> peers;
  std::vector<KeepRequest> kept;
  std::vector<std::string> released;

 private:
  Mutex mutex_;
};

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

  // Answers with what SetOrigin said; else NOT_FOUND.
  void AskOrigin(
      const std::string& url, std::shared_ptr<const HttpSettings> /*http*/,
      Executor* executor,
      absl::AnyInvocable<void(absl::StatusOr<Validator>) &&> answer) override {
    absl::StatusOr<Validator> validator = absl::NotFoundError("no such file");
    {
      MutexLock lock(&mutex_);
      const auto found = origins_.find(url);
      if (found != origins_.end()) validator = found->second;
    }
    executor->Post([answer = std::move(answer),
                    validator = std::move(validator)]() mutable {
      std::move(answer)(std::move(validator));
    });
  }
  void SetOrigin(const std::string& url, Validator validator) {
    MutexLock lock(&mutex_);
    origins_[url] = std::move(validator);
  }

  void SetSettings(const HttpLimits& limits,
                   const SwarmSettings& swarm) override {
    MutexLock lock(&mutex_);
    limits_ = limits;
    swarm_ = swarm;
  }
  // What SetSettings was told last.
  HttpLimits limits() const {
    MutexLock lock(&mutex_);
    return limits_;
  }
  SwarmSettings swarm() const {
    MutexLock lock(&mutex_);
    return swarm_;
  }
  void SetBandwidth(const BandwidthLimits& limits) override {
    MutexLock lock(&mutex_);
    bandwidth_.push_back(limits);
  }
  void SetCacheHosts(const CacheHostSettings& settings) override {
    MutexLock lock(&mutex_);
    cache_hosts_ = settings;
  }
  void SetOnVpn(bool on_vpn) override {
    MutexLock lock(&mutex_);
    on_vpn_ = on_vpn;
  }
  std::int64_t OutsideBytes() const override {
    MutexLock lock(&mutex_);
    return outside_bytes_;
  }
  // What SetFlushedRanges said of it.
  std::vector<ByteRange> FlushedRanges(
      const std::string& checkpoint) const override {
    MutexLock lock(&mutex_);
    const auto found = flushed_.find(checkpoint);
    return found == flushed_.end() ? std::vector<ByteRange>() : found->second;
  }
  PeerBytes Uploaded() const override {
    MutexLock lock(&mutex_);
    return uploaded_;
  }
  void SetUploaded(const PeerBytes& uploaded) {
    MutexLock lock(&mutex_);
    uploaded_ = uploaded;
  }
  FakeContents& contents() override { return contents_; }

  void SetFlushedRanges(const std::string& checkpoint,
                        std::vector<ByteRange> ranges) {
    MutexLock lock(&mutex_);
    flushed_[checkpoint] = std::move(ranges);
  }

  // What OutsideBytes says from now on.
  void SetOutsideBytes(std::int64_t bytes) {
    MutexLock lock(&mutex_);
    outside_bytes_ = bytes;
  }
  // What SetCacheHosts and SetOnVpn were told last.
  CacheHostSettings cache_hosts() const {
    MutexLock lock(&mutex_);
    return cache_hosts_;
  }
  bool on_vpn() const {
    MutexLock lock(&mutex_);
    return on_vpn_;
  }
  // What SetBandwidth was told, in order.
  std::vector<BandwidthLimits> bandwidth() const {
    MutexLock lock(&mutex_);
    return bandwidth_;
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
    for (int i = 0; i < 1500 && states_.size() < count; ++i) {
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
  std::map<std::string, Validator> origins_ ABSL_GUARDED_BY(mutex_);
  std::vector<BandwidthLimits> bandwidth_ ABSL_GUARDED_BY(mutex_);
  CacheHostSettings cache_hosts_ ABSL_GUARDED_BY(mutex_);
  bool on_vpn_ ABSL_GUARDED_BY(mutex_) = false;
  std::int64_t outside_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::vector<ByteRange>> flushed_
      ABSL_GUARDED_BY(mutex_);
  HttpLimits limits_ ABSL_GUARDED_BY(mutex_);
  PeerBytes uploaded_ ABSL_GUARDED_BY(mutex_);
  SwarmSettings swarm_ ABSL_GUARDED_BY(mutex_);
  FakeContents contents_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_FAKE_TRANSFER_ENGINE_H_
