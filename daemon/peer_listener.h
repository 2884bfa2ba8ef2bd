#ifndef CONVOY_DAEMON_PEER_LISTENER_H_
#define CONVOY_DAEMON_PEER_LISTENER_H_

#include <functional>
#include <thread>

#include "daemon/descriptor_blocks.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// Accepts the connections of a Unix socket, asks the kernel who is at the other
// end (SO_PEERCRED), and hands each over under a descriptor number of its user.
// A connection for which there is no number is told so in HTTP/2 (GOAWAY) and
// closed.
//
// Has a thread of its own, which sleeps while nobody connects. Must not be
// destroyed on that thread.
class PeerListener {
 public:
  // Called on the listener's thread. Non-blocking, close-on-exec.
  using OnConnection = std::function<void(UniqueFd connection)>;

  // `listening` is a listening Unix stream socket. `blocks` is not owned.
  PeerListener(UniqueFd listening, DescriptorBlocks& blocks,
               OnConnection on_connection);
  // Calls Stop().
  ~PeerListener();
  PeerListener(const PeerListener&) = delete;
  PeerListener& operator=(const PeerListener&) = delete;

  // Closes the socket; on_connection is not called after it returns. Can be
  // called again.
  void Stop();

 private:
  void Run();
  void AcceptOne();
  // Sleeps until there may be a connection, or `milliseconds` have passed when
  // that is not -1. False: stopped.
  bool Wait(bool for_connections, int milliseconds);

  UniqueFd listening_;
  const UniqueFd stop_event_;
  DescriptorBlocks& blocks_;
  const OnConnection on_connection_;
  std::thread thread_;  // Last: starts when all else is there.
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_PEER_LISTENER_H_
