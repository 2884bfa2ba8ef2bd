#include "client/fake_daemon.h"

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/fake_daemon_swarm.h"
#include "convoy/v1/admin_service.grpc.pb.h"
#include "convoy/v1/job_service.grpc.pb.h"
#include "google/protobuf/message.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "peer/base/ids.h"
#include "peer/base/mutex.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"

namespace convoy {
namespace {

using grpc::ServerContext;

constexpr absl::Duration kPoll = absl::Milliseconds(5);

bool IsFinal(v1::JobState state) {
  return state == v1::JOB_STATE_ACKNOWLEDGED ||
         state == v1::JOB_STATE_CANCELLED;
}

absl::Status NoSuchJob(const std::string& id) {
  return Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
      .Field("job_id")
      .Status(absl::StrCat("there is no job ", id));
}

grpc::Status Stopping() {
  return ToGrpcStatus(Error(v1::ERROR_REASON_SHUTTING_DOWN,
                            v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
                          .Status("the daemon is stopping"));
}

struct Record {
  v1::Job job;
  std::vector<v1::JobFile> files;
  int version = 0;
};

// Of a field of that name.
void SwapField(absl::string_view name, google::protobuf::Message* a,
               google::protobuf::Message* b) {
  const auto* const field =
      a->GetDescriptor()->FindFieldByName(std::string(name));
  a->GetReflection()->SwapFields(a, b, {field});
}

}  // namespace

class FakeDaemon::Impl final : public v1::JobService::Service,
                               public v1::AdminService::Service,
                               public grpc::health::v1::Health::Service {
 public:
  Impl() {
    char folder[] = "/tmp/convoy-fake-XXXXXX";
    if (mkdtemp(folder) == nullptr) std::abort();
    folder_ = folder;
    socket_path_ = folder_ + "/d.sock";
    statistics_.set_version("0.0-fake");
  }
  ~Impl() override {
    Stop();
    rmdir(folder_.c_str());
  }

  void Start() {
    {
      MutexLock lock(&mutex_);
      stopping_ = false;
    }
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + socket_path_,
                             grpc::InsecureServerCredentials());
    builder.RegisterService(static_cast<v1::JobService::Service*>(this));
    builder.RegisterService(static_cast<v1::AdminService::Service*>(this));
    builder.RegisterService(
        static_cast<grpc::health::v1::Health::Service*>(this));
    builder.RegisterService(&swarm_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) std::abort();
  }

  void Stop() {
    {
      MutexLock lock(&mutex_);
      stopping_ = true;
    }
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
    unlink(socket_path_.c_str());
  }

  std::string PutJob(v1::Job job, std::vector<v1::JobFile> files) {
    MutexLock lock(&mutex_);
    if (job.id().empty()) job.set_id(JobId::Random().ToString());
    const std::string id = job.id();
    if (jobs_.count(id) == 0) order_.push_back(id);
    Record& record = jobs_[id];
    record.job = std::move(job);
    AppendFiles(record, files);
    Changed(record);
    return id;
  }

  void ChangeJob(const std::string& id,
                 const std::function<void(v1::Job&)>& change) {
    MutexLock lock(&mutex_);
    Record& record = jobs_.at(id);
    change(record.job);
    Changed(record);
  }

  // JobService.

  grpc::Status CreateJob(ServerContext* context,
                         const v1::CreateJobRequest* request,
                         v1::Job* response) override {
    return Unary("CreateJob", *context, *request,
                 [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                   *response =
                       NewJob(request->job(), request->files(),
                              request->request_id(), v1::JOB_STATE_SUSPENDED)
                           .job;
                   return absl::OkStatus();
                 });
  }

  grpc::Status GetJob(ServerContext* context, const v1::GetJobRequest* request,
                      v1::Job* response) override {
    return OnRecord("GetJob", *context, *request,
                    [&](Record& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                      *response = record.job;
                      return absl::OkStatus();
                    });
  }

  grpc::Status ListJobs(ServerContext* context,
                        const v1::ListJobsRequest* request,
                        v1::ListJobsResponse* response) override {
    return Unary("ListJobs", *context, *request,
                 [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                   std::size_t next = 0;
                   (void)absl::SimpleAtoi(request->page_token(), &next);
                   const int size =
                       request->page_size() > 0 ? request->page_size() : 100;
                   for (; next < order_.size(); ++next) {
                     const v1::Job& job = jobs_.at(order_[next]).job;
                     if (!Selects(*request, job)) continue;
                     if (response->jobs_size() == size) {
                       response->set_next_page_token(absl::StrCat(next));
                       break;
                     }
                     *response->add_jobs() = job;
                   }
                   return absl::OkStatus();
                 });
  }

