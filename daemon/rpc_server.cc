#include "daemon/rpc_server.h"

#include <grpc/support/log.h>
#include <pthread.h>

#include <climits>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "daemon/async_call.h"
#include "daemon/health_service.h"
#include "daemon/reflection_service.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/stubs/logging.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_posix.h"
#include "peer/base/log.h"
#include "peer/base/mutex.h"
#include "peer/base/status_macros.h"
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
constexpr int kRemoteKeepaliveMilliseconds = 60'000;
// They read, parse and post; the control thread does the rest.
constexpr int kThreads = 2;
// Clients' calls that can begin before the first of them is looked at.
constexpr int kWaitingCalls = 16;

void LogOfGrpc(gpr_log_func_args* args) {
  if (args->severity < GPR_LOG_SEVERITY_ERROR) return;
  LogWarning("gRPC: ", args->message);
}

// Texts that are not UTF-8, and the like: what clients send is answered to
// them.
void LogOfProtobuf(google::protobuf::LogLevel /*level*/, const char* /*file*/,
                   int /*line*/, const std::string& text) {
  LogDebug("protobuf: ", text);
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

absl::Status CheckComplete(const RpcService& service) {
  const google::protobuf::ServiceDescriptor* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          service.name);
  std::string missing = descriptor == nullptr ? "its descriptor" : "";
  for (int i = 0; descriptor != nullptr && i < descriptor->method_count();
       ++i) {
    const std::string& name = descriptor->method(i)->name();
    if (service.methods.count(name) == 0) missing = name;
  }
  if (missing.empty()) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INTERNAL,
               v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .Status(absl::StrCat("service ", service.name, " lacks ", missing));
}

void AddPort(const SecurePort& port, grpc::ServerBuilder& builder, int* bound) {
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = port.ca_pem;
  options.pem_key_cert_pairs.push_back({port.key_pem, port.certificate_pem});
  builder.AddListeningPort(port.listen.ToString(),
                           grpc::SslServerCredentials(options), bound);
  // A port that another process has is an error, not shared.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A network may lose a caller without a word.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS,
                             kRemoteKeepaliveMilliseconds);
}

absl::Status CannotListen(const SecurePort& port) {
  return Error(v1::ERROR_REASON_INVALID_STATE,
               v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .Policy("remote_control.listen")
      .Status(absl::StrCat("remote_control.listen: nothing can listen at ",
                           port.listen.ToString(),
                           "; is another program there, or is it no address "
                           "of this machine?"));
}

// "tls:NAME@ipv4:10.1.2.3:40000" without the port: repeated calls are repeated
// lines, which the log counts.
void LogRemoteCall(absl::string_view peer, absl::string_view method) {
  if (!absl::ConsumePrefix(&peer, kTlsPeer)) return;
  LogInfo("remote control: ", peer.substr(0, peer.rfind(':')), " calls ",
          absl::StripPrefix(method, "/"));
}

absl::Status UnknownMethod(const std::string& method) {
  return Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_REQUEST)
      .StatusWithCode(
          absl::StatusCode::kUnimplemented,
          absl::StrCat("there is no method ", method,
                       "; server reflection tells which there are"));
}

}  // namespace

class RpcServer::Impl {
 public:
  ~Impl() { Stop(absl::ZeroDuration()); }

  absl::Status Start(std::vector<RpcService> services,
                     const std::optional<SecurePort>& port);
  const std::optional<ListenAddress>& secure_address() const {
    return secure_address_;
  }
  void AddConnection(UniqueFd connection) {
    grpc::AddInsecureChannelFromFd(server_.get(), connection.release());
  }
  void Stop(absl::Duration grace);

 private:
  absl::Status AddMethods(std::vector<RpcService> services);
  void WaitForCall();
  void Poll();

