#include "client/cli/cli_process.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  UniqueFd read;
  UniqueFd write;
};

Pipe Terminal() {
  Pipe ends;
  winsize size = {};
  size.ws_col = 100;
  size.ws_row = 24;
  int master = -1;
  int slave = -1;
  if (openpty(&master, &slave, nullptr, nullptr, &size) != 0) std::abort();
  fcntl(master, F_SETFD, FD_CLOEXEC);
  fcntl(slave, F_SETFD, FD_CLOEXEC);
  ends.read.reset(master);
  ends.write.reset(slave);
  return ends;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

CliProcess::CliProcess(std::vector<std::string> arguments, Options options) {
  // All memory is taken before fork: the child may only make system calls.
  Pipe input;
  Pipe output = options.terminal ? Terminal() : Pipe();
  Pipe errors;
  const int error_fd =
      options.terminal ? output.write.get() : errors.write.get();
  std::vector<std::string> environment = options.environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    environment.push_back(*entry);
  }
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  pid_ = fork();
  if (pid_ < 0) std::abort();
  if (pid_ == 0) {
    if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) {
      _exit(126);
    }
    dup2(input.read.get(), STDIN_FILENO);
    dup2(output.write.get(), STDOUT_FILENO);
    dup2(error_fd, STDERR_FILENO);
    execvpe(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  output.write.reset();
  errors.write.reset();
  // Short enough for the pipe's buffer.
  if (write(input.write.get(), options.input.data(), options.input.size()) <
      0) {
    std::abort();
  }
  readers_.emplace_back([this, fd = std::move(output.read)] {
    Read(fd.get(), &Streams::output);
  });
  readers_.emplace_back([this, fd = std::move(errors.read)] {
    Read(fd.get(), &Streams::errors);
  });
}

CliProcess::~CliProcess() {
  if (exit_code_ < 0) {
    kill(pid_, SIGKILL);
    Wait();
  }
}

void CliProcess::Signal(int number) const { kill(pid_, number); }

bool CliProcess::WaitForOutput(const std::string& text) {
  return WaitFor(&Streams::output, text);
}

bool CliProcess::WaitForErrors(const std::string& text) {
  return WaitFor(&Streams::errors, text);
}

int CliProcess::Wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  for (std::thread& reader : readers_) reader.join();
  readers_.clear();
  return exit_code_;
}

std::string CliProcess::Output() {
  MutexLock lock(&mutex_);
  return streams_.output.text;
}

std::string CliProcess::Errors() {
  MutexLock lock(&mutex_);
  return streams_.errors.text;
}

void CliProcess::Read(int fd, Stream Streams::*which) {
  char buffer[4096];
  while (true) {
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    MutexLock lock(&mutex_);
    Stream& stream = streams_.*which;
    if (count > 0) {
      stream.text.append(buffer, static_cast<std::size_t>(count));
    } else {
      stream.ended = true;
    }
    changed_.NotifyAll();
    if (stream.ended) return;
  }
}

bool CliProcess::WaitFor(Stream Streams::*which, const std::string& text) {
  MutexLock lock(&mutex_);
  const Stream& stream = streams_.*which;
  while (stream.text.find(text) == std::string::npos && !stream.ended) {
    changed_.Wait(&mutex_);
  }
  return stream.text.find(text) != std::string::npos;
}

}  // namespace convoy
