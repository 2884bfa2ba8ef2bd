#ifndef CONVOY_DAEMON_BROKER_TESTING_H_
#define CONVOY_DAEMON_BROKER_TESTING_H_

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "daemon/broker_client.h"
#include "daemon/broker_server.h"
#include "daemon/control_socket.h"
#include "peer/base/clock.h"

namespace convoy {

// A broker in this process, for daemons of this user, and a client of it.
class BrokerWorld {
 public:
  explicit BrokerWorld(BrokerServer::Options options = {geteuid(), 0})
      : options_(options), folder_(MakeFolder()) {
    Start();
  }
  ~BrokerWorld() {
    Stop();
    std::filesystem::remove_all(folder_);
  }

  void Start() {
    auto made = ControlSocket::Make(path(), 0600, SOCK_SEQPACKET);
    if (!made.ok()) std::abort();
    socket_ = std::make_unique<ControlSocket>(*std::move(made));
    server_ =
        std::make_unique<BrokerServer>(socket_->TakeListening(), options_);
  }
  // All connections end.
  void Stop() {
    server_.reset();
    socket_.reset();
  }

  std::string path() const { return folder_ + "/broker.sock"; }
  BrokerClient& client() { return client_; }

 private:
  static std::string MakeFolder() {
    std::string folder = "/tmp/convoy-broker-XXXXXX";
    if (mkdtemp(&folder[0]) == nullptr) std::abort();
    return folder;
  }

  const BrokerServer::Options options_;
  const std::string folder_;
  const RealClock clock_;
  std::unique_ptr<ControlSocket> socket_;
  std::unique_ptr<BrokerServer> server_;
  BrokerClient client_{path(), clock_};
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_BROKER_TESTING_H_
