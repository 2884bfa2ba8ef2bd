#include "daemon/job_service.h"

#include <memory>
#include <utility>

#include "convoy/v1/job_service.pb.h"
#include "daemon/caller.h"
#include "daemon/caller_resolver.h"
#include "daemon/file_read_stream.h"
#include "daemon/file_readers.h"
#include "daemon/job_manager.h"
#include "daemon/rpc_call.h"
#include "daemon/unary_method.h"
#include "daemon/watch_stream.h"
#include "peer/base/executor.h"

namespace convoy {
namespace {

// Makes handlers of the manager's methods.
class JobMethods {
 public:
  JobMethods(JobManager& manager, Executor& control, CallerResolver& callers)
      : manager_(manager), control_(control), callers_(callers) {}

  template <typename Request, typename Response>
  RpcHandler Unary(void (JobManager::*method)(
      const Caller&, const Request&, JobManager::Reply<Response>)) const {
    return UnaryMethod<Request, Response>(
        callers_, control_,
        [&manager = manager_, method](const Caller& caller,
                                      const Request& request,
                                      UnaryReply<Response> reply) {
          (manager.*method)(caller, request, std::move(reply));
        });
  }

  RpcHandler ReadFile() const {
    return [methods = *this](const std::shared_ptr<RpcCall>& call) {
      ReadRequest<v1::ReadFileRequest>(
          call,
          [methods, call](std::shared_ptr<const v1::ReadFileRequest> request) {
            JobManager& manager = methods.manager_;
            FileReadStream::Reading reading;
            reading.begin = [&manager, request = std::move(request)](
                                const Caller& caller,
                                FileReadListener* listener) {
              return manager.ReadFile(caller, *request, listener);
            };
            reading.go_on = [&manager](ReadId id) { manager.ContinueRead(id); };
            reading.stop = [&manager](ReadId id) { manager.StopRead(id); };
            FileReadStream::Start(call, methods.callers_, methods.control_,
                                  std::move(reading));
          });
    };
  }

  template <typename Response, typename Request>
  RpcHandler Stream(WatchId (JobManager::*begin)(const Caller&, const Request&,
                                                 WatchListener*),
                    void (JobManager::*stop)(WatchId)) const {
    return [methods = *this, begin,
            stop](const std::shared_ptr<RpcCall>& call) {
      ReadRequest<Request>(call, [methods, begin, stop, call](
                                     std::shared_ptr<const Request> request) {
        JobManager& manager = methods.manager_;
        WatchStream<Response>::Start(
            call, methods.callers_, methods.control_,
            [&manager, begin, request = std::move(request)](
                const Caller& caller, WatchListener* listener) {
              return (manager.*begin)(caller, *request, listener);
            },
            [&manager, stop](WatchId id) { (manager.*stop)(id); });
      });
    };
  }

 private:
  JobManager& manager_;
  Executor& control_;
  CallerResolver& callers_;
};

}  // namespace

RpcService MakeJobService(JobManager& manager, Executor& control,
                          CallerResolver& callers) {
  using M = JobManager;
  const JobMethods of(manager, control, callers);
  return {"convoy.v1.JobService",
          {{"CreateJob", of.Unary(&M::CreateJob)},
           {"GetJob", of.Unary(&M::GetJob)},
           {"ListJobs", of.Unary(&M::ListJobs)},
           {"UpdateJob", of.Unary(&M::UpdateJob)},
           {"AddFiles", of.Unary(&M::AddFiles)},
           {"ListFiles", of.Unary(&M::ListFiles)},
           {"UpdateFile", of.Unary(&M::UpdateFile)},
           {"ResumeJob", of.Unary(&M::ResumeJob)},
           {"SuspendJob", of.Unary(&M::SuspendJob)},
           {"CompleteJob", of.Unary(&M::CompleteJob)},
           {"CancelJob", of.Unary(&M::CancelJob)},
           {"TakeOwnership", of.Unary(&M::TakeOwnership)},
           {"ExplainJob", of.Unary(&M::ExplainJob)},
           {"RequestRanges", of.Unary(&M::RequestRanges)},
           {"AnswerNotification", of.Unary(&M::AnswerNotification)},
           {"GetFilledRanges", of.Unary(&M::GetFilledRanges)},
           {"ReadFile", of.ReadFile()},
           {"WatchJob",
            of.Stream<v1::WatchJobResponse>(&M::WatchJob, &M::StopWatch)},
           {"WatchJobs",
            of.Stream<v1::WatchJobsResponse>(&M::WatchJobs, &M::StopWatch)},
           {"Fetch", of.Stream<v1::FetchResponse>(&M::Fetch, &M::StopFetch)}}};
}

}  // namespace convoy
