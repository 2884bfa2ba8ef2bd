#ifndef CONVOY_DAEMON_BROKER_SERVER_H_
#define CONVOY_DAEMON_BROKER_SERVER_H_

#include <sys/types.h>

#include <atomic>
#include <list>
#include <memory>
#include <thread>

#include "daemon/broker_session.h"
#include "daemon/owner_groups.h"
#include "peer/base/clock.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// The broker: accepts connections of the daemon's user, and of nobody else, and
// serves each on a thread of its own (BrokerSession).
class BrokerServer {
 public:
  // The daemon has one for each call that is under way, and one for commands.
  static constexpr std::size_t kMaxConnections = 32;

  struct Options {
    uid_t daemon_uid = 0;  // Whose connections are served.
    uid_t min_uid = 0;     // BrokerParts.
    bool files = true;     // What is served.
    bool commands = true;
  };

  // `listening`: a SOCK_SEQPACKET socket. As MakeOwnerFiles: call before there
  // are other threads.
  BrokerServer(UniqueFd listening, const Options& options);
  // Ends all connections, and joins their threads. Commands go on.
  ~BrokerServer();
  BrokerServer(const BrokerServer&) = delete;
  BrokerServer& operator=(const BrokerServer&) = delete;

 private:
  struct Connection {
    std::shared_ptr<const UniqueFd> socket;
    std::atomic<bool> ended{false};
    std::thread thread;
  };

  void Loop();
  void Accept();
  // Those that have ended.
  void Reap();

  const UniqueFd listening_;
  const Options options_;
  const UniqueFd stop_;  // An eventfd.
  const RealClock clock_;
  OwnerGroups groups_;
  std::atomic<int> commands_in_hand_{0};
  const std::unique_ptr<OwnerFiles> files_;        // Null: not served.
  const std::unique_ptr<OwnerCommands> commands_;  // Likewise.
  std::list<Connection> connections_;              // The thread's.
  std::thread thread_;  // Last: begins when all else is there.
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_BROKER_SERVER_H_
