#ifndef CONVOY_PROTO_GRPC_STATUS_H_
#define CONVOY_PROTO_GRPC_STATUS_H_

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace convoy {

// Both ways keep code, message and the ErrorDetail, which travels as a
// google.rpc.Status in the `grpc-status-details-bin` trailer.
grpc::Status ToGrpcStatus(const absl::Status& status);
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace convoy

#endif  // CONVOY_PROTO_GRPC_STATUS_H_
