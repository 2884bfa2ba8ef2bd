#include "client/job_client_channel.h"

#include <grpcpp/grpcpp.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/socket_path.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"

namespace convoy {
namespace {

// A page of 1,000 files with all their response headers fits.
constexpr int kMaxMessageBytes = 64 << 20;

constexpr std::size_t kMaxPathBytes = sizeof(sockaddr_un::sun_path) - 1;

// Why the daemon could not be reached; gRPC said `message`.
std::string WhyUnreachable(const std::string& path, absl::string_view message) {
  if (path.size() > kMaxPathBytes) {
    return absl::StrCat("the path is longer than ", kMaxPathBytes, " bytes");
  }
  if (access(path.c_str(), W_OK) != 0) {
    if (errno == ENOENT) return "there is no such socket";
    if (errno == EACCES) return kSocketForbidden;
    return std::strerror(errno);
  }
  if (absl::StrContains(message, "Connection refused")) {
    return "nobody listens on the socket";
  }
  return std::string(message);
}

}  // namespace

ClientOptions WithDefaults(ClientOptions options) {
  if (options.socket_path.empty()) options.socket_path = DefaultSocketPath();
  return options;
}

std::shared_ptr<grpc::Channel> OpenDaemonChannel(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  // A daemon that starts again is found at once.
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
  // For a path that is too long gRPC makes a channel that says UNKNOWN.
  if (absl::IsUnavailable(result) ||
      options.socket_path.size() > kMaxPathBytes) {
    return absl::UnavailableError(
        absl::StrCat("cannot reach the daemon at ", options.socket_path, ": ",
                     WhyUnreachable(options.socket_path, result.message())));
  }
  if (absl::IsDeadlineExceeded(result)) {
    return absl::DeadlineExceededError(absl::StrCat(
        "the daemon at ", options.socket_path, " did not answer within ",
        absl::FormatDuration(options.deadline)));
  }
  return result;
}

}  // namespace convoy
