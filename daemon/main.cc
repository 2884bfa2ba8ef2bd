#include <malloc.h>
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
#include "daemon/config_pem_files.h"
#include "daemon/config_reloader.h"
#include "daemon/daemon.h"
#include "daemon/daemon_paths.h"
#include "daemon/job.h"
#include "daemon/job_store.h"
#include "daemon/last_good_config.h"
#include "daemon/library_pages.h"
#include "daemon/sd_notify.h"
#include "daemon/settings.h"
#include "peer/base/log.h"
#include "peer/base/status_macros.h"
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
  convoyd --check-config new.yaml              is this file right?
  convoyd --socket /tmp/c.sock --state-dir /tmp/c    try it without installing
  convoyd --set scheduler.max_running_files=4  override one key
  convoyd --set swarm.peers=a:6772 --set swarm.peers=b:6772    a list of two

Files:
  /etc/convoy/convoyd.yaml, conf.d/*.yaml beside it    configuration (root)
  $XDG_CONFIG_HOME/convoy/convoyd.yaml                 configuration (others)
  /run/convoy/convoyd.sock, $XDG_RUNTIME_DIR/convoy/convoyd.sock    the socket
  /var/lib/convoy, $XDG_STATE_HOME/convoy              jobs and history

Signals:
  TERM, INT   stop in order; a second one stops at once
  HUP         read the configuration again, as when its files change

Exit codes:
  0   stopped as asked, or the checked configuration is right
  1   could not start
  2   wrong usage, or a wrong configuration and no last good one)";

struct CommandLine {
  std::string config_file;
  std::string broker;
  std::string command_broker;
  bool check_config = false;
  std::string list_temporaries;
  std::vector<std::string> files;
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
  CLI::Option* const check = app.add_flag(
      "--check-config", result.check_config,
      "Check the configuration and the certificates that it names, "
      "print what is wrong, and exit");
  app.add_option("FILE", result.files,
                 "With --check-config: check each of these files by itself; "
                 "what they name, such as certificates, is not read")
      ->type_name("")
      ->needs(check);
  app.add_option("--list-temporaries", result.list_temporaries,
                 "Print the files of jobs that are not whole in the state "
                 "folder DIR of a daemon that does not run, each ended by a "
                 "zero byte, and exit")
      ->type_name("DIR");
  app.add_option("--state-dir", state_directory,
                 "Folder for jobs and history (paths.state_directory)")
      ->type_name("DIR");
  app.add_option("--socket", socket, "The control socket (paths.socket)")
      ->type_name("PATH");
  app.add_option("--set", settings,
                 "Set a configuration key, or one item of a list; can be given "
                 "again")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--broker", result.broker,
                 "Socket of convoy-broker: serve all users, without root's "
                 "rights")
      ->type_name("SOCKET");
  app.add_option("--command-broker", result.command_broker,
                 "Socket of the convoy-broker that runs commands, if it is "
                 "another one")
      ->type_name("SOCKET")
      ->needs("--broker");
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

// What WaitForSignal takes; blocked in all threads.
sigset_t AwaitedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// Returns when the daemon shall stop; a second signal then kills. Meanwhile
// looks after memory: what no work needs any more leaves it.
void WaitForSignal(Daemon& daemon) {
  constexpr timespec kLookAfterPages = {/*tv_sec=*/30, /*tv_nsec=*/0};
  const sigset_t signals = AwaitedSignals();
  LibraryPages pages;
  pages.Release();
  int signal = -1;
  while (signal != SIGTERM && signal != SIGINT) {
    signal = sigtimedwait(&signals, nullptr, &kLookAfterPages);
    if (signal == SIGHUP) daemon.Reload();
    pages.ReleaseIfGrown();
  }
  LogInfo(signal == SIGINT ? "SIGINT" : "SIGTERM", " received");
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// Without it each thread's heap gives its last pages back to the kernel and
// takes them again, all the time. Large buffers are still given back.
void KeepSomeFreeMemory() {
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
  mallopt(M_MMAP_THRESHOLD, 2 << 20);
}

int CheckFiles(const std::vector<std::string>& files) {
  bool right = true;
  for (const std::string& file : files) {
    const absl::Status status = CheckConfigFile(file);
    if (status.ok()) continue;
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    right = false;
  }
  if (right) std::puts("the configuration is right");
  return right ? kOk : kUsage;
}

