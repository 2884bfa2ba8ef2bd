#ifndef CONVOY_CLIENT_JOB_CLIENT_CHANNEL_H_
#define CONVOY_CLIENT_JOB_CLIENT_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "client/client_options.h"

namespace grpc {
class Channel;
class ClientContext;
class Status;
}  // namespace grpc

// What the clients of the daemon's services share. Not for users of the
// library.
namespace convoy {

// The end of the message of a call whose user may not connect to the socket.
inline constexpr char kSocketForbidden[] =
    "this user may not connect to the socket";

// `options` with its socket path filled in.
ClientOptions WithDefaults(ClientOptions options);

// Connects when it is first used. REQUIRES: `options` from WithDefaults().
std::shared_ptr<grpc::Channel> OpenDaemonChannel(const ClientOptions& options);

// Lets the call that uses `context` end after the deadline of `options`.
void SetDeadline(const ClientOptions& options, grpc::ClientContext& context);

// The status of a call. That of the daemon has an ErrorDetail; UNAVAILABLE
// without one means that the daemon could not be reached, and says why.
absl::Status CallStatus(const ClientOptions& options,
                        const grpc::Status& status);

}  // namespace convoy

#endif  // CONVOY_CLIENT_JOB_CLIENT_CHANNEL_H_
