#ifndef CONVOY_DAEMON_DAEMON_H_
#define CONVOY_DAEMON_DAEMON_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/config_reloader.h"
#include "daemon/daemon_paths.h"
#include "daemon/settings.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// The whole daemon: composes all parts, starts and stops them in order. Of all
// of daemon/ only this knows which implementation stands behind an interface.
class Daemon {
 public:
  struct Options {
    Settings settings;
    // The files have mistakes: `settings` are those of the last good ones. OK:
    // they have none.
    absl::Status mistakes;
    // Reads them anew, when `config_file` or what is beside it changes, or
    // somebody asks for it.
    ConfigReader read_config;
    std::string config_file;  // Empty: there is none.
    DaemonIdentity identity;
    Environment environment;
    // From socket activation. Invalid: the daemon makes its own socket.
    UniqueFd activated_socket;
    // Sockets of the broker that opens users' files, and of the one that runs
    // their commands. Empty: the daemon does so itself, with the rights that it
    // has. Both or none, and they may be one.
    std::string broker;
    std::string command_broker;
  };

  // Calls are answered when it returns. Errors say what to do, in one sentence.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(Options options);

  // Calls Stop().
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Refuses new connections and calls, ends transfers and streams, stores what
  // must be stored, and joins all threads. Takes up to some seconds. Can be
  // called again.
  void Stop();

  // Reads the configuration anew, soon. Any thread.
  void Reload();

 private:
  class Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_DAEMON_H_
