#include "daemon/owner_command.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/owner_groups.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr rlim_t kOpenFiles = 1024;
// Without close_range(2): descriptors up to here are closed.
constexpr int kMostDescriptors = 65536;
constexpr std::size_t kMaxPasswordEntry = 1 << 20;

// What the child could not do. No memory may be allocated there.
struct ChildFailure {
  enum Step : int { kIdentity, kSetUp, kExecute };
  int step;
  int error;
};

// All that the child needs, made before it.
struct Prepared {
  uid_t uid = 0;
  gid_t gid = 0;
  bool change_identity = false;
  std::vector<gid_t> groups;
  std::vector<char*> arguments;    // Ends with null.
  std::vector<char*> environment;  // Likewise.
  int null = -1;
  int report = -1;
};

absl::Status Failed(const OwnerCommand& command, int error,
                    absl::string_view what) {
  v1::ErrorReason reason = v1::ERROR_REASON_LOCAL_FILE_IO;
  if (error == ENOENT || error == ENOTDIR) {
    reason = v1::ERROR_REASON_PATH_NOT_FOUND;
  } else if (error == EACCES || error == EPERM) {
    reason = v1::ERROR_REASON_ACCESS_DENIED;
  }
  return Error(reason, v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(command.program)
      .Status(absl::StrCat(command.program, ": ", what, ": ", strerror(error)));
}

// The user's home and shell; of a uid without a name: "/" and /bin/sh.
std::map<std::string, std::string> EnvironmentOf(const OwnerCommand& command) {
  const uid_t uid = command.owner.uid;
  std::map<std::string, std::string> environment = {
      {"HOME", "/"},
      {"LOGNAME", absl::StrCat(uid)},
      {"PATH", uid == 0 ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                          "/sbin:/bin"
                        : "/usr/local/bin:/usr/bin:/bin"},
      {"SHELL", "/bin/sh"},
      {"USER", absl::StrCat(uid)}};
  std::vector<char> buffer(4096);
  passwd entry = {};
  passwd* found = nullptr;
  while (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) ==
             ERANGE &&
         buffer.size() < kMaxPasswordEntry) {
    buffer.resize(buffer.size() * 4);
  }
  if (found != nullptr) {
    environment["LOGNAME"] = environment["USER"] = found->pw_name;
    if (*found->pw_dir != '\0') environment["HOME"] = found->pw_dir;
    if (*found->pw_shell != '\0') environment["SHELL"] = found->pw_shell;
  }
  for (const auto& [name, value] : command.environment) {
    environment[name] = value;
  }
  return environment;
}

// Texts as execve(2) wants them; `texts` must outlive the result.
std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Above the numbers of standard input, output and error, whatever of them is
// closed in the daemon.
UniqueFd Above(UniqueFd fd) {
  return UniqueFd(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

// The rest runs in the child: only system calls.

bool BecomeOwner(const Prepared& prepared) {
  if (prepared.change_identity) {
    // Not glibc's wrappers: those change all threads of a process.
    if (syscall(SYS_setgroups, prepared.groups.size(),
                prepared.groups.data()) != 0 ||
        syscall(SYS_setresgid, prepared.gid, prepared.gid, prepared.gid) != 0 ||
        syscall(SYS_setresuid, prepared.uid, prepared.uid, prepared.uid) != 0) {
      return false;
    }
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (prepared.uid == 0) return true;
  // Those that a daemon without root's uid was given stay with a change of uid.
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

void Limit(int resource, rlim_t soft) {
  rlimit limit = {};
  if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return;
  limit.rlim_cur = std::min(soft, limit.rlim_max);
  setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

void CloseOthersAtExecution() {
#ifdef SYS_close_range
  constexpr unsigned kCloseAtExecution = 1 << 2;  // CLOSE_RANGE_CLOEXEC
  if (syscall(SYS_close_range, 3u, ~0u, kCloseAtExecution) == 0) return;
#endif
  for (int fd = 3; fd < kMostDescriptors; ++fd) fcntl(fd, F_SETFD, FD_CLOEXEC);
}

bool SetUp(const Prepared& prepared) {
  if (setsid() < 0 || chdir("/") != 0) return false;
  for (const int fd : {0, 1, 2}) {
    if (dup2(prepared.null, fd) < 0) return false;
  }
  CloseOthersAtExecution();
  umask(022);
  Limit(RLIMIT_CORE, 0);
  Limit(RLIMIT_NOFILE, kOpenFiles);
  return true;
}

void ResetSignals() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) {
    sigaction(number, &action, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void RunChild(const Prepared& prepared) {
  ResetSignals();
  ChildFailure failure = {ChildFailure::kSetUp, 0};
  if (SetUp(prepared)) {
    failure.step = ChildFailure::kIdentity;
    if (BecomeOwner(prepared)) {
      failure.step = ChildFailure::kExecute;
      execve(prepared.arguments[0], prepared.arguments.data(),
             prepared.environment.data());
    }
  }
  failure.error = errno;
  [[maybe_unused]] const ssize_t written =
      write(prepared.report, &failure, sizeof failure);
  _exit(127);
}

// Forks with all signals blocked: a handler of the daemon must not run in the
// child.
pid_t Fork(const Prepared& prepared) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = fork();
  if (child == 0) RunChild(prepared);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return child;
}

absl::Status WhatFailed(const OwnerCommand& command,
                        const ChildFailure& failure) {
  switch (failure.step) {
    case ChildFailure::kIdentity:
      return Failed(
          command, EPERM,
          absl::StrCat("the daemon cannot run commands as uid ",
                       command.owner.uid, " (", strerror(failure.error), ")"));
    case ChildFailure::kExecute:
      return Failed(command, failure.error, "cannot be executed by its owner");
    default:
      return Failed(command, failure.error, "cannot be set up");
  }
}

}  // namespace

absl::StatusOr<pid_t> StartOwnerCommand(const OwnerCommand& command) {
  std::vector<std::string> arguments = command.arguments;
  arguments.insert(arguments.begin(), command.program);
  std::vector<std::string> environment;
  for (const auto& [name, value] : EnvironmentOf(command)) {
    environment.push_back(absl::StrCat(name, "=", value));
  }
  Prepared prepared;
  prepared.uid = command.owner.uid;
  prepared.gid = command.owner.gid;
  prepared.change_identity = geteuid() == 0 || command.owner.uid != geteuid();
  if (prepared.change_identity) prepared.groups = LookUpGroups(command.owner);
  prepared.arguments = Pointers(arguments);
  prepared.environment = Pointers(environment);

  const UniqueFd null = Above(UniqueFd(open("/dev/null", O_RDWR | O_CLOEXEC)));
  int ends[2] = {-1, -1};
  if (!null.valid() || pipe2(ends, O_CLOEXEC) != 0) {
    return Failed(command, errno, "cannot be begun");
  }
  const UniqueFd reading(ends[0]);
  UniqueFd writing = Above(UniqueFd(ends[1]));
  prepared.null = null.get();
  prepared.report = writing.get();
  const pid_t child = Fork(prepared);
  if (child < 0) return Failed(command, errno, "cannot be begun");

  // Execution closes the other end.
  writing.reset();
  ChildFailure failure = {};
  ssize_t got = 0;
  do {
    got = read(reading.get(), &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof failure)) return child;
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return WhatFailed(command, failure);
}

}  // namespace convoy
