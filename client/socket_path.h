#ifndef CONVOY_CLIENT_SOCKET_PATH_H_
#define CONVOY_CLIENT_SOCKET_PATH_H_

#include <sys/types.h>

#include <functional>
#include <string>

namespace convoy {

// Where the daemon of this caller listens; the first that applies of
//   1. $CONVOY_SOCKET, if it is set and not empty;
//   2. $XDG_RUNTIME_DIR/convoy/convoyd.sock, for all users but root, if it is
//      there: a daemon that the user runs. Without XDG_RUNTIME_DIR it has its
//      socket in its state directory, convoy/ in $XDG_STATE_HOME or
//      ~/.local/state;
//   3. /run/convoy/convoyd.sock: the machine's daemon.
std::string DefaultSocketPath();

// As above, of a made-up world. `getenv` as getenv(3).
std::string DefaultSocketPath(
    uid_t uid, const std::function<const char*(const char*)>& getenv,
    const std::function<bool(const std::string&)>& exists);

}  // namespace convoy

#endif  // CONVOY_CLIENT_SOCKET_PATH_H_
