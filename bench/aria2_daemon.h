#ifndef CONVOY_BENCH_ARIA2_DAEMON_H_
#define CONVOY_BENCH_ARIA2_DAEMON_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "tests/process.h"
#include "tests/temp_dir.h"

namespace convoy::bench {

// aria2c --enable-rpc with a private folder and session file, asked with
// JSON-RPC over one HTTP connection that stays open. One thread.
class Aria2Daemon {
 public:
  // Ready to answer when this returns.
  Aria2Daemon();
  ~Aria2Daemon();
  Aria2Daemon(const Aria2Daemon&) = delete;
  Aria2Daemon& operator=(const Aria2Daemon&) = delete;

  pid_t pid() const { return process_->pid(); }

  // Reads the session file. Ready to answer when this returns.
  void Start();
  // SIGTERM: it writes the session file.
  void Stop();

  // Adds `count` paused downloads, named from `first` on, in one request.
  void AddPaused(int first, int count);
  // tellWaiting; ends the bench if fewer than `count` are in the answer.
  void List(int offset, int count);

 private:
  struct Connection;

  // The body of the answer, or nothing if there was none.
  bool Ask(const std::string& request, std::string& answer);

  testing::TempDir directory_;
  std::string url_;
  std::unique_ptr<testing::Process> process_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_ARIA2_DAEMON_H_
