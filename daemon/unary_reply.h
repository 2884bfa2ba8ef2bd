#ifndef CONVOY_DAEMON_UNARY_REPLY_H_
#define CONVOY_DAEMON_UNARY_REPLY_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"

namespace convoy {

// The answer to a unary call, owed from the moment this is made: called once,
// or destroyed uncalled, in which case the caller is told that the daemon
// stops. Fits JobManager::Reply<Response>.
template <typename Response>
class UnaryReply {
 public:
  // Both belong to the call, and live until it is answered.
  UnaryReply(grpc::ServerUnaryReactor* reactor, Response* response)
      : reactor_(reactor), response_(response) {}
  UnaryReply(UnaryReply&& other) noexcept
      : reactor_(std::exchange(other.reactor_, nullptr)),
        response_(other.response_) {}
  UnaryReply& operator=(UnaryReply&&) = delete;
  ~UnaryReply() {
    if (reactor_ == nullptr) return;
    Answer(Error(v1::ERROR_REASON_SHUTTING_DOWN,
                 v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
               .Retryable()
               .Status("the daemon is stopping"));
  }

  void operator()(absl::StatusOr<Response> result) && {
    if (result.ok()) *response_ = *std::move(result);
    Answer(result.status());
  }

 private:
  void Answer(const absl::Status& status) {
    std::exchange(reactor_, nullptr)->Finish(ToGrpcStatus(status));
  }

  grpc::ServerUnaryReactor* reactor_;  // Null: answered, or moved from.
  Response* response_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_UNARY_REPLY_H_
