#include "daemon/job_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "convoy/v1/job_service.grpc.pb.h"
#include "daemon/caller.h"
#include "daemon/caller_resolver.h"
#include "daemon/job_manager.h"
#include "daemon/unary_reply.h"
#include "daemon/watch_stream.h"
#include "grpcpp/grpcpp.h"
#include "peer/base/executor.h"

namespace convoy {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
using grpc::ServerWriteReactor;

class JobService final : public v1::JobService::CallbackService {
 public:
  JobService(JobManager& manager, Executor& control, CallerResolver& callers)
      : manager_(manager), control_(control), callers_(callers) {}

  ServerUnaryReactor* CreateJob(CallbackServerContext* context,
                                const v1::CreateJobRequest* request,
                                v1::Job* response) override {
    return Call(context, request, response, &JobManager::CreateJob);
  }
  ServerUnaryReactor* GetJob(CallbackServerContext* context,
                             const v1::GetJobRequest* request,
                             v1::Job* response) override {
    return Call(context, request, response, &JobManager::GetJob);
  }
  ServerUnaryReactor* ListJobs(CallbackServerContext* context,
                               const v1::ListJobsRequest* request,
                               v1::ListJobsResponse* response) override {
    return Call(context, request, response, &JobManager::ListJobs);
  }
  ServerUnaryReactor* UpdateJob(CallbackServerContext* context,
                                const v1::UpdateJobRequest* request,
                                v1::Job* response) override {
    return Call(context, request, response, &JobManager::UpdateJob);
  }
  ServerUnaryReactor* AddFiles(CallbackServerContext* context,
                               const v1::AddFilesRequest* request,
                               v1::AddFilesResponse* response) override {
    return Call(context, request, response, &JobManager::AddFiles);
  }
  ServerUnaryReactor* ListFiles(CallbackServerContext* context,
                                const v1::ListFilesRequest* request,
                                v1::ListFilesResponse* response) override {
    return Call(context, request, response, &JobManager::ListFiles);
  }
  ServerUnaryReactor* UpdateFile(CallbackServerContext* context,
                                 const v1::UpdateFileRequest* request,
                                 v1::JobFile* response) override {
    return Call(context, request, response, &JobManager::UpdateFile);
  }
  ServerUnaryReactor* ResumeJob(CallbackServerContext* context,
                                const v1::ResumeJobRequest* request,
                                v1::Job* response) override {
    return Call(context, request, response, &JobManager::ResumeJob);
  }
  ServerUnaryReactor* SuspendJob(CallbackServerContext* context,
                                 const v1::SuspendJobRequest* request,
                                 v1::Job* response) override {
    return Call(context, request, response, &JobManager::SuspendJob);
  }
  ServerUnaryReactor* CompleteJob(CallbackServerContext* context,
                                  const v1::CompleteJobRequest* request,
                                  v1::CompleteJobResponse* response) override {
    return Call(context, request, response, &JobManager::CompleteJob);
  }
  ServerUnaryReactor* CancelJob(CallbackServerContext* context,
                                const v1::CancelJobRequest* request,
                                v1::CancelJobResponse* response) override {
    return Call(context, request, response, &JobManager::CancelJob);
  }
  ServerUnaryReactor* TakeOwnership(CallbackServerContext* context,
                                    const v1::TakeOwnershipRequest* request,
                                    v1::Job* response) override {
    return Call(context, request, response, &JobManager::TakeOwnership);
  }
  ServerUnaryReactor* ExplainJob(CallbackServerContext* context,
                                 const v1::ExplainJobRequest* request,
                                 v1::ExplainJobResponse* response) override {
    return Call(context, request, response, &JobManager::ExplainJob);
  }

  ServerWriteReactor<v1::WatchJobResponse>* WatchJob(
      CallbackServerContext* context,
      const v1::WatchJobRequest* request) override {
    return Watch<v1::WatchJobResponse>(context, request, &JobManager::WatchJob,
                                       &JobManager::StopWatch);
  }
  ServerWriteReactor<v1::WatchJobsResponse>* WatchJobs(
      CallbackServerContext* context,
      const v1::WatchJobsRequest* request) override {
    return Watch<v1::WatchJobsResponse>(
        context, request, &JobManager::WatchJobs, &JobManager::StopWatch);
  }
  ServerWriteReactor<v1::FetchResponse>* Fetch(
      CallbackServerContext* context,
      const v1::FetchRequest* request) override {
    return Watch<v1::FetchResponse>(context, request, &JobManager::Fetch,
                                    &JobManager::StopFetch);
  }

 private:
  // gRPC keeps `request` and `response` until the call is answered.
  template <typename Request, typename Response>
  ServerUnaryReactor* Call(
      CallbackServerContext* context, const Request* request,
      Response* response,
      void (JobManager::*method)(const Caller&, const Request&,
                                 JobManager::Reply<Response>)) {
    ServerUnaryReactor* reactor = context->DefaultReactor();
    callers_.Resolve(context->peer(),
                     [this, request, method,
                      reply = UnaryReply<Response>(reactor, response)](
                         absl::StatusOr<Caller> caller) mutable {
                       if (!caller.ok()) {
                         std::move(reply)(caller.status());
                         return;
                       }
                       control_.Post([this, request, method, caller = *caller,
                                      reply = std::move(reply)]() mutable {
                         (manager_.*method)(caller, *request, std::move(reply));
                       });
                     });
    return reactor;
  }

  template <typename Response, typename Request>
  ServerWriteReactor<Response>* Watch(
      CallbackServerContext* context, const Request* request,
      WatchId (JobManager::*begin)(const Caller&, const Request&,
                                   WatchListener*),
      void (JobManager::*stop)(WatchId)) {
    return WatchStream<Response>::Start(
        context, callers_, control_,
        [this, request, begin](const Caller& caller, WatchListener* listener) {
          return (manager_.*begin)(caller, *request, listener);
        },
        [this, stop](WatchId id) { (manager_.*stop)(id); });
  }

  JobManager& manager_;
  Executor& control_;
  CallerResolver& callers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeJobService(JobManager& manager,
                                              Executor& control,
                                              CallerResolver& callers) {
  return std::make_unique<JobService>(manager, control, callers);
}

}  // namespace convoy
