#include "tests/test_broker.h"

#include <sys/stat.h>

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/broker_channel.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/test_daemon.h"

namespace convoy::testing {

TestBroker::TestBroker(std::vector<std::string> arguments)
    : arguments_(std::move(arguments)),
      socket_(directory_.path() + "/broker.sock") {
  // The daemon's user must get to the socket.
  chmod(directory_.path().c_str(), 0755);
  Start();
}

TestBroker::~TestBroker() {
  process_.reset();
  if (::testing::Test::HasFailure()) {
    std::cerr << "--- log of convoy-broker\n" << Log() << "---\n";
  }
}

std::string TestBroker::Log() const {
  return ReadFile(directory_.path() + "/log");
}

void TestBroker::Start() {
  ProcessOptions options;
  options.argv = {Runfile("daemon/convoy-broker"), "--socket=" + socket_,
                  absl::StrCat("--daemon-user=", kUid)};
  options.argv.insert(options.argv.end(), arguments_.begin(), arguments_.end());
  options.output_path = directory_.path() + "/log";
  process_ = std::make_unique<Process>(options);
  const bool started = Eventually([this] {
    // One that was killed leaves its socket, at which nobody answers.
    struct stat found = {};
    return ConnectToBroker(socket_).ok() &&
           stat(socket_.c_str(), &found) == 0 && found.st_uid == kUid;
  });
  if (!started) {
    std::cerr << "convoy-broker did not start:\n" << Log();
    std::abort();
  }
}

}  // namespace convoy::testing