// For who takes the state away: users' folders hold these files.
int ListTemporaries(const std::string& state_directory) {
  const std::string path = state_directory + "/jobs.db";
  // Opened, it would be made.
  if (::access(path.c_str(), F_OK) != 0) return kOk;
  const absl::StatusOr<std::unique_ptr<JobStore>> store =
      OpenSqliteJobStore(path);
  absl::Status status = store.status();
  if (status.ok()) {
    status = (*store)->LoadJobs([](std::unique_ptr<Job> job) {
      for (const JobFile& file : job->files) {
        if (file.transfer == nullptr || file.transfer->temporary_path.empty()) {
          continue;
        }
        const std::string& temporary = file.transfer->temporary_path;
        std::fwrite(temporary.c_str(), 1, temporary.size() + 1, stdout);
      }
    });
  }
  if (status.ok() && std::fflush(stdout) == 0) return kOk;
  std::fprintf(stderr, "convoyd: %s\n", std::string(status.message()).c_str());
  return kFailed;
}

// What a start that finds mistakes goes back to.
absl::StatusOr<Settings> LastGoodConfig(const std::string& config_file,
                                        const DaemonIdentity& identity,
                                        const Environment& environment,
                                        const ConfigOverrides& overrides) {
  CONVOY_ASSIGN_OR_RETURN(
      const DaemonPaths paths,
      MakeDaemonPaths(PathsOfWrongConfig(config_file, overrides), identity,
                      environment));
  CONVOY_ASSIGN_OR_RETURN(
      Settings settings,
      LoadLastGoodConfig(paths.state_directory, config_file, overrides));
  CONVOY_RETURN_IF_ERROR(ReadPemFiles(&settings));
  return settings;
}

int Run(const CommandLine& command_line) {
  if (!command_line.list_temporaries.empty()) {
    return ListTemporaries(command_line.list_temporaries);
  }
  if (!command_line.files.empty()) return CheckFiles(command_line.files);
  // With a broker any user's daemon is the machine's.
  const DaemonIdentity identity =
      command_line.broker.empty() ? ThisIdentity() : DaemonIdentity{0, 0};
  const Environment environment = ThisEnvironment();
  const bool by_default = command_line.config_file.empty();
  const std::string config_file = by_default
                                      ? DefaultConfigFile(identity, environment)
                                      : command_line.config_file;
  const ConfigReader read_config = [by_default, config_file,
                                    overrides = command_line.overrides] {
    return by_default ? LoadDefaultConfig(config_file, overrides)
                      : LoadConfig(config_file, overrides);
  };
  absl::StatusOr<Settings> settings = read_config();
  absl::Status mistakes = settings.status();
  if (settings.ok()) mistakes = ReadPemFiles(&*settings);
  if (!mistakes.ok()) {
    std::fprintf(stderr, "%s\n", std::string(mistakes.message()).c_str());
    if (command_line.check_config) return kUsage;
    settings = LastGoodConfig(config_file, identity, environment,
                              command_line.overrides);
    if (!settings.ok()) {
      LogDebug("no last good configuration: ", settings.status().message());
      return kUsage;
    }
    LogError(
        "the configuration is wrong; convoyd starts from the last good one");
  } else if (command_line.check_config) {
    std::puts("the configuration is right");
    return kOk;
  }
  const sigset_t signals = AwaitedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  absl::StatusOr<UniqueFd> activated = TakeActivatedSocket(environment);
  if (!activated.ok()) {
    LogError(activated.status().message());
    return kFailed;
  }
  absl::StatusOr<std::unique_ptr<Daemon>> daemon = Daemon::Start(
      {*std::move(settings), std::move(mistakes), read_config, config_file,
       identity, environment, *std::move(activated), command_line.broker,
       command_line.command_broker.empty() ? command_line.broker
                                           : command_line.command_broker});
  if (!daemon.ok()) {
    LogError("convoyd cannot start: ", daemon.status().message());
    return kFailed;
  }
  WaitForSignal(**daemon);
  (*daemon)->Stop();
  return kOk;
}

}  // namespace
}  // namespace convoy

int main(int argc, char** argv) {
  convoy::KeepSomeFreeMemory();
  convoy::CommandLine command_line;
  int exit_code = 0;
  if (!convoy::ParseCommandLine(argc, argv, command_line, exit_code)) {
    return exit_code;
  }
  return convoy::Run(command_line);
}