  grpc::Status UpdateJob(ServerContext* context,
                         const v1::UpdateJobRequest* request,
                         v1::Job* response) override {
    return Unary(
        "UpdateJob", *context, *request,
        [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
          const auto found = jobs_.find(request->job().id());
          if (found == jobs_.end()) return NoSuchJob(request->job().id());
          v1::Job& job = found->second.job;
          for (absl::string_view path : request->update_mask().paths()) {
            v1::Job one = request->job();
            if (absl::ConsumePrefix(&path, "http.")) {
              SwapField(path, job.mutable_http(), one.mutable_http());
            } else {
              SwapField(path, &job, &one);
            }
          }
          Changed(found->second);
          *response = job;
          return absl::OkStatus();
        });
  }

  grpc::Status AddFiles(ServerContext* context,
                        const v1::AddFilesRequest* request,
                        v1::AddFilesResponse* response) override {
    return OnRecord(
        "AddFiles", *context, *request,
        [&](Record& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
          response->set_first_index(static_cast<int>(record.files.size()));
          AppendFiles(record,
                      {request->files().begin(), request->files().end()});
          Changed(record);
          *response->mutable_job() = record.job;
          return absl::OkStatus();
        });
  }

  grpc::Status ListFiles(ServerContext* context,
                         const v1::ListFilesRequest* request,
                         v1::ListFilesResponse* response) override {
    return OnRecord("ListFiles", *context, *request,
                    [&](Record& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                      if (request->has_file_index()) {
                        return OneFile(record, request->file_index(), response);
                      }
                      std::size_t next = 0;
                      (void)absl::SimpleAtoi(request->page_token(), &next);
                      const int size =
                          request->page_size() > 0 ? request->page_size() : 100;
                      for (; next < record.files.size(); ++next) {
                        if (response->files_size() == size) {
                          response->set_next_page_token(absl::StrCat(next));
                          break;
                        }
                        *response->add_files() = record.files[next];
                      }
                      return absl::OkStatus();
                    });
  }

  grpc::Status UpdateFile(ServerContext* context,
                          const v1::UpdateFileRequest* request,
                          v1::JobFile* response) override {
    return OnRecord(
        "UpdateFile", *context, *request,
        [&](Record& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
          v1::JobFile& file = record.files.at(
              static_cast<std::size_t>(request->file().index()));
          for (const std::string& path : request->update_mask().paths()) {
            if (path == "remote_url") {
              file.set_remote_url(request->file().remote_url());
            } else {
              *file.mutable_mirror_urls() = request->file().mirror_urls();
            }
          }
          *response = file;
          return absl::OkStatus();
        });
  }

  grpc::Status ResumeJob(ServerContext* context,
                         const v1::ResumeJobRequest* request,
                         v1::Job* response) override {
    return Steer("ResumeJob", *context, *request, v1::JOB_STATE_QUEUED,
                 response);
  }
  grpc::Status SuspendJob(ServerContext* context,
                          const v1::SuspendJobRequest* request,
                          v1::Job* response) override {
    return Steer("SuspendJob", *context, *request, v1::JOB_STATE_SUSPENDED,
                 response);
  }
  grpc::Status CompleteJob(ServerContext* context,
                           const v1::CompleteJobRequest* request,
                           v1::CompleteJobResponse* response) override {
    return Steer("CompleteJob", *context, *request, v1::JOB_STATE_ACKNOWLEDGED,
                 response->mutable_job());
  }
  grpc::Status CancelJob(ServerContext* context,
                         const v1::CancelJobRequest* request,
                         v1::CancelJobResponse* response) override {
    return Steer("CancelJob", *context, *request, v1::JOB_STATE_CANCELLED,
                 response->mutable_job());
  }
  grpc::Status TakeOwnership(ServerContext* context,
                             const v1::TakeOwnershipRequest* request,
                             v1::Job* response) override {
    return OnRecord("TakeOwnership", *context, *request,
                    [&](Record& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                      record.job.mutable_owner()->set_uid(getuid());
                      *response = record.job;
                      return absl::OkStatus();
                    });
  }
  grpc::Status ExplainJob(ServerContext* context,
                          const v1::ExplainJobRequest* request,
                          v1::ExplainJobResponse* response) override {
    return OnRecord("ExplainJob", *context, *request,
                    [&](Record& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                      *response = explanation_;
                      response->set_state(record.job.state());
                      return absl::OkStatus();
                    });
  }

