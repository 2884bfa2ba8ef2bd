#include "client/job_client_channel.h"

#include <grpcpp/grpcpp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/socket_path.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"

namespace convoy {
namespace {

// A page of 1,000 files with all their response headers fits.
constexpr int kMaxMessageBytes = 64 << 20;

// Why nobody can connect to `path`; empty if one can.
std::string WhyUnreachable(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::StrCat("the path is longer than ",
                        sizeof(address.sun_path) - 1, " bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) == 0) {
    return "";
  }
  switch (errno) {
    case ENOENT:
      return "there is no such socket";
    case ECONNREFUSED:
      return "nobody listens on the socket";
    case EACCES:
      return "this user may not connect to the socket";
    default:
      return std::strerror(errno);
  }
}

}  // namespace

ClientOptions WithDefaults(ClientOptions options) {
  if (options.socket_path.empty()) options.socket_path = DefaultSocketPath();
  return options;
}

std::shared_ptr<grpc::Channel> OpenDaemonChannel(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  // A daemon that starts again is found at once.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(absl::StrCat("unix:", options.socket_path),
                                   grpc::InsecureChannelCredentials(),
                                   arguments);
}

void SetDeadline(const ClientOptions& options, grpc::ClientContext& context) {
  if (options.deadline == absl::InfiniteDuration()) return;
  context.set_deadline(absl::ToChronoTime(absl::Now() + options.deadline));
}

absl::Status CallStatus(const ClientOptions& options,
                        const grpc::Status& status) {
  absl::Status result = FromGrpcStatus(status);
  if (result.ok() || GetErrorDetail(result).has_value()) return result;
  if (absl::IsUnavailable(result)) {
    const std::string why = WhyUnreachable(options.socket_path);
    return absl::UnavailableError(
        absl::StrCat("cannot reach the daemon at ", options.socket_path, ": ",
                     why.empty() ? result.message() : why));
  }
  if (absl::IsDeadlineExceeded(result)) {
    return absl::DeadlineExceededError(absl::StrCat(
        "the daemon at ", options.socket_path, " did not answer within ",
        absl::FormatDuration(options.deadline)));
  }
  return result;
}

}  // namespace convoy
