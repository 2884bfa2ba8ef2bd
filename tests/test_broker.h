#ifndef CONVOY_TESTS_TEST_BROKER_H_
#define CONVOY_TESTS_TEST_BROKER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/process.h"
#include "tests/temp_dir.h"

namespace convoy::testing {

// A real convoy-broker, as root, for daemons of one user:
// TestDaemon::Options{.uid = kUid, .broker = broker.socket()}.
class TestBroker {
 public:
  // Nobody's else.
  static constexpr uid_t kUid = 61'900;

  // `arguments` are added to its command line.
  explicit TestBroker(std::vector<std::string> arguments = {});
  // Prints the broker's log if the test has failed.
  ~TestBroker();

  const std::string& socket() const { return socket_; }
  std::string Log() const;

  // Answers when this returns.
  void Start();
  // SIGKILL.
  void Kill() { process_->Kill(); }

 private:
  const std::vector<std::string> arguments_;
  TempDir directory_;
  const std::string socket_;
  std::unique_ptr<Process> process_;
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_TEST_BROKER_H_