  grpc::Status WatchJob(
      ServerContext* context, const v1::WatchJobRequest* request,
      grpc::ServerWriter<v1::WatchJobResponse>* writer) override {
    const grpc::Status begun =
        OnRecord("WatchJob", *context, *request,
                 [](const Record&) { return absl::OkStatus(); });
    if (!begun.ok()) return begun;
    return Stream(*context, request->job_id(), [&](const v1::Job& job) {
      v1::WatchJobResponse response;
      *response.mutable_job() = job;
      writer->Write(response);
      return IsFinal(job.state());
    });
  }

  grpc::Status WatchJobs(
      ServerContext* context, const v1::WatchJobsRequest* request,
      grpc::ServerWriter<v1::WatchJobsResponse>* writer) override {
    const grpc::Status begun =
        Unary("WatchJobs", *context, *request, [] { return absl::OkStatus(); });
    if (!begun.ok()) return begun;
    std::map<std::string, int> sent;
    v1::WatchJobsResponse response;
    bool synced = false;
    while (!Ended(*context)) {
      for (const Record& record : Newer(sent)) {
        *response.mutable_job() = record.job;
        writer->Write(response);
      }
      if (!std::exchange(synced, true)) {
        response.set_synced(true);
        writer->Write(response);
      }
    }
    return Stopping();
  }

  grpc::Status Fetch(ServerContext* context, const v1::FetchRequest* request,
                     grpc::ServerWriter<v1::FetchResponse>* writer) override {
    std::string id;
    std::vector<std::function<void(v1::Job&)>> steps;
    const grpc::Status begun =
        Unary("Fetch", *context, *request,
              [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                const bool known = requests_.count(request->request_id()) > 0;
                id = NewJob(request->job(), request->files(),
                            request->request_id(), v1::JOB_STATE_QUEUED)
                         .job.id();
                if (!known) steps = fetch_script_;
                return absl::OkStatus();
              });
    if (!begun.ok()) return begun;
    absl::Status end = absl::OkStatus();
    const auto write = [&](const v1::Job& job) {
      v1::FetchResponse response;
      *response.mutable_job() = job;
      writer->Write(response);
      if (job.state() == v1::JOB_STATE_ERROR) {
        const v1::ErrorDetail& detail = job.error().detail();
        end = Error(detail.reason(), detail.context())
                  .Url(detail.url())
                  .HttpStatus(detail.http_status())
                  .Policy(detail.policy())
                  .Status(job.error().message());
      } else if (job.state() == v1::JOB_STATE_CANCELLED) {
        end = absl::CancelledError("the job was cancelled");
      }
      return IsFinal(job.state()) || job.state() == v1::JOB_STATE_ERROR;
    };
    write(Get(id));
    for (const auto& step : steps) {
      ChangeJob(id, step);
      if (write(Get(id))) return ToGrpcStatus(end);
    }
    const grpc::Status status = Stream(*context, id, write);
    return status.ok() ? ToGrpcStatus(end) : status;
  }

  // AdminService and health.

  grpc::Status GetHostStatistics(ServerContext* context,
                                 const v1::GetHostStatisticsRequest* request,
                                 v1::HostStatistics* response) override {
    return Unary("GetHostStatistics", *context, *request,
                 [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                   *response = statistics_;
                   return absl::OkStatus();
                 });
  }
  grpc::Status ListDeclaredJobs(
      ServerContext* context, const v1::ListDeclaredJobsRequest* request,
      v1::ListDeclaredJobsResponse* response) override {
    return Unary("ListDeclaredJobs", *context, *request,
                 [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                   if (!declared_.has_value()) {
                     return absl::UnimplementedError("no declared jobs");
                   }
                   *response = *declared_;
                   return absl::OkStatus();
                 });
  }
  grpc::Status RunSelfTest(ServerContext* context,
                           const v1::RunSelfTestRequest* request,
                           v1::RunSelfTestResponse* response) override {
    return Unary("RunSelfTest", *context, *request,
                 [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                   *response = self_test_;
                   return absl::OkStatus();
                 });
  }
  grpc::Status Check(ServerContext* context,
                     const grpc::health::v1::HealthCheckRequest* request,
                     grpc::health::v1::HealthCheckResponse* response) override {
    return Unary(
        "Check", *context, *request,
        [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
          response->set_status(
              serving_ ? grpc::health::v1::HealthCheckResponse::SERVING
                       : grpc::health::v1::HealthCheckResponse::NOT_SERVING);
          return absl::OkStatus();
        });
  }

  v1::Job Get(const std::string& id) {
    MutexLock lock(&mutex_);
    return jobs_.at(id).job;
  }

