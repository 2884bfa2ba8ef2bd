#include "client/job_client_channel.h"

#include <grpcpp/grpcpp.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
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

constexpr int kKeepaliveMilliseconds = 30'000;

constexpr std::size_t kMaxPathBytes = sizeof(sockaddr_un::sun_path) - 1;

struct Credentials {
  grpc::SslCredentialsOptions options;
  // Why they cannot be had; empty: they can.
  std::string problem;
};

// Empty, and `problem` set, when the file cannot be read.
std::string ReadPem(const char* what, const std::string& path,
                    std::string& problem) {
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!problem.empty()) return text;
  if (file.bad() || !file.is_open()) {
    problem = absl::StrCat(what, " ", path, " cannot be read");
  } else if (!absl::StrContains(text, "-----BEGIN ")) {
    problem = absl::StrCat(what, " ", path, " is not PEM");
  }
  return text;
}

Credentials ReadCredentials(const RemoteDaemon& remote) {
  Credentials credentials;
  std::string& problem = credentials.problem;
  credentials.options.pem_root_certs =
      ReadPem("the authority", remote.ca_file, problem);
  credentials.options.pem_cert_chain =
      ReadPem("the certificate", remote.certificate_file, problem);
  credentials.options.pem_private_key =
      ReadPem("the key", remote.key_file, problem);
  return credentials;
}

// Why the daemon of another machine could not be reached.
std::string WhyUnreachable(const RemoteDaemon& remote,
                           absl::string_view message) {
  const std::string problem = ReadCredentials(remote).problem;
  if (!problem.empty()) return problem;
  // A daemon that refuses a certificate closes the connection.
  if (absl::StrContains(message, "andshake failed") ||
      absl::StrContains(message, "Socket closed") ||
      absl::StrContains(message, "Connection reset")) {
    return absl::StrCat(
        "no trusted connection: its certificate must be of ", remote.ca_file,
        " and for this host, and ", remote.certificate_file,
        " of the authority in its remote_control.ca_file (", message, ")");
  }
  return std::string(message);
}

// Where the daemon is, for messages.
const std::string& PlaceOf(const ClientOptions& options) {
  return options.remote.has_value() ? options.remote->address
                                    : options.socket_path;
}

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
  if (options.socket_path.empty() && !options.remote.has_value()) {
    options.socket_path = DefaultSocketPath();
  }
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
  if (options.remote.has_value()) {
    // A network may lose the daemon without a word.
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
    return grpc::CreateCustomChannel(
        options.remote->address,
        grpc::SslCredentials(ReadCredentials(*options.remote).options),
        arguments);
  }
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
    return absl::UnavailableError(absl::StrCat(
        "cannot reach the daemon at ", PlaceOf(options), ": ",
        options.remote.has_value()
            ? WhyUnreachable(*options.remote, result.message())
            : WhyUnreachable(options.socket_path, result.message())));
  }
  if (absl::IsDeadlineExceeded(result)) {
    return absl::DeadlineExceededError(absl::StrCat(
        "the daemon at ", PlaceOf(options), " did not answer within ",
        absl::FormatDuration(options.deadline)));
  }
  return result;
}

}  // namespace convoy
