#include <signal.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "daemon/config_file.h"
#include "daemon/daemon.h"
#include "daemon/daemon_paths.h"
#include "daemon/sd_notify.h"
#include "daemon/settings.h"
#include "peer/base/log.h"
#include "peer/base/version.h"

namespace convoy {
namespace {

// Exit codes.
constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

constexpr char kFooter[] = R"(
Examples:
  convoyd                                      serve (as root: all users; else: you)
  convoyd --check-config                       is the configuration right?
  convoyd --socket /tmp/c.sock --state-dir /tmp/c    try it without installing
  convoyd --set scheduler.max_running_files=4  override one key

Files:
  /etc/convoy/convoyd.yaml, conf.d/*.yaml beside it    configuration (root)
  $XDG_CONFIG_HOME/convoy/convoyd.yaml                 configuration (others)
  /run/convoy/convoyd.sock, $XDG_RUNTIME_DIR/convoy/convoyd.sock    the socket
  /var/lib/convoy, $XDG_STATE_HOME/convoy              jobs and history

Signals:
  TERM, INT   stop in order; a second one stops at once
  HUP         nothing: the configuration is read at the start

Exit codes:
  0   stopped as asked, or the checked configuration is right
  1   could not start
  2   wrong usage or configuration)";

struct CommandLine {
  std::string config_file;
  bool check_config = false;
  ConfigOverrides overrides;
};

// Absent: `*exit_code` says how to exit.
bool ParseCommandLine(int argc, char** argv, CommandLine& result,
                      int& exit_code) {
  CLI::App app(
      "Downloads files for the users of this machine, as jobs that "
      "survive restarts.",
      "convoyd");
  app.footer(kFooter);
  app.set_version_flag("--version", absl::StrCat("convoyd ", kVersion));
  std::string state_directory, socket, log_level;
  std::vector<std::string> settings;
  app.add_option("--config", result.config_file,
                 "Configuration to read instead of the default file")
      ->type_name("FILE");
  app.add_flag("--check-config", result.check_config,
               "Check the configuration, print what is wrong, and exit");
  app.add_option("--state-dir", state_directory,
                 "Folder for jobs and history (paths.state_directory)")
      ->type_name("DIR");
  app.add_option("--socket", socket, "The control socket (paths.socket)")
      ->type_name("PATH");
  app.add_option("--set", settings,
                 "Set a configuration key; can be given again")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--log-level", log_level,
                 "error, warning, info or debug (log.level)")
      ->type_name("LEVEL");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? kOk : kUsage;
    return false;
  }
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::fprintf(stderr, "convoyd: --set takes KEY=VALUE, but it is \"%s\"\n",
                   setting.c_str());
      exit_code = kUsage;
      return false;
    }
    result.overrides.emplace_back(setting.substr(0, equals),
                                  setting.substr(equals + 1));
  }
  const std::pair<const char*, std::string*> shorthands[] = {
      {"paths.state_directory", &state_directory},
      {"paths.socket", &socket},
      {"log.level", &log_level}};
  for (const auto& [key, value] : shorthands) {
    if (!value->empty()) result.overrides.emplace_back(key, *value);
  }
  return true;
}

LogLevel LevelOf(const Settings& settings) {
  const std::string& level = settings.config.log().level();
  if (level == "error") return LogLevel::kError;
  if (level == "warning") return LogLevel::kWarning;
  if (level == "debug") return LogLevel::kDebug;
  return LogLevel::kInfo;
}

// What WaitForSignal takes; blocked in all threads.
sigset_t AwaitedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// Returns when the daemon shall stop; a second signal then kills.
void WaitForSignal() {
  const sigset_t signals = AwaitedSignals();
  int signal = 0;
  while (sigwait(&signals, &signal) != 0 || signal == SIGHUP) {
    LogWarning(
        "SIGHUP has no effect: restart convoyd to read its "
        "configuration again");
  }
  LogInfo(signal == SIGINT ? "SIGINT" : "SIGTERM", " received");
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

int Run(const CommandLine& command_line) {
  const DaemonIdentity identity = ThisIdentity();
  const Environment environment = ThisEnvironment();
  absl::StatusOr<Settings> settings =
      command_line.config_file.empty()
          ? LoadDefaultConfig(DefaultConfigFile(identity, environment),
                              command_line.overrides)
          : LoadConfig(command_line.config_file, command_line.overrides);
  if (!settings.ok()) {
    std::fprintf(stderr, "%s\n",
                 std::string(settings.status().message()).c_str());
    return kUsage;
  }
  if (command_line.check_config) {
    std::puts("the configuration is right");
    return kOk;
  }
  SetLogLevel(LevelOf(*settings));

  const sigset_t signals = AwaitedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  absl::StatusOr<UniqueFd> activated = TakeActivatedSocket(environment);
  if (!activated.ok()) {
    LogError(activated.status().message());
    return kFailed;
  }
  absl::StatusOr<std::unique_ptr<Daemon>> daemon = Daemon::Start(
      {*std::move(settings), identity, environment, *std::move(activated)});
  if (!daemon.ok()) {
    LogError("convoyd cannot start: ", daemon.status().message());
    return kFailed;
  }
  WaitForSignal();
  (*daemon)->Stop();
  return kOk;
}

}  // namespace
}  // namespace convoy

int main(int argc, char** argv) {
  convoy::CommandLine command_line;
  int exit_code = 0;
  if (!convoy::ParseCommandLine(argc, argv, command_line, exit_code)) {
    return exit_code;
  }
  return convoy::Run(command_line);
}
