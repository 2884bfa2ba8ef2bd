#ifndef CONVOY_DAEMON_CONTROL_SOCKET_H_
#define CONVOY_DAEMON_CONTROL_SOCKET_H_

#include <sys/socket.h>
#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// The daemon's Unix socket in the file system: made, guarded and removed. While
// it lives no other daemon gets the same path: it holds a lock on "PATH.lock".
class ControlSocket {
 public:
  // Makes the socket at `path`, with file mode `mode`, and listens. `type`:
  // SOCK_STREAM or SOCK_SEQPACKET. The socket
  // file of a daemon that is gone is replaced; the folder must exist.
  //
  // INVALID_ARGUMENT: the path is longer than a socket's name may be.
  // FAILED_PRECONDITION: a process serves that socket (the message names it),
  // or something that is no socket stands there. PERMISSION_DENIED: the folder
  // is not ours to write.
  static absl::StatusOr<ControlSocket> Make(const std::string& path,
                                            mode_t mode,
                                            int type = SOCK_STREAM);

  ControlSocket(ControlSocket&&) = default;
  ControlSocket& operator=(ControlSocket&&) = delete;
  // Removes the socket file, if it is still the one that Make made.
  ~ControlSocket();

  // The listening socket, which the caller then owns. Once.
  UniqueFd TakeListening() { return std::move(listening_); }

 private:
  ControlSocket(std::string path, UniqueFd lock, UniqueFd listening);

  std::string path_;
  UniqueFd lock_;  // Invalid: moved from.
  UniqueFd listening_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// OK if somebody can be reached at the socket `path` (a connection is made and
// closed); else why not.
absl::Status ProbeSocket(const std::string& path);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CONTROL_SOCKET_H_
