#ifndef CONVOY_DAEMON_RPC_SERVER_H_
#define CONVOY_DAEMON_RPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/unique_fd.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace convoy {

struct RpcService {
  std::string name;  // "convoy.v1.JobService".
  std::unique_ptr<grpc::Service> service;
};

// gRPC's server with the given services, health and reflection. Has no listener
// of its own: connections are given to it. Thread-safe.
class RpcServer {
 public:
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(
      std::vector<RpcService> services);

  // Calls Stop(absl::ZeroDuration()).
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // Serves a connected, non-blocking stream socket; gRPC names it
  // "fd:<number>".
  void AddConnection(UniqueFd connection);

  // Refuses new calls, lets those under way end for `grace`, then cancels them.
  // Returns when none is left. Can be called again.
  void Stop(absl::Duration grace);

 private:
  RpcServer() = default;

  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;  // Before services_ goes.
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_RPC_SERVER_H_
