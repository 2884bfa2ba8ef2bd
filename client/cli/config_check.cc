#include "client/cli/config_check.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

// Exit codes of convoyd.
constexpr int kRight = 0;
constexpr int kWrong = 2;

std::string FindConvoyd() {
  if (const char* const named = std::getenv("CONVOYD"); named != nullptr) {
    return named;
  }
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error).parent_path();
  std::vector<fs::path> folders = {self, self.parent_path() / "sbin",
                                   // Of a source tree.
                                   self.parent_path().parent_path() / "daemon"};
  if (const char* const path = std::getenv("PATH"); path != nullptr) {
    for (const absl::string_view folder :
         absl::StrSplit(path, ':', absl::SkipEmpty())) {
      folders.emplace_back(std::string(folder));
    }
  }
  for (const char* const folder :
       {"/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"}) {
    folders.emplace_back(folder);
  }
  for (const fs::path& folder : folders) {
    const fs::path program = folder / "convoyd";
    if (::access(program.c_str(), X_OK) == 0 &&
        fs::is_regular_file(program, error)) {
      return program.string();
    }
  }
  return "";
}

absl::Status Failed(absl::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat("the configuration is not checked: ", what));
}

struct Ended {
  int exit_code = 0;
  std::string errors;  // What it wrote to standard error.
};

absl::StatusOr<Ended> Run(const std::vector<std::string>& arguments) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Failed(std::strerror(errno));
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                   O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, writing.get(), STDERR_FILENO);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int error =
      ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return Failed(absl::StrCat(arguments[0], ": ", std::strerror(error)));
  }
  writing.reset();
  Ended ended;
  char buffer[4096];
  while (true) {
    const ssize_t got = ::read(reading.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    ended.errors.append(buffer, static_cast<std::size_t>(got));
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  ended.exit_code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

}  // namespace

absl::StatusOr<v1::CheckConfigResponse> CheckConfigFiles(
    const std::vector<std::string>& files) {
  std::vector<std::string> arguments = {FindConvoyd(), "--check-config"};
  if (arguments[0].empty()) {
    return Failed(
        "there is no convoyd beside this program or in $PATH; $CONVOYD can "
        "name it");
  }
  // Files may have names like options.
  if (!files.empty()) arguments.push_back("--");
  arguments.insert(arguments.end(), files.begin(), files.end());
  CONVOY_ASSIGN_OR_RETURN(const Ended ended, Run(arguments));
  v1::CheckConfigResponse response;
  for (const absl::string_view line :
       absl::StrSplit(ended.errors, '\n', absl::SkipEmpty())) {
    response.add_mistakes(std::string(line));
  }
  const bool told =
      ended.exit_code == kRight
          ? response.mistakes_size() == 0
          : ended.exit_code == kWrong && response.mistakes_size() > 0;
  if (told) return response;
  return Failed(absl::StrCat(arguments[0], " ended with ", ended.exit_code,
                             ": ", ended.errors));
}

}  // namespace convoy
