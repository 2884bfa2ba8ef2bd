#include "client/job_watcher.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "client/job_client.h"
#include "client/job_client_channel.h"
#include "client/observer_queue.h"
#include "convoy/v1/job_service.grpc.pb.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"
#include "peer/base/serial_executor.h"
#include "proto/error_detail.h"

namespace convoy {

class JobWatcher::Impl {
 public:
  enum class Kind { kWatchJob, kWatchJobs, kFetch };
  // Reads one stream to its end.
  using Read = std::function<grpc::Status(grpc::ClientContext&, Impl&)>;

  Impl(Kind kind, ClientOptions client, WatchOptions options,
       JobObserver& observer)
      : kind_(kind),
        client_(WithDefaults(std::move(client))),
        options_(options),
        own_executor_(options.executor != nullptr
                          ? nullptr
                          : std::make_unique<SerialExecutor>("convoy-watch")),
        queue_(std::make_shared<ObserverQueue>(
            observer,
            options.executor != nullptr ? *options.executor : *own_executor_)),
        stub_(v1::JobService::NewStub(OpenDaemonChannel(client_))) {}

  ~Impl() {
    Cancel();
    if (thread_.joinable()) thread_.join();
    queue_->Close();
  }

  v1::JobService::Stub& stub() { return *stub_; }

  void Start(Read read) {
    thread_ = std::thread([this, read = std::move(read)] { Run(read); });
  }

  void Cancel() {
    MutexLock lock(&mutex_);
    cancelled_ = true;
    if (context_ != nullptr) context_->TryCancel();
    wake_.NotifyAll();
  }

  // News of a stream. Reader thread.
  void Deliver(v1::WatchJobResponse&& response) {
    DeliverJob(std::move(*response.mutable_job()));
  }
  void Deliver(v1::FetchResponse&& response) {
    DeliverJob(std::move(*response.mutable_job()));
  }
  void Deliver(v1::WatchJobsResponse&& response) {
    if (response.has_job()) {
      DeliverJob(std::move(*response.mutable_job()));
    } else {
      Connected();
      queue_->Synced();
    }
  }

 private:
  void Connected() {
    connected_once_ = true;
    lost_since_.reset();
  }

  void DeliverJob(v1::Job&& job) {
    Connected();
    last_state_ = job.state();
    queue_->Job(std::move(job));
  }

  // The reader thread.
  void Run(const Read& read) {
    absl::Duration delay = options_.first_retry;
    while (true) {
      absl::Status status = ReadOnce(read);
      if (Cancelled()) {
        return queue_->End(absl::CancelledError("the watch was cancelled"));
      }
      if (IsEnd(status)) return queue_->End(std::move(status));
      if (status.ok()) {
        status = absl::UnavailableError("the daemon ended the stream early");
      }
      if (!connected_once_) return queue_->End(std::move(status));
      if (!lost_since_.has_value()) {
        lost_since_ = clock_.Monotonic();
        delay = options_.first_retry;
        queue_->Disconnected(status);
      } else if (clock_.Monotonic() - *lost_since_ > options_.give_up_after) {
        return queue_->End(std::move(status));
      }
      WaitBeforeRetry(delay);
      delay = std::min(2 * delay, options_.max_retry);
    }
  }

  absl::Status ReadOnce(const Read& read) {
    grpc::ClientContext context;
    {
      MutexLock lock(&mutex_);
      if (cancelled_) return absl::CancelledError();
      context_ = &context;
    }
    const grpc::Status status = read(context, *this);
    {
      MutexLock lock(&mutex_);
      context_ = nullptr;
    }
    return CallStatus(client_, status);
  }

