#ifndef CONVOY_DAEMON_BROKER_CLIENT_H_
#define CONVOY_DAEMON_BROKER_CLIENT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/broker_channel.h"
#include "daemon/broker_protocol.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// The daemon's end of the broker's socket. Each call takes a connection of its
// own for its length; they are kept for the next ones. When a connection breaks
// (the broker died, or was restarted) the call connects again and begins anew,
// for some seconds: all that is asked of the broker can be asked twice.
//
// Calls block: they belong on a worker thread. Thread-safe.
class BrokerClient {
 public:
  using Reply = BrokerMessage<BrokerAnswer>;

  // How long the first call waits for a broker that is gone. While it stays
  // gone, further calls try once.
  static constexpr absl::Duration kPatience = absl::Seconds(5);

  // `clock` is not owned and must outlive this.
  BrokerClient(std::string socket, const Clock& clock);

  // Is the broker there, and of this build? As Call.
  absl::Status Check();

  // One request, one answer: its status is the result's. `fd` goes with the
  // request if it is one. `opens`: OK comes with a descriptor.
  //
  // An Error that the broker answered; or, with context LOCAL_FILE, reason
  // LOCAL_FILE_IO and retryable: the broker cannot be reached (the message
  // names its socket).
  absl::StatusOr<Reply> Call(const BrokerRequest& request, int fd = -1,
                             bool opens = false);

  // For more than one message each way: `talk` gets a connection and says
  // whether it went through to its end; if not, it is called again with another
  // one. Errors: only that the broker cannot be reached.
  absl::Status Talk(absl::FunctionRef<bool(int socket)> talk);

  // The next answer, if it is one to `operation`.
  static std::optional<Reply> Next(int socket, BrokerOperation operation);

  // A connection for the caller alone. Errors: as Call.
  absl::StatusOr<UniqueFd> Connect();

 private:
  // A kept connection, or a new one.
  absl::StatusOr<UniqueFd> Take();
  void Keep(UniqueFd connection);
  // A connection broke: those that are kept have too. When the call that began
  // so must give up.
  absl::Duration OnBroken();
  absl::Status Unreachable(const absl::Status& why) const;

  const std::string socket_;
  const Clock& clock_;

  Mutex mutex_;
  std::vector<UniqueFd> idle_ ABSL_GUARDED_BY(mutex_);
  // Since when every attempt has failed. Monotonic.
  std::optional<absl::Duration> gone_since_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_BROKER_CLIENT_H_
