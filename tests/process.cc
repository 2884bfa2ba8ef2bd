#include "tests/process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "tests/temp_dir.h"

namespace convoy::testing {
namespace {

// In the child, between fork and exec.
[[noreturn]] void Exec(const ProcessOptions& options, char* const argv[],
                       char* const environment[]) {
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
  if (options.uid.has_value() &&
      (setgroups(0, nullptr) != 0 || setgid(*options.uid) != 0 ||
       setuid(*options.uid) != 0)) {
    _exit(126);
  }
  execve(argv[0], argv, environment);
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
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> environment = Pointers(variables);
  pid_ = fork();
  if (pid_ == 0) Exec(options, argv.data(), environment.data());
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
