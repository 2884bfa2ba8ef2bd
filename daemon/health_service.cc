#include "daemon/health_service.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/rpc_call.h"
#include "daemon/unary_method.h"
#include "grpc/health/v1/health.pb.h"
#include "peer/base/mutex.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

HealthCheckResponse Says(HealthCheckResponse::ServingStatus status) {
  HealthCheckResponse response;
  response.set_status(status);
  return response;
}

std::set<std::string> WithServer(const std::vector<std::string>& names) {
  std::set<std::string> all(names.begin(), names.end());
  all.insert("");
  return all;
}

// The last words to a watch.
void End(const std::shared_ptr<RpcCall>& call, bool known) {
  const auto finish = [call](bool) {
    call->Finish(Error(v1::ERROR_REASON_SHUTTING_DOWN,
                       v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
                     .Retryable()
                     .Status("the daemon is stopping"),
                 nullptr);
  };
  if (known) {
    call->Write(Says(HealthCheckResponse::NOT_SERVING), finish);
  } else {
    finish(true);
  }
}

}  // namespace

HealthService::HealthService(const std::vector<std::string>& service_names)
    : names_(WithServer(service_names)) {}

RpcService HealthService::Methods() {
  return {kName,
          {{"Check", [this](const auto& call) { Check(call); }},
           {"Watch", [this](const auto& call) { Watch(call); }}}};
}

void HealthService::Check(const std::shared_ptr<RpcCall>& call) {
  ReadRequest<HealthCheckRequest>(call, [this, call](const auto& request) {
    if (!Knows(request->service())) {
      call->Finish(
          Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
              .Field("service")
              .Status(absl::StrCat("there is no service ", request->service())),
          nullptr);
      return;
    }
    HealthCheckResponse response = Says(HealthCheckResponse::SERVING);
    {
      MutexLock lock(&mutex_);
      if (!serving_) response = Says(HealthCheckResponse::NOT_SERVING);
    }
    call->Finish(absl::OkStatus(), &response);
  });
}

void HealthService::Watch(const std::shared_ptr<RpcCall>& call) {
  ReadRequest<HealthCheckRequest>(call, [this, call](const auto& request) {
    const bool known = Knows(request->service());
    call->Write(Says(known ? HealthCheckResponse::SERVING
                           : HealthCheckResponse::SERVICE_UNKNOWN),
                [this, call, known](bool) { Wait(call, known); });
  });
}

void HealthService::Wait(const std::shared_ptr<RpcCall>& call, bool known) {
  bool serving = true;
  {
    MutexLock lock(&mutex_);
    serving = serving_;
    if (serving) waiting_.emplace(call, known);
  }
  if (!serving) {
    End(call, known);
    return;
  }
  // Whoever takes it out of `waiting_` finishes it.
  call->OnGone([this, call] {
    {
      MutexLock lock(&mutex_);
      if (waiting_.erase(call) == 0) return;
    }
    call->Finish(absl::CancelledError("the caller went away"), nullptr);
  });
}

void HealthService::Shutdown() {
  std::map<std::shared_ptr<RpcCall>, bool> waiting;
  {
    MutexLock lock(&mutex_);
    serving_ = false;
    waiting.swap(waiting_);
  }
  for (const auto& [call, known] : waiting) End(call, known);
}

}  // namespace convoy
