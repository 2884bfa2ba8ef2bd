#ifndef CONVOY_DAEMON_WATCH_STREAM_H_
#define CONVOY_DAEMON_WATCH_STREAM_H_

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/caller.h"
#include "daemon/caller_resolver.h"
#include "daemon/rpc_call.h"
#include "daemon/watch_hub.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"

namespace convoy {

// A server stream of job snapshots. A reader that is slower than the news gets
// the newest snapshot of each job; what waits for it is at most one message a
// job.
//
// Threads: the watch is begun and ended on the control executor, which must run
// until gRPC's server is down; messages are written on whatever thread brings
// the news or ends the write before.
//
// Lives until gRPC is done with the call and no task holds it. It finishes the
// call only after the watch has ended, so the manager never has a listener that
// is gone.
//
// Response: v1::WatchJobResponse, v1::WatchJobsResponse or v1::FetchResponse.
template <typename Response>
class WatchStream final
    : public WatchListener,
      public std::enable_shared_from_this<WatchStream<Response>> {
 public:
  // Both run on the control executor.
  using Begin = absl::AnyInvocable<WatchId(const Caller&, WatchListener*) &&>;
  using Stop = absl::AnyInvocable<void(WatchId) &&>;

  // Answers the call. What `begin` and `stop` refer to must outlive the server.
  static void Start(std::shared_ptr<RpcCall> call, CallerResolver& callers,
                    Executor& control, Begin begin, Stop stop) {
    const std::shared_ptr<WatchStream> stream(
        new WatchStream(call, control, std::move(stop)));
    // Holds the stream until the call is over.
    call->OnGone([stream] { stream->StopLater(); });
    callers.Resolve(call->Peer(), [stream, begin = std::move(begin)](
                                      absl::StatusOr<Caller> caller) mutable {
      stream->control_.Post([stream, caller = std::move(caller),
                             begin = std::move(begin)]() mutable {
        stream->BeginWatch(caller, std::move(begin));
      });
    });
  }

  // WatchListener.
  void OnJob(std::shared_ptr<const v1::Job> job) override {
    {
      MutexLock lock(&mutex_);
      const auto [found, added] = places_.try_emplace(job->id());
      if (added) found->second = queue_.insert(queue_.end(), nullptr);
      *found->second = std::move(job);
    }
    Advance();
  }
  void OnSynced() override {
    if constexpr (std::is_same_v<Response, v1::WatchJobsResponse>) {
      {
        MutexLock lock(&mutex_);
        queue_.push_back(nullptr);
      }
      Advance();
    }
  }
  void OnEnd(absl::Status status) override {
    ended_ = true;
    {
      MutexLock lock(&mutex_);
      end_ = std::move(status);
    }
    Advance();
  }

 private:
  WatchStream(std::shared_ptr<RpcCall> call, Executor& control, Stop stop)
      : call_(std::move(call)), control_(control), stop_(std::move(stop)) {}

  void StopLater() {
    control_.Post([stream = this->shared_from_this()] { stream->StopWatch(); });
  }

  void BeginWatch(const absl::StatusOr<Caller>& caller, Begin begin) {
    if (ended_) return;  // The caller has gone away.
    if (!caller.ok()) {
      OnEnd(caller.status());
      return;
    }
    id_ = std::move(begin)(*caller, this);
  }

  void StopWatch() {
    if (ended_) return;
    if (id_ != 0) std::move(stop_)(id_);
    OnEnd(absl::CancelledError("the caller went away"));
  }

  // Does what is next: a write, the end, or nothing.
  void Advance() {
    std::optional<absl::Status> end;
    Response response;
    {
      MutexLock lock(&mutex_);
      if (writing_ || finished_) return;
      if (!queue_.empty() && !broken_) {
        response = TakeResponse();
        writing_ = true;
      } else if (end_.has_value()) {
        end = end_;
        finished_ = true;
      } else {
        return;
      }
    }
    if (end.has_value()) {
      call_->Finish(*end, nullptr);
    } else {
      call_->Write(response, [stream = this->shared_from_this()](bool ok) {
        stream->OnWritten(ok);
      });
    }
  }

  void OnWritten(bool ok) {
    {
      MutexLock lock(&mutex_);
      writing_ = false;
      broken_ = !ok;
    }
    if (!ok) StopLater();
    Advance();
  }

  Response TakeResponse() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const std::shared_ptr<const v1::Job> job = std::move(queue_.front());
    queue_.pop_front();
    Response response;
    if (job != nullptr) {
      places_.erase(job->id());
      *response.mutable_job() = *job;
    } else if constexpr (std::is_same_v<Response, v1::WatchJobsResponse>) {
      response.set_synced(true);
    }
    return response;
  }

  const std::shared_ptr<RpcCall> call_;
  Executor& control_;

  // On the control executor.
  Stop stop_;
  WatchId id_ = 0;
  bool ended_ = false;

  Mutex mutex_;
  // In the order of sending; null is the synced mark.
  std::list<std::shared_ptr<const v1::Job>> queue_ ABSL_GUARDED_BY(mutex_);
  // Where a job waits, by id.
  absl::flat_hash_map<std::string,
                      std::list<std::shared_ptr<const v1::Job>>::iterator>
      places_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_WATCH_STREAM_H_
