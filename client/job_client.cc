#include "client/job_client.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "absl/strings/match.h"
#include "client/job_client_call.h"
#include "client/job_client_channel.h"
#include "convoy/v1/job_service.grpc.pb.h"
#include "peer/base/ids.h"
#include "proto/error_detail.h"

namespace convoy {

struct JobClient::Impl {
  using Stub = v1::JobService::Stub;

  explicit Impl(ClientOptions given)
      : options(WithDefaults(std::move(given))),
        stub(v1::JobService::NewStub(OpenDaemonChannel(options))) {}

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      const Request& request) const {
    return CallDaemon(options, *stub, method, request);
  }

  // For the requests that hold a job id and nothing else.
  template <typename Request, typename Response>
  absl::StatusOr<Response> CallWithId(
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      absl::string_view job_id) const {
    Request request;
    request.set_job_id(std::string(job_id));
    return Call(method, request);
  }

  const ClientOptions options;
  const std::unique_ptr<Stub> stub;
};

JobClient::JobClient(ClientOptions options)
    : impl_(std::make_unique<const Impl>(std::move(options))) {}

JobClient::~JobClient() = default;

const ClientOptions& JobClient::options() const { return impl_->options; }

absl::StatusOr<v1::Job> JobClient::CreateJob(
    v1::CreateJobRequest request) const {
  if (request.request_id().empty()) request.set_request_id(NewRequestId());
  return impl_->Call(&Impl::Stub::CreateJob, request);
}

absl::StatusOr<v1::Job> JobClient::GetJob(absl::string_view job_id) const {
  return impl_->CallWithId(&Impl::Stub::GetJob, job_id);
}

absl::StatusOr<v1::ListJobsResponse> JobClient::ListJobs(
    const v1::ListJobsRequest& request) const {
  return impl_->Call(&Impl::Stub::ListJobs, request);
}

absl::StatusOr<v1::Job> JobClient::UpdateJob(
    const v1::UpdateJobRequest& request) const {
  return impl_->Call(&Impl::Stub::UpdateJob, request);
}

absl::StatusOr<v1::AddFilesResponse> JobClient::AddFiles(
    const v1::AddFilesRequest& request) const {
  return impl_->Call(&Impl::Stub::AddFiles, request);
}

absl::StatusOr<v1::ListFilesResponse> JobClient::ListFiles(
    const v1::ListFilesRequest& request) const {
  return impl_->Call(&Impl::Stub::ListFiles, request);
}

absl::StatusOr<v1::JobFile> JobClient::UpdateFile(
    const v1::UpdateFileRequest& request) const {
  return impl_->Call(&Impl::Stub::UpdateFile, request);
}

absl::StatusOr<v1::Job> JobClient::ResumeJob(absl::string_view job_id) const {
  return impl_->CallWithId(&Impl::Stub::ResumeJob, job_id);
}

absl::StatusOr<v1::Job> JobClient::SuspendJob(absl::string_view job_id) const {
  return impl_->CallWithId(&Impl::Stub::SuspendJob, job_id);
}

absl::StatusOr<v1::CompleteJobResponse> JobClient::CompleteJob(
    absl::string_view job_id) const {
  return impl_->CallWithId(&Impl::Stub::CompleteJob, job_id);
}

absl::StatusOr<v1::CancelJobResponse> JobClient::CancelJob(
    absl::string_view job_id) const {
  return impl_->CallWithId(&Impl::Stub::CancelJob, job_id);
}

absl::StatusOr<v1::Job> JobClient::TakeOwnership(
    absl::string_view job_id) const {
  return impl_->CallWithId(&Impl::Stub::TakeOwnership, job_id);
}

absl::StatusOr<v1::ExplainJobResponse> JobClient::ExplainJob(
    absl::string_view job_id) const {
  return impl_->CallWithId(&Impl::Stub::ExplainJob, job_id);
}

absl::StatusOr<v1::Job> JobClient::AnswerNotification(
    const v1::AnswerNotificationRequest& request) const {
  return impl_->Call(&Impl::Stub::AnswerNotification, request);
}

absl::StatusOr<v1::JobFile> JobClient::RequestRanges(
    const v1::RequestRangesRequest& request) const {
  return impl_->Call(&Impl::Stub::RequestRanges, request);
}

absl::StatusOr<v1::GetFilledRangesResponse> JobClient::GetFilledRanges(
    absl::string_view job_id, int file_index) const {
  v1::GetFilledRangesRequest request;
  request.set_job_id(std::string(job_id));
  request.set_file_index(file_index);
  return impl_->Call(&Impl::Stub::GetFilledRanges, request);
}

bool IsDaemonUnreachable(const absl::Status& status) {
  return absl::IsUnavailable(status) && !GetErrorDetail(status).has_value();
}

bool IsSocketForbidden(const absl::Status& status) {
  return IsDaemonUnreachable(status) &&
         absl::EndsWith(status.message(), kSocketForbidden);
}

std::string NewRequestId() { return JobId::Random().ToString(); }

}  // namespace convoy