 private:
  friend class FakeDaemon;

  void Changed(Record& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ++record.version;
    changed_.NotifyAll();
  }

  static void AppendFiles(Record& record,
                          const std::vector<v1::JobFile>& files) {
    for (const v1::JobFile& file : files) {
      record.files.push_back(file);
      record.files.back().set_index(static_cast<int>(record.files.size()) - 1);
    }
    record.job.mutable_progress()->set_total_files(
        static_cast<int>(record.files.size()));
  }

  template <typename Files>
  Record& NewJob(const v1::Job& wanted, const Files& files,
                 const std::string& request_id, v1::JobState state)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::string& id = requests_[request_id];
    if (!id.empty()) return jobs_.at(id);
    id = JobId::Random().ToString();
    order_.push_back(id);
    Record& record = jobs_[id];
    record.job = wanted;
    record.job.set_id(id);
    record.job.set_state(state);
    AppendFiles(record, {files.begin(), files.end()});
    Changed(record);
    return record;
  }

  static bool Selects(const v1::ListJobsRequest& request, const v1::Job& job) {
    if (request.states().empty()) return !IsFinal(job.state());
    return std::find(request.states().begin(), request.states().end(),
                     job.state()) != request.states().end();
  }

  // Notes the call; then what the test ordered for it, else `body`, under the
  // lock.
  template <typename Body>
  grpc::Status Unary(const std::string& method, ServerContext& context,
                     const google::protobuf::Message& request, Body body) {
    MutexLock lock(&mutex_);
    last_requests_[request.GetDescriptor()->full_name()] =
        request.SerializeAsString();
    ++calls_[method];
    changed_.NotifyAll();
    const auto failure = failures_.find(method);
    if (failure != failures_.end()) {
      const absl::Status status = failure->second;
      failures_.erase(failure);
      return ToGrpcStatus(status);
    }
    if (hangs_.erase(method) > 0) {
      while (!context.IsCancelled() && !stopping_) {
        changed_.WaitFor(&mutex_, kPoll);
      }
    }
    return ToGrpcStatus(body());
  }

  static absl::Status OneFile(const Record& record, int index,
                              v1::ListFilesResponse* response) {
    const int count = static_cast<int>(record.files.size());
    if (index < 0 || index >= count) {
      return Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
          .Field("file_index")
          .Status("there is no such file");
    }
    *response->add_files() = record.files[static_cast<std::size_t>(index)];
    return absl::OkStatus();
  }

  template <typename Request, typename Body>
  grpc::Status OnRecord(const std::string& method, ServerContext& context,
                        const Request& request, Body body) {
    return Unary(method, context, request,
                 [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) -> absl::Status {
                   const auto found = jobs_.find(request.job_id());
                   if (found == jobs_.end()) return NoSuchJob(request.job_id());
                   return body(found->second);
                 });
  }

  template <typename Request>
  grpc::Status Steer(const std::string& method, ServerContext& context,
                     const Request& request, v1::JobState state,
                     v1::Job* response) {
    return OnRecord(method, context, request,
                    [&](Record& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                      if (IsFinal(record.job.state())) {
                        return Error(v1::ERROR_REASON_INVALID_STATE,
                                     v1::ERROR_CONTEXT_REQUEST)
                            .Status("the job is in a final state");
                      }
                      record.job.set_state(state);
                      Changed(record);
                      *response = record.job;
                      return absl::OkStatus();
                    });
  }

  bool Ended(ServerContext& context) {
    MutexLock lock(&mutex_);
    return stopping_ || context.IsCancelled();
  }

  // The records that changed since `sent`; waits a little for them.
  std::vector<Record> Newer(std::map<std::string, int>& sent) {
    MutexLock lock(&mutex_);
    std::vector<Record> newer;
    for (const std::string& id : order_) {
      const Record& record = jobs_.at(id);
      if (std::exchange(sent[id], record.version) != record.version) {
        newer.push_back(record);
      }
    }
    if (newer.empty()) changed_.WaitFor(&mutex_, kPoll);
    return newer;
  }

  // Gives each new version of a job to `write` until that returns true.
  grpc::Status Stream(ServerContext& context, const std::string& id,
                      const std::function<bool(const v1::Job&)>& write) {
    int sent = 0;
    while (!Ended(context)) {
      std::optional<v1::Job> job;
      {
        MutexLock lock(&mutex_);
        const Record& record = jobs_.at(id);
        if (record.version == sent) {
          changed_.WaitFor(&mutex_, kPoll);
        } else {
          sent = record.version;
          job = record.job;
        }
      }
      if (job.has_value() && write(*job)) return grpc::Status::OK;
    }
    return Stopping();
  }

