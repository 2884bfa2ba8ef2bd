#ifndef CONVOY_TESTS_PROCESS_H_
#define CONVOY_TESTS_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/eventually.h"

namespace convoy::testing {

struct ProcessOptions {
  std::vector<std::string> argv = {};
  // Added to this process's.
  std::map<std::string, std::string> environment = {};
  std::string working_directory = "";  // Empty: this one's.
  // Gets standard output and error. Empty: this process's.
  std::string output_path = "";
  // Run as this user, with the gid of the same number, without other groups.
  std::optional<uid_t> uid = std::nullopt;
  // Run in this network namespace, a name of `ip netns`, with its /sys. Empty:
  // in this process's. Needs root.
  std::string network_namespace = "";
  // What it sees at these paths, which are there, in the place of what the
  // machine has: files and folders. Needs root.
  std::map<std::string, std::string> bind_mounts = {};
};

// A child process, in a process group of its own; the group is killed with this
// object. One thread.
class Process {
 public:
  explicit Process(const ProcessOptions& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool Running();
  // Sends a signal to the process itself.
  void Signal(int signal);
  // Its exit code (128 + signal where one ended it), or nothing after
  // `timeout`.
  std::optional<int> Wait(absl::Duration timeout);
  // SIGKILL to the group, and waits.
  void Kill();

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

struct ProcessResult {
  int exit_code = -1;
  std::string output;  // Standard output and error.
};

// Runs to the end; killed after `timeout` (exit code 137).
ProcessResult RunProcess(ProcessOptions options,
                         absl::Duration timeout = kPatience);

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_PROCESS_H_
