#ifndef CONVOY_DAEMON_SECURE_PORT_H_
#define CONVOY_DAEMON_SECURE_PORT_H_

#include <string>

#include "daemon/listen_address.h"

namespace convoy {

// A TCP port of the server. Its callers show a certificate that leads to one of
// `ca_pem`, or get no further than TLS.
struct SecurePort {
  ListenAddress listen;
  // Certificates that are believed.
  std::string ca_pem;
  // The server's own certificate, then those between it and its authority.
  std::string certificate_pem;
  std::string key_pem;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_SECURE_PORT_H_
