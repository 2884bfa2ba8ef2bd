#ifndef CONVOY_CLIENT_JOB_CLIENT_CALL_H_
#define CONVOY_CLIENT_JOB_CLIENT_CALL_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/statusor.h"
#include "client/job_client_channel.h"

namespace convoy {

// One call, with a context that the caller has made ready. Blocks. Errors: of
// CallStatus().
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> CallDaemon(
    const ClientOptions& options, grpc::ClientContext& context, Stub& stub,
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                 Response*),
    const Request& request) {
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return CallStatus(options, status);
  return response;
}

// The same within the deadline of `options`.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> CallDaemon(
    const ClientOptions& options, Stub& stub,
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                 Response*),
    const Request& request) {
  grpc::ClientContext context;
  SetDeadline(options, context);
  return CallDaemon(options, context, stub, method, request);
}

}  // namespace convoy

#endif  // CONVOY_CLIENT_JOB_CLIENT_CALL_H_
