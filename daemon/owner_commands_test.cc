#include "daemon/owner_commands.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "daemon/broker_commands.h"
#include "daemon/broker_testing.h"
#include "daemon/owner_command.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  return contents.str();
}

// Run by this process, and by a broker.
class OwnerCommandsTest : public testing::TestWithParam<bool> {
 protected:
  OwnerCommandsTest() {
    char name[] = "/tmp/convoy-commands-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~OwnerCommandsTest() override {
    commands_.reset();
    const std::string remove = absl::StrCat("rm -rf ", folder_);
    if (std::system(remove.c_str()) != 0) ADD_FAILURE() << remove;
  }

  // A shell's script, with $OUT as a file for what it finds.
  OwnerCommand Script(const std::string& script) {
    OwnerCommand command;
    command.owner = {getuid(), getgid()};
    command.program = "/bin/sh";
    command.arguments = {"-c", script};
    command.environment["OUT"] = folder_ + "/out";
    return command;
  }
  std::string Out() const { return Contents(folder_ + "/out"); }

  // What `ended` was told.
  absl::Status Run(OwnerCommand command) {
    Start(std::move(command));
    MutexLock lock(&mutex_);
    while (ends_.empty()) changed_.Wait(&mutex_);
    const absl::Status status = ends_.back();
    ends_.clear();
    begun_ = 0;
    return status;
  }
  void Start(OwnerCommand command) {
    commands_->Run(
        std::move(command),
        [this](const absl::Status& status) {
          MutexLock lock(&mutex_);
          start_ = status;
          ++begun_;
          most_ = std::max(most_, begun_ - static_cast<int>(ends_.size()));
          changed_.NotifyAll();
        },
        [this](const absl::Status& status) {
          MutexLock lock(&mutex_);
          ends_.push_back(status);
          changed_.NotifyAll();
        });
  }

  std::unique_ptr<OwnerCommands> Make() {
    const std::map<std::string, std::string> environment = {
        {"COMMON", "common"}, {"OUT", "nowhere"}};
    return broker_ == nullptr
               ? MakeOwnerCommands(clock_, environment)
               : MakeBrokerCommands(&broker_->client(), environment);
  }

  std::string folder_;
  RealClock clock_;
  Mutex mutex_;
  CondVar changed_;
  int begun_ ABSL_GUARDED_BY(mutex_) = 0;
  int most_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<absl::Status> start_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::Status> ends_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<BrokerWorld> broker_ =
      GetParam() ? std::make_unique<BrokerWorld>() : nullptr;
  std::unique_ptr<OwnerCommands> commands_ = Make();
};

INSTANTIATE_TEST_SUITE_P(Does, OwnerCommandsTest, testing::Bool(),
                         [](const auto& by_broker) {
                           return by_broker.param ? "ByABroker" : "ByItself";
                         });

TEST_P(OwnerCommandsTest, TellsHowACommandEnded) {
  EXPECT_EQ(Run(Script("exit 0")), absl::OkStatus());
  EXPECT_EQ(Run(Script("exit 3")), absl::AbortedError("exited with status 3"));
  EXPECT_EQ(ExitCodeOf(Run(Script("exit 3"))), 3);
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  for (const absl::Status& other :
       {absl::AbortedError("was killed by signal 9"),
        absl::AbortedError("exited with status "),
        absl::NotFoundError("exited with status 3")}) {
    EXPECT_EQ(ExitCodeOf(other), std::nullopt) << other;
  }
  EXPECT_EQ(Run(Script("kill -9 $$")),
            absl::AbortedError("was killed by signal 9"));
}

TEST_P(OwnerCommandsTest, ACommandThatCannotBeExecutedIsToldTwice) {
  OwnerCommand command = Script("");
  command.program = folder_ + "/none";
  const absl::Status missing = Run(command);
  EXPECT_EQ(ErrorDetailOf(missing).reason(), v1::ERROR_REASON_PATH_NOT_FOUND)
      << missing;
  EXPECT_EQ(ErrorDetailOf(missing).local_path(), command.program);
  {
    MutexLock lock(&mutex_);
    EXPECT_EQ(start_, missing);
  }
  std::ofstream(folder_ + "/text") << "not a program";
  command.program = folder_ + "/text";
  EXPECT_EQ(ErrorDetailOf(Run(command)).reason(),
            v1::ERROR_REASON_ACCESS_DENIED);
}

