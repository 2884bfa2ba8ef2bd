#ifndef CONVOY_DAEMON_BROKER_CHANNEL_H_
#define CONVOY_DAEMON_BROKER_CHANNEL_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/broker_protocol.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// Sends and receives the messages of broker_protocol.h. All calls block.

// A connection to the broker's socket. Errors: of the system, as UNAVAILABLE.
absl::StatusOr<UniqueFd> ConnectToBroker(const std::string& socket);

// With a descriptor, if `fd` is one. UNAVAILABLE: the other end is gone.
absl::Status SendToBroker(int socket, const BrokerRequest& request,
                          int fd = -1);
absl::Status SendToDaemon(int socket, const BrokerAnswer& answer, int fd = -1);

template <typename Message>
struct BrokerMessage {
  Message message;
  UniqueFd fd;  // Close-on-exec. Invalid: none came with it.
};

// Null: the other end has closed the connection. INVALID_ARGUMENT: a message of
// another size, or with several descriptors; nothing of it is left open.
absl::StatusOr<std::optional<BrokerMessage<BrokerRequest>>> ReceiveRequest(
    int socket);
absl::StatusOr<std::optional<BrokerMessage<BrokerAnswer>>> ReceiveAnswer(
    int socket);

}  // namespace convoy

#endif  // CONVOY_DAEMON_BROKER_CHANNEL_H_
