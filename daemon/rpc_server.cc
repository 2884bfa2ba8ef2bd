#include "daemon/rpc_server.h"

#include <grpc/support/log.h>

#include <climits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "daemon/reflection_service.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/server_posix.h"
#include "peer/base/log.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr int kMaxRequestBytes = 16 << 20;
// What all connections together may buffer; beyond it the greediest calls end.
constexpr std::size_t kMaxBufferBytes = std::size_t{1} << 30;
// Calls at once on one connection. 1,000 watches on one are common practice.
constexpr int kMaxStreams = 4096;
// Clients that ping are welcome: it costs nothing on a local socket.
constexpr int kMinPingMilliseconds = 1000;

void LogOfGrpc(gpr_log_func_args* args) {
  if (args->severity < GPR_LOG_SEVERITY_ERROR) return;
  LogWarning("gRPC: ", args->message);
}

void SetArguments(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
  // The kernel tells at once when a local peer is gone.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, INT_MAX);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      kMinPingMilliseconds);
  grpc::ResourceQuota quota("convoyd");
  quota.Resize(kMaxBufferBytes);
  builder.SetResourceQuota(quota);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(
    std::vector<RpcService> services) {
  gpr_set_log_function(&LogOfGrpc);
  grpc::EnableDefaultHealthCheckService(true);
  auto result = std::unique_ptr<RpcServer>(new RpcServer());
  grpc::ServerBuilder builder;
  SetArguments(builder);
  std::vector<std::string> names = {
      ::grpc::health::v1::Health::service_full_name()};
  for (RpcService& service : services) {
    names.push_back(service.name);
    result->services_.push_back(std::move(service.service));
  }
  for (auto& service : MakeReflectionServices(names)) {
    result->services_.push_back(std::move(service));
  }
  for (const auto& service : result->services_) {
    builder.RegisterService(service.get());
  }
  result->server_ = builder.BuildAndStart();
  if (result->server_ == nullptr) {
    return Error(v1::ERROR_REASON_INTERNAL,
                 v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
        .Status("gRPC's server does not start");
  }
  for (const RpcService& service : services) {
    result->server_->GetHealthCheckService()->SetServingStatus(service.name,
                                                               true);
  }
  return result;
}

RpcServer::~RpcServer() { Stop(absl::ZeroDuration()); }

void RpcServer::AddConnection(UniqueFd connection) {
  grpc::AddInsecureChannelFromFd(server_.get(), connection.release());
}

void RpcServer::Stop(absl::Duration grace) {
  if (server_ == nullptr) return;
  server_->GetHealthCheckService()->Shutdown();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  server_->Wait();
}

}  // namespace convoy