  // Whether a stream that ended with `status` came to its proper end.
  // Everything else is a lost connection: opening the stream again is always
  // safe.
  bool IsEnd(const absl::Status& status) const {
    if (status.ok()) {
      return kind_ == Kind::kFetch ||
             (kind_ == Kind::kWatchJob && IsFinalState(last_state_));
    }
    const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
    if (detail.has_value()) {
      if (last_state_ == v1::JOB_STATE_ERROR && kind_ == Kind::kFetch) {
        return true;
      }
      return detail->reason() != v1::ERROR_REASON_SHUTTING_DOWN &&
             detail->reason() != v1::ERROR_REASON_STORE_UNAVAILABLE;
    }
    if (absl::IsCancelled(status)) {
      return last_state_ == v1::JOB_STATE_CANCELLED &&
             kind_ != Kind::kWatchJobs;
    }
    return !absl::IsUnavailable(status) && !absl::IsUnknown(status);
  }

  bool Cancelled() {
    MutexLock lock(&mutex_);
    return cancelled_;
  }

  void WaitBeforeRetry(absl::Duration delay) {
    const absl::Duration end = clock_.Monotonic() + delay;
    MutexLock lock(&mutex_);
    while (!cancelled_ && clock_.Monotonic() < end) {
      wake_.WaitFor(&mutex_, end - clock_.Monotonic());
    }
  }

  const Kind kind_;
  const ClientOptions client_;
  const WatchOptions options_;
  const RealClock clock_;
  const std::unique_ptr<SerialExecutor> own_executor_;
  const std::shared_ptr<ObserverQueue> queue_;
  const std::unique_ptr<v1::JobService::Stub> stub_;

  // Reader thread only.
  bool connected_once_ = false;
  v1::JobState last_state_ = v1::JOB_STATE_UNSPECIFIED;
  // Monotonic time; empty while connected.
  std::optional<absl::Duration> lost_since_;

  Mutex mutex_;
  CondVar wake_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // Of the stream that is open.
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;

  std::thread thread_;
};

namespace {

template <typename Response, typename Sink>
grpc::Status Drain(std::unique_ptr<grpc::ClientReader<Response>> reader,
                   Sink& sink) {
  Response response;
  while (reader->Read(&response)) sink.Deliver(std::move(response));
  return reader->Finish();
}

}  // namespace

std::unique_ptr<JobWatcher> JobWatcher::WatchJob(const ClientOptions& client,
                                                 v1::WatchJobRequest request,
                                                 JobObserver& observer,
                                                 WatchOptions options) {
  auto impl =
      std::make_unique<Impl>(Impl::Kind::kWatchJob, client, options, observer);
  impl->Start(
      [request = std::move(request)](grpc::ClientContext& context, Impl& self) {
        return Drain(self.stub().WatchJob(&context, request), self);
      });
  return std::unique_ptr<JobWatcher>(new JobWatcher(std::move(impl)));
}

std::unique_ptr<JobWatcher> JobWatcher::WatchJobs(const ClientOptions& client,
                                                  v1::WatchJobsRequest request,
                                                  JobObserver& observer,
                                                  WatchOptions options) {
  auto impl =
      std::make_unique<Impl>(Impl::Kind::kWatchJobs, client, options, observer);
  impl->Start(
      [request = std::move(request)](grpc::ClientContext& context, Impl& self) {
        return Drain(self.stub().WatchJobs(&context, request), self);
      });
  return std::unique_ptr<JobWatcher>(new JobWatcher(std::move(impl)));
}

std::unique_ptr<JobWatcher> JobWatcher::Fetch(const ClientOptions& client,
                                              v1::FetchRequest request,
                                              JobObserver& observer,
                                              WatchOptions options) {
  if (request.request_id().empty()) request.set_request_id(NewRequestId());
  auto impl =
      std::make_unique<Impl>(Impl::Kind::kFetch, client, options, observer);
  impl->Start(
      [request = std::move(request)](grpc::ClientContext& context, Impl& self) {
        return Drain(self.stub().Fetch(&context, request), self);
      });
  return std::unique_ptr<JobWatcher>(new JobWatcher(std::move(impl)));
}

JobWatcher::JobWatcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

JobWatcher::~JobWatcher() = default;

void JobWatcher::Cancel() { impl_->Cancel(); }

bool IsFinalState(v1::JobState state) {
  return state == v1::JOB_STATE_ACKNOWLEDGED ||
         state == v1::JOB_STATE_CANCELLED;
}

}  // namespace convoy
