#ifndef CONVOY_CLIENT_CLIENT_OPTIONS_H_
#define CONVOY_CLIENT_CLIENT_OPTIONS_H_

#include <string>

#include "absl/time/time.h"

namespace convoy {

// How to reach the daemon. Clients with the same socket share one connection.
struct ClientOptions {
  // Absolute. Empty: DefaultSocketPath().
  std::string socket_path;
  // The longest that one call may take; streams have no limit.
  absl::Duration deadline = absl::Seconds(30);
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLIENT_OPTIONS_H_
