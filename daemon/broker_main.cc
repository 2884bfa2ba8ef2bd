#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/broker_server.h"
#include "daemon/control_socket.h"
#include "daemon/environment.h"
#include "daemon/sd_notify.h"
#include "peer/base/log.h"
#include "peer/base/unique_fd.h"
#include "peer/base/version.h"

namespace convoy {
namespace {

// Exit codes.
constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

constexpr char kFooter[] = R"(
convoyd talks to the network, without root's rights. convoy-broker has those
rights, talks to convoyd alone, and does what it asks with the rights of the
user whose job it is: opens, publishes and removes files, and runs commands.

Under systemd there are two: convoy-broker.service for files, and
convoy-commands.service for commands; their .socket units make the sockets.

Exit codes:
  0   stopped as asked
  1   could not start
  2   wrong usage)";

struct CommandLine {
  std::string socket;
  std::string user = "convoyd";
  uid_t min_uid = 0;
  std::string only;
};

// By name or number.
std::optional<uid_t> UidOf(const std::string& user) {
  uid_t uid = 0;
  if (absl::SimpleAtoi(user, &uid)) return uid;
  const struct passwd* const entry = getpwnam(user.c_str());
  if (entry == nullptr) return std::nullopt;
  return entry->pw_uid;
}

// The service manager's socket, or one of our own for `user`.
absl::StatusOr<UniqueFd> Listen(const CommandLine& command_line, uid_t user,
                                std::unique_ptr<ControlSocket>* own) {
  absl::StatusOr<UniqueFd> activated =
      TakeActivatedSocket(ThisEnvironment(), SOCK_SEQPACKET);
  if (!activated.ok() || activated->valid()) return activated;
  if (command_line.socket.empty()) {
    return absl::InvalidArgumentError(
        "no service manager passed a socket; name one with --socket");
  }
  absl::StatusOr<ControlSocket> made =
      ControlSocket::Make(command_line.socket, 0600, SOCK_SEQPACKET);
  if (!made.ok()) return made.status();
  *own = std::make_unique<ControlSocket>(*std::move(made));
  if (user != geteuid() &&
      lchown(command_line.socket.c_str(), user, static_cast<gid_t>(-1)) != 0) {
    return absl::ErrnoToStatus(
        errno,
        absl::StrCat("cannot give ", command_line.socket, " to uid ", user));
  }
  return (*own)->TakeListening();
}

int Run(const CommandLine& command_line) {
  const std::optional<uid_t> user = UidOf(command_line.user);
  if (!user.has_value()) {
    std::fprintf(stderr, "convoy-broker: there is no user %s\n",
                 command_line.user.c_str());
    return kUsage;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  std::unique_ptr<ControlSocket> own;
  absl::StatusOr<UniqueFd> listening = Listen(command_line, *user, &own);
  if (!listening.ok()) {
    LogError("convoy-broker cannot start: ", listening.status().message());
    return kFailed;
  }
  const ServiceManager service_manager(ThisEnvironment());
  BrokerServer::Options options;
  options.daemon_uid = *user;
  options.min_uid = command_line.min_uid;
  options.files = command_line.only != "commands";
  options.commands = command_line.only != "files";
  const BrokerServer server(*std::move(listening), options);
  service_manager.Notify("READY=1");
  LogInfo("convoy-broker ", kVersion, " serves uid ", *user,
          command_line.min_uid == 0
              ? std::string(", for all owners")
              : absl::StrCat(", for owners from uid ", command_line.min_uid));
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  service_manager.Notify("STOPPING=1");
  return kOk;
}

}  // namespace
}  // namespace convoy

int main(int argc, char** argv) {
  convoy::CommandLine command_line;
  CLI::App app("Opens files of users for convoyd, with the users' rights.",
               "convoy-broker");
  app.footer(convoy::kFooter);
  app.set_version_flag("--version",
                       absl::StrCat("convoy-broker ", convoy::kVersion));
  app.add_option("--socket", command_line.socket,
                 "The socket to make, where no service manager passes one")
      ->type_name("PATH");
  app.add_option("--daemon-user", command_line.user,
                 "Who may connect: the user that convoyd runs as [convoyd]")
      ->type_name("USER");
  app.add_option("--min-uid", command_line.min_uid,
                 "Refuse owners with a lower uid: 1000 keeps root and the "
                 "system's users out [0]")
      ->type_name("UID");
  app.add_option("--only", command_line.only,
                 "Serve only this: files or commands [both]")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"files", "commands"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? convoy::kOk : convoy::kUsage;
  }
  return convoy::Run(command_line);
}
