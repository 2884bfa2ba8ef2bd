#ifndef CONVOY_DAEMON_RPC_SERVER_H_
#define CONVOY_DAEMON_RPC_SERVER_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/listen_address.h"
#include "daemon/rpc_call.h"
#include "daemon/secure_port.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// gRPC's server for the given services, health and reflection. It listens at no
// Unix socket: such connections are given to it. Thread-safe.
//
// It drives gRPC's completion queue itself: gRPC's own callback threads wake up
// four times a second for nothing, and answer a request that they cannot parse
// with UNIMPLEMENTED and no detail.
class RpcServer {
 public:
  // With `port` it listens there too. INTERNAL: a service lacks a handler for
  // one of its methods. FAILED_PRECONDITION: nothing can listen at the port.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(
      std::vector<RpcService> services,
      const std::optional<SecurePort>& port = std::nullopt);

  // Calls Stop(absl::ZeroDuration()).
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // Where callers with certificates connect; absent: nowhere.
  const std::optional<ListenAddress>& secure_address() const;

  // Serves a connected, non-blocking stream socket; gRPC names it
  // "fd:<number>".
  void AddConnection(UniqueFd connection);

  // Refuses new calls, lets those under way end for `grace`, then cancels them.
  // Returns when none is left. Can be called again.
  void Stop(absl::Duration grace);

 private:
  class Impl;
  explicit RpcServer(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_RPC_SERVER_H_