TEST_P(OwnerCommandsTest, NothingOfTheDaemonReachesTheCommand) {
  ASSERT_EQ(setenv("DAEMON_SECRET", "secret", 1), 0);
  // Without close-on-exec, as a careless library would leave it.
  const int leaked = open("/dev/zero", O_RDONLY);
  ASSERT_GE(leaked, 0);
  ASSERT_EQ(Run(Script("{ env; ls -l /proc/$$/fd; cat /proc/self/status; pwd;"
                       " umask; ps -o sid= -p $$; echo pid=$$; } > $OUT")),
            absl::OkStatus());
  close(leaked);
  const std::string out = Out();
  EXPECT_TRUE(absl::StrContains(out, "COMMON=common\n")) << out;
  EXPECT_TRUE(absl::StrContains(out, "HOME=/")) << out;
  EXPECT_TRUE(absl::StrContains(out, "USER=")) << out;
  EXPECT_FALSE(absl::StrContains(out, "DAEMON_SECRET")) << out;
  EXPECT_FALSE(absl::StrContains(out, "/dev/zero")) << out;
  EXPECT_TRUE(absl::StrContains(out, " 0 -> /dev/null")) << out;
  EXPECT_TRUE(absl::StrContains(out, " 2 -> /dev/null")) << out;
  EXPECT_TRUE(absl::StrContains(out, "NoNewPrivs:\t1\n")) << out;
  EXPECT_TRUE(absl::StrContains(out, "SigBlk:\t0000000000000000\n")) << out;
  EXPECT_TRUE(absl::StrContains(out, "\n/\n0022\n")) << out;
}

TEST_P(OwnerCommandsTest, ACommandHasASessionOfItsOwn) {
  // Field 6 of stat is the session (proc(5)).
  ASSERT_EQ(Run(Script("read -r line < /proc/$$/stat; set -- $line;"
                       " echo \"$1 $6\" > $OUT")),
            absl::OkStatus());
  const std::vector<std::string> ids =
      absl::StrSplit(Out(), absl::ByAnyChar(" \n"));
  EXPECT_EQ(ids[0], ids[1]);
}

TEST_P(OwnerCommandsTest, WhatTakesTooLongIsEndedWithItsChildren) {
  OwnerCommand command =
      Script("trap 'echo told > $OUT; exit 0' TERM; sleep 100 & wait $!");
  // Long enough for the shell to set its trap.
  command.time_limit = absl::Seconds(2);
  EXPECT_EQ(Run(command),
            absl::DeadlineExceededError("took longer than 2s and was ended"));
  EXPECT_EQ(Out(), "told\n");
}

TEST_P(OwnerCommandsTest, OneUserRunsFourAtOnceAndTheOthersWait) {
  for (int i = 0; i < 7; ++i) {
    Start(Script(
        absl::StrCat("until test -e ", folder_, "/go; do sleep 0.02; done")));
  }
  {
    MutexLock lock(&mutex_);
    while (begun_ < 4) changed_.Wait(&mutex_);
  }
  std::ofstream(folder_ + "/go") << "go";
  MutexLock lock(&mutex_);
  while (ends_.size() < 7) changed_.Wait(&mutex_);
  EXPECT_EQ(most_, 4);
}

TEST_P(OwnerCommandsTest, AnotherUsersCommandNeedsRoot) {
  if (geteuid() == 0) GTEST_SKIP() << "root may";
  OwnerCommand command = Script("exit 0");
  command.owner.uid = getuid() + 1;
  EXPECT_EQ(ErrorDetailOf(Run(command)).reason(),
            v1::ERROR_REASON_ACCESS_DENIED);
}

}  // namespace
}  // namespace convoy
