#ifndef CONVOY_DAEMON_REFLECTION_SERVICE_H_
#define CONVOY_DAEMON_REFLECTION_SERVICE_H_

#include <string>
#include <vector>

#include "daemon/rpc_call.h"

namespace convoy {

// grpc.reflection.v1 and v1alpha: what grpcurl and its kin read the contract
// from. Answers from the descriptors that are linked in. The distribution's own
// library mixes the answers of one stream and knows v1alpha alone.
//
// `service_names` are those of the server, reflection's own not included. A
// service that is named but whose descriptor is not linked in is not listed.
// Open to all callers.
std::vector<RpcService> MakeReflectionServices(
    std::vector<std::string> service_names);

}  // namespace convoy

#endif  // CONVOY_DAEMON_REFLECTION_SERVICE_H_
