#ifndef CONVOY_CLIENT_CLIENT_OPTIONS_H_
#define CONVOY_CLIENT_CLIENT_OPTIONS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"

namespace convoy {

// How to reach a daemon of another machine: its remote_control.listen. All
// fields are needed; files are PEM, and read when a client is made.
struct RemoteDaemon {
  // HOST:PORT. The daemon's certificate must be for this host.
  std::string address;
  // Certificates by which the daemon's is believed.
  std::string ca_file;
  // What this client shows: a certificate of the daemon's
  // remote_control.ca_file, and its key without a passphrase.
  std::string certificate_file;
  std::string key_file;
};

// How to reach the daemon. Clients with the same socket share one connection.
struct ClientOptions {
  // Absolute. Empty: DefaultSocketPath().
  std::string socket_path;
  // The longest that one call may take; streams have no limit.
  absl::Duration deadline = absl::Seconds(30);
  // Instead of a socket; the caller is then an administrator.
  std::optional<RemoteDaemon> remote = std::nullopt;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLIENT_OPTIONS_H_