  std::optional<ListenAddress> secure_address_;
  std::unique_ptr<HealthService> health_;
  std::map<std::string, RpcHandler> handlers_;  // By "/service/method".
  const AsyncCall::OnAccepted on_accepted_ =
      [this](std::shared_ptr<AsyncCall> call, const std::string& method) {
        WaitForCall();
        if (secure_address_.has_value()) LogRemoteCall(call->Peer(), method);
        const auto found = handlers_.find(method);
        if (found == handlers_.end()) {
          call->Finish(UnknownMethod(method), nullptr);
        } else {
          found->second(std::move(call));
        }
      };

  CallCount calls_;
  grpc::AsyncGenericService generic_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;  // Null: not started.
  std::vector<std::thread> threads_;

  Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

absl::Status RpcServer::Impl::AddMethods(std::vector<RpcService> services) {
  std::vector<std::string> names = {HealthService::kName};
  for (const RpcService& service : services) names.push_back(service.name);
  health_ = std::make_unique<HealthService>(names);
  services.push_back(health_->Methods());
  for (RpcService& service : MakeReflectionServices(names)) {
    services.push_back(std::move(service));
  }
  for (RpcService& service : services) {
    CONVOY_RETURN_IF_ERROR(CheckComplete(service));
    for (auto& [method, handler] : service.methods) {
      handlers_.emplace(absl::StrCat("/", service.name, "/", method),
                        std::move(handler));
    }
  }
  return absl::OkStatus();
}

absl::Status RpcServer::Impl::Start(std::vector<RpcService> services,
                                    const std::optional<SecurePort>& port) {
  CONVOY_RETURN_IF_ERROR(AddMethods(std::move(services)));
  gpr_set_log_function(&LogOfGrpc);
  google::protobuf::SetLogHandler(&LogOfProtobuf);
  grpc::ServerBuilder builder;
  SetArguments(builder);
  int bound = 0;
  if (port.has_value()) AddPort(*port, builder, &bound);
  builder.RegisterAsyncGenericService(&generic_);
  queue_ = builder.AddCompletionQueue();
  server_ = builder.BuildAndStart();
  if (port.has_value()) {
    if (server_ == nullptr || bound == 0) return CannotListen(*port);
    secure_address_ = port->listen;
    secure_address_->port = static_cast<std::uint16_t>(bound);
  }
  if (server_ == nullptr) {
    return Error(v1::ERROR_REASON_INTERNAL,
                 v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
        .Status("gRPC's server does not start");
  }
  for (int i = 0; i < kWaitingCalls; ++i) WaitForCall();
  for (int i = 0; i < kThreads; ++i) {
    threads_.emplace_back([this] { Poll(); });
  }
  return absl::OkStatus();
}

void RpcServer::Impl::WaitForCall() {
  const auto call = std::make_shared<AsyncCall>(calls_, on_accepted_);
  MutexLock lock(&mutex_);
  if (!stopping_) call->Accept(generic_, *queue_);
}

void RpcServer::Impl::Poll() {
  ::pthread_setname_np(::pthread_self(), "rpc");
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) AsyncCall::OnEvent(tag, ok);
}

void RpcServer::Impl::Stop(absl::Duration grace) {
  if (server_ == nullptr) return;
  {
    MutexLock lock(&mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  health_->Shutdown();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  // The queue takes no operation after its shutdown.
  calls_.WaitForNone();
  queue_->Shutdown();
  for (std::thread& thread : threads_) thread.join();
}

RpcServer::RpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RpcServer::~RpcServer() = default;

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(
    std::vector<RpcService> services, const std::optional<SecurePort>& port) {
  auto impl = std::make_unique<Impl>();
  CONVOY_RETURN_IF_ERROR(impl->Start(std::move(services), port));
  return std::unique_ptr<RpcServer>(new RpcServer(std::move(impl)));
}

const std::optional<ListenAddress>& RpcServer::secure_address() const {
  return impl_->secure_address();
}

void RpcServer::AddConnection(UniqueFd connection) {
  impl_->AddConnection(std::move(connection));
}

void RpcServer::Stop(absl::Duration grace) { impl_->Stop(grace); }

}  // namespace convoy
