#include "tests/process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "tests/temp_dir.h"

namespace convoy::testing {
namespace {

// What Exec needs, made before the fork: nothing is allocated after it.
struct Prepared {
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::string network_path;
};

// As `ip netns exec`: what the namespace sees below /sys are its own devices.
bool EnterNetwork(const std::string& path) {
  const int handle = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0 || setns(handle, CLONE_NEWNET) != 0) return false;
  umount2("/sys", MNT_DETACH);
  return mount("sysfs", "/sys", "sysfs", 0, nullptr) == 0;
}

bool EnterMounts(const ProcessOptions& options, const Prepared& prepared) {
  if (unshare(CLONE_NEWNS) != 0 ||
      mount("", "/", "none", MS_SLAVE | MS_REC, nullptr) != 0) {
    return false;
  }
  // First: it makes another /sys.
  if (!prepared.network_path.empty() && !EnterNetwork(prepared.network_path)) {
    return false;
  }
  for (const auto& [path, source] : options.bind_mounts) {
    if (mount(source.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      return false;
    }
  }
  return true;
}

// In the child, between fork and exec.
[[noreturn]] void Exec(const ProcessOptions& options,
                       const Prepared& prepared) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (in < 0 || dup2(in, 0) < 0) _exit(126);
  if (!options.output_path.empty()) {
    const int out = open(options.output_path.c_str(),
                         O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
  }
  if (!options.working_directory.empty() &&
      chdir(options.working_directory.c_str()) != 0) {
    _exit(126);
  }
  const bool own_mounts =
      !prepared.network_path.empty() || !options.bind_mounts.empty();
  if (own_mounts && !EnterMounts(options, prepared)) _exit(126);
  if (options.uid.has_value() &&
      (setgroups(0, nullptr) != 0 || setgid(*options.uid) != 0 ||
       setuid(*options.uid) != 0)) {
    _exit(126);
  }
  execve(prepared.argv[0], prepared.argv.data(), prepared.environment.data());
  _exit(127);
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

int ExitCode(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Process::Process(const ProcessOptions& options) {
  std::vector<std::string> arguments = options.argv;
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (options.environment.count(text.substr(0, text.find('='))) == 0) {
      variables.push_back(text);
    }
  }
  for (const auto& [name, value] : options.environment) {
    variables.push_back(name + "=" + value);
  }
  Prepared prepared = {Pointers(arguments), Pointers(variables), ""};
  if (!options.network_namespace.empty()) {
    prepared.network_path = "/run/netns/" + options.network_namespace;
  }
  pid_ = fork();
  if (pid_ == 0) Exec(options, prepared);
  if (pid_ < 0) std::abort();
}

Process::~Process() { Kill(); }

bool Process::Running() { return !Wait(absl::ZeroDuration()).has_value(); }

void Process::Signal(int signal) {
  if (!exit_code_.has_value()) kill(pid_, signal);
}

std::optional<int> Process::Wait(absl::Duration timeout) {
  if (exit_code_.has_value()) return exit_code_;
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  struct pollfd poll_handle = {handle, POLLIN, 0};
  poll(&poll_handle, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
  close(handle);
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) exit_code_ = ExitCode(status);
  return exit_code_;
}

void Process::Kill() {
  kill(-pid_, SIGKILL);
  if (exit_code_.has_value()) return;
  kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_code_ = ExitCode(status);
}

ProcessResult RunProcess(ProcessOptions options, absl::Duration timeout) {
  const TempDir directory;
  options.output_path = directory.path() + "/output";
  ProcessResult result;
  Process process(options);
  const std::optional<int> exit_code = process.Wait(timeout);
  process.Kill();
  result.exit_code = exit_code.value_or(137);
  result.output = ReadFile(options.output_path);
  return result;
}

}  // namespace convoy::testing
