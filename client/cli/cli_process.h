#ifndef CONVOY_CLIENT_CLI_CLI_PROCESS_H_
#define CONVOY_CLIENT_CLI_CLI_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "peer/base/mutex.h"

namespace convoy {

// A command that a test runs. Its standard input is empty unless it is given.
class CliProcess {
 public:
  struct Options {
    std::string input;
    // NAME=VALUE, on top of the test's environment.
    std::vector<std::string> environment;
    // Its output and errors go to a terminal of 100 columns, and are both read
    // as Output().
    bool terminal = false;
    // Where it runs. Empty: where the test runs.
    std::string directory;
  };

  // `arguments`: the program's path first. Aborts if it cannot be started.
  explicit CliProcess(std::vector<std::string> arguments, Options options);
  // Kills the process if it still runs.
  ~CliProcess();
  CliProcess(const CliProcess&) = delete;
  CliProcess& operator=(const CliProcess&) = delete;

  void Signal(int number) const;
  // Blocks until standard output, or standard error, holds `text`, or is at its
  // end. False: it does not hold it.
  bool WaitForOutput(const std::string& text);
  bool WaitForErrors(const std::string& text);
  // Blocks until the process has ended; its exit code, or 128 + the signal.
  int Wait();

  // What it has written so far; all of it after Wait().
  std::string Output();
  std::string Errors();

 private:
  struct Stream {
    std::string text;
    bool ended = false;
  };
  struct Streams {
    Stream output;
    Stream errors;
  };

  void Read(int fd, Stream Streams::*which);
  bool WaitFor(Stream Streams::*which, const std::string& text);

  pid_t pid_ = -1;
  int exit_code_ = -1;

  Mutex mutex_;
  CondVar changed_;
  Streams streams_ ABSL_GUARDED_BY(mutex_);

  std::vector<std::thread> readers_;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_CLI_PROCESS_H_
