#ifndef CONVOY_DAEMON_SD_NOTIFY_H_
#define CONVOY_DAEMON_SD_NOTIFY_H_

#include <sys/socket.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/environment.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// Tells the service manager how the daemon is (sd_notify(3)). Does nothing
// where none listens. Thread-safe.
class ServiceManager {
 public:
  explicit ServiceManager(const Environment& environment);

  // `state` is a line of sd_notify(3): "READY=1", "STOPPING=1", "WATCHDOG=1".
  void Notify(absl::string_view state) const;
  // How often the service manager wants WATCHDOG=1 at least; twice as often is
  // advised. InfiniteDuration: never.
  absl::Duration watchdog_timeout() const { return watchdog_timeout_; }

 private:
  std::string socket_;  // Empty: none.
  absl::Duration watchdog_timeout_ = absl::InfiniteDuration();
};

// The listening Unix socket of this type (SOCK_STREAM, SOCK_SEQPACKET) that the
// service manager holds for us (sd_listen_fds(3)); invalid if it holds none.
// FAILED_PRECONDITION: what it passed is not one such socket. Call once, before
// threads start: it takes LISTEN_FDS and LISTEN_PID out of the environment.
absl::StatusOr<UniqueFd> TakeActivatedSocket(const Environment& environment,
                                             int type = SOCK_STREAM);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SD_NOTIFY_H_
