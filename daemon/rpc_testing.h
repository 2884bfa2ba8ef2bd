#ifndef CONVOY_DAEMON_RPC_TESTING_H_
#define CONVOY_DAEMON_RPC_TESTING_H_

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/caller_resolver.h"
#include "daemon/daemon_paths.h"
#include "daemon/descriptor_blocks.h"
#include "daemon/rpc_call.h"
#include "daemon/rpc_server.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/create_channel_posix.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/serial_executor.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// A service of the contract whose methods all answer INTERNAL.
inline RpcService NoMethods(const std::string& name) {
  RpcService service = {name, {}};
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          name);
  for (int i = 0; descriptor != nullptr && i < descriptor->method_count();
       ++i) {
    service.methods[descriptor->method(i)->name()] =
        [](const std::shared_ptr<RpcCall>& call) {
          call->Finish(absl::InternalError("not in this test"), nullptr);
        };
  }
  return service;
}

// A server whose callers are whoever the test says. Services are made by the
// test, on `control` and `callers`.
class RpcTestServer {
 public:
  RpcTestServer() : control("control"), lookups_("lookups") {
    callers.emplace(CallerResolver::Parts{&blocks_, &clock, &lookups_},
                    DaemonIdentity{0, 0}, [this](const SocketPeer& user) {
                      return is_administrator(user);
                    });
  }
  ~RpcTestServer() { Stop(); }

  void Serve(std::vector<RpcService> services) {
    auto server = RpcServer::Start(std::move(services));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  // Waits for all calls.
  void Stop() {
    if (server_ != nullptr) server_->Stop(absl::ZeroDuration());
  }

  // A new connection of the user.
  std::shared_ptr<grpc::Channel> ChannelOf(const SocketPeer& user) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                           0, ends),
              0);
    UniqueFd connection(ends[0]);
    EXPECT_TRUE(blocks_.Move(user, connection).ok());
    server_->AddConnection(std::move(connection));
    return grpc::CreateInsecureChannelFromFd("test", ends[1]);
  }

  const RealClock clock;
  SerialExecutor control;
  // Set it before the first call.
  std::function<bool(const SocketPeer&)> is_administrator =
      [](const SocketPeer&) { return false; };
  std::optional<CallerResolver> callers;

 private:
  SerialExecutor lookups_;
  DescriptorBlocks blocks_{500, 900};
  std::unique_ptr<RpcServer> server_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_RPC_TESTING_H_
