#include "client/admin_client.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "client/job_client_call.h"
#include "client/job_client_channel.h"
#include "convoy/v1/admin_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace convoy {

struct AdminClient::Impl {
  explicit Impl(ClientOptions given)
      : options(WithDefaults(std::move(given))),
        admin(v1::AdminService::NewStub(OpenDaemonChannel(options))),
        health(grpc::health::v1::Health::NewStub(OpenDaemonChannel(options))) {}

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(
      Stub& stub,
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      const Request& request = Request()) const {
    return CallDaemon(options, stub, method, request);
  }

  const ClientOptions options;
  const std::unique_ptr<v1::AdminService::Stub> admin;
  const std::unique_ptr<grpc::health::v1::Health::Stub> health;
};

AdminClient::AdminClient(ClientOptions options)
    : impl_(std::make_unique<const Impl>(std::move(options))) {}

AdminClient::~AdminClient() = default;

absl::StatusOr<bool> AdminClient::IsServing() const {
  const auto response =
      impl_->Call(*impl_->health, &grpc::health::v1::Health::Stub::Check);
  if (!response.ok()) return response.status();
  return response->status() == grpc::health::v1::HealthCheckResponse::SERVING;
}

absl::StatusOr<v1::HostStatistics> AdminClient::GetHostStatistics() const {
  return impl_->Call(*impl_->admin, &v1::AdminService::Stub::GetHostStatistics);
}

absl::StatusOr<v1::ListDeclaredJobsResponse> AdminClient::ListDeclaredJobs()
    const {
  return impl_->Call(*impl_->admin, &v1::AdminService::Stub::ListDeclaredJobs);
}

absl::StatusOr<v1::RunSelfTestResponse> AdminClient::RunSelfTest() const {
  return impl_->Call(*impl_->admin, &v1::AdminService::Stub::RunSelfTest);
}

absl::StatusOr<v1::GetEffectiveConfigResponse> AdminClient::GetEffectiveConfig()
    const {
  return impl_->Call(*impl_->admin,
                     &v1::AdminService::Stub::GetEffectiveConfig);
}

absl::StatusOr<v1::ReloadConfigResponse> AdminClient::ReloadConfig() const {
  return impl_->Call(*impl_->admin, &v1::AdminService::Stub::ReloadConfig);
}

absl::StatusOr<v1::CheckConfigResponse> AdminClient::CheckConfig(
    const v1::CheckConfigRequest& request) const {
  return impl_->Call(*impl_->admin, &v1::AdminService::Stub::CheckConfig,
                     request);
}

}  // namespace convoy