  std::string folder_;
  std::string socket_path_;
  std::unique_ptr<grpc::Server> server_;

  mutable Mutex mutex_;
  mutable CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool serving_ ABSL_GUARDED_BY(mutex_) = true;
  std::map<std::string, Record> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> order_ ABSL_GUARDED_BY(mutex_);
  // Request id → job id.
  std::map<std::string, std::string> requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::function<void(v1::Job&)>> fetch_script_
      ABSL_GUARDED_BY(mutex_);
  v1::ExplainJobResponse explanation_ ABSL_GUARDED_BY(mutex_);
  v1::HostStatistics statistics_ ABSL_GUARDED_BY(mutex_);
  std::optional<v1::ListDeclaredJobsResponse> declared_ ABSL_GUARDED_BY(mutex_);
  v1::RunSelfTestResponse self_test_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Status> failures_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, bool> hangs_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> last_requests_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> calls_ ABSL_GUARDED_BY(mutex_);
  // Its fields are guarded by mutex_.
  FakeDaemonSwarm swarm_{[this](const std::string& method,
                                ServerContext& context,
                                const google::protobuf::Message& request,
                                const std::function<absl::Status()>& body) {
    return Unary(method, context, request, body);
  }};
};

FakeDaemon::FakeDaemon() : impl_(std::make_unique<Impl>()) { impl_->Start(); }
FakeDaemon::~FakeDaemon() = default;

const std::string& FakeDaemon::socket_path() const {
  return impl_->socket_path_;
}
void FakeDaemon::Stop() { impl_->Stop(); }
void FakeDaemon::Start() { impl_->Start(); }

std::string FakeDaemon::PutJob(v1::Job job, std::vector<v1::JobFile> files) {
  return impl_->PutJob(std::move(job), std::move(files));
}
void FakeDaemon::ChangeJob(const std::string& id,
                           const std::function<void(v1::Job&)>& change) {
  impl_->ChangeJob(id, change);
}
v1::Job FakeDaemon::GetJob(const std::string& id) { return impl_->Get(id); }

void FakeDaemon::SetFetchScript(
    std::vector<std::function<void(v1::Job&)>> steps) {
  MutexLock lock(&impl_->mutex_);
  impl_->fetch_script_ = std::move(steps);
}
void FakeDaemon::SetExplanation(v1::ExplainJobResponse response) {
  MutexLock lock(&impl_->mutex_);
  impl_->explanation_ = std::move(response);
}
void FakeDaemon::SetDeclaredJobs(v1::ListDeclaredJobsResponse response) {
  MutexLock lock(&impl_->mutex_);
  impl_->declared_ = std::move(response);
}

void FakeDaemon::SetStatistics(v1::HostStatistics statistics) {
  MutexLock lock(&impl_->mutex_);
  impl_->statistics_ = std::move(statistics);
}
void FakeDaemon::SetSelfTest(v1::RunSelfTestResponse response) {
  MutexLock lock(&impl_->mutex_);
  impl_->self_test_ = std::move(response);
}
void FakeDaemon::SetServing(bool serving) {
  MutexLock lock(&impl_->mutex_);
  impl_->serving_ = serving;
}
void FakeDaemon::SetContents(std::vector<v1::Content> contents) {
  MutexLock lock(&impl_->mutex_);
  impl_->swarm_.contents = std::move(contents);
}
void FakeDaemon::SetPeers(std::vector<v1::SwarmPeer> peers) {
  MutexLock lock(&impl_->mutex_);
  impl_->swarm_.peers = std::move(peers);
}
void FakeDaemon::FailNext(absl::string_view method, absl::Status status) {
  MutexLock lock(&impl_->mutex_);
  impl_->failures_[std::string(method)] = std::move(status);
}
void FakeDaemon::HangNext(absl::string_view method) {
  MutexLock lock(&impl_->mutex_);
  impl_->hangs_[std::string(method)] = true;
}

std::string FakeDaemon::LastRequestBytes(const std::string& type) const {
  MutexLock lock(&impl_->mutex_);
  return impl_->last_requests_.at(type);
}
int FakeDaemon::CallCount(absl::string_view method) const {
  MutexLock lock(&impl_->mutex_);
  return impl_->calls_[std::string(method)];
}
void FakeDaemon::WaitForCalls(absl::string_view method, int count) const {
  MutexLock lock(&impl_->mutex_);
  while (impl_->calls_[std::string(method)] < count) {
    impl_->changed_.Wait(&impl_->mutex_);
  }
}

}  // namespace convoy
