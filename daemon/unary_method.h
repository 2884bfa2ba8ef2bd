#ifndef CONVOY_DAEMON_UNARY_METHOD_H_
#define CONVOY_DAEMON_UNARY_METHOD_H_

#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/caller.h"
#include "daemon/caller_resolver.h"
#include "daemon/rpc_call.h"
#include "peer/base/executor.h"
#include "proto/error_detail.h"

namespace convoy {

// Reads the one request of a call. One that cannot be read ends the call with
// INVALID_ARGUMENT.
template <typename Request>
void ReadRequest(
    const std::shared_ptr<RpcCall>& call,
    absl::AnyInvocable<void(std::shared_ptr<const Request>) &&> then) {
  const auto request = std::make_shared<Request>();
  call->Read(request.get(), [call, request, then = std::move(then)](
                                absl::StatusOr<bool> read) mutable {
    if (read.ok() && *read) {
      std::move(then)(request);
    } else if (read.ok()) {
      call->Finish(
          Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_REQUEST)
              .Status("the call brought no request"),
          nullptr);
    } else {
      call->Finish(read.status(), nullptr);
    }
  });
}

// The answer to a unary call, owed from the moment this is made: called once,
// or destroyed uncalled, in which case the caller is told that the daemon
// stops. Fits JobManager::Reply<Response>.
template <typename Response>
class UnaryReply {
 public:
  explicit UnaryReply(std::shared_ptr<RpcCall> call) : call_(std::move(call)) {}
  UnaryReply(UnaryReply&&) noexcept = default;
  UnaryReply& operator=(UnaryReply&&) = delete;
  ~UnaryReply() {
    if (call_ == nullptr) return;
    call_->Finish(Error(v1::ERROR_REASON_SHUTTING_DOWN,
                        v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
                      .Retryable()
                      .Status("the daemon is stopping"),
                  nullptr);
  }

  void operator()(absl::StatusOr<Response> result) && {
    const std::shared_ptr<RpcCall> call = std::move(call_);
    call->Finish(result.status(), result.ok() ? &*result : nullptr);
  }

 private:
  std::shared_ptr<RpcCall> call_;  // Null: answered, or moved from.
};

// A method with one request and one answer: finds out who calls, then runs
// `handle(const Caller&, const Request&, UnaryReply<Response>)` on `executor`.
// Not owned; both must be at work until the server is down.
template <typename Request, typename Response, typename Handle>
RpcHandler UnaryMethod(CallerResolver& callers, Executor& executor,
                       Handle handle) {
  return [&callers, &executor, handle](const std::shared_ptr<RpcCall>& call) {
    ReadRequest<Request>(call, [&callers, &executor, handle,
                                call](std::shared_ptr<const Request> request) {
      callers.Resolve(call->Peer(), [&executor, handle,
                                     request = std::move(request),
                                     reply = UnaryReply<Response>(call)](
                                        absl::StatusOr<Caller> caller) mutable {
        if (!caller.ok()) {
          std::move(reply)(caller.status());
          return;
        }
        executor.Post([handle, request = std::move(request), caller = *caller,
                       reply = std::move(reply)]() mutable {
          handle(caller, *request, std::move(reply));
        });
      });
    });
  };
}

}  // namespace convoy

#endif  // CONVOY_DAEMON_UNARY_METHOD_H_
