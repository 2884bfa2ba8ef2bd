#include <grp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/job.h"
#include "daemon/owner_command.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr JobOwner kAlice = {61001, 61002};

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  return contents.str();
}

class OwnerCommandRootTest : public testing::Test {
 protected:
  OwnerCommandRootTest() {
    char name[] = "/tmp/convoy-command-XXXXXX";
    folder_ = ::mkdtemp(name);
    EXPECT_EQ(chmod(folder_.c_str(), 0777), 0);
  }
  ~OwnerCommandRootTest() override {
    const std::string remove = absl::StrCat("rm -rf ", folder_);
    EXPECT_EQ(std::system(remove.c_str()), 0);
  }
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
  }

  OwnerCommand Script(const std::string& script) const {
    OwnerCommand command;
    command.owner = kAlice;
    command.program = "/bin/sh";
    command.arguments = {"-c", script};
    command.environment["OUT"] = folder_ + "/out";
    return command;
  }
  // Its exit status.
  static int Run(const OwnerCommand& command) {
    const absl::StatusOr<pid_t> process = StartOwnerCommand(command);
    EXPECT_TRUE(process.ok()) << process.status();
    int status = -1;
    EXPECT_EQ(waitpid(*process, &status, 0), *process);
    return WEXITSTATUS(status);
  }

  std::string folder_;
};

TEST_F(OwnerCommandRootTest, HasAllIdsOfItsOwnerAndNoCapability) {
  const gid_t extra = 61999;
  ASSERT_EQ(syscall(SYS_setgroups, 1, &extra), 0);  // Of this thread only.
  ASSERT_EQ(Run(Script("cat /proc/$$/status > $OUT")), 0);
  ASSERT_EQ(syscall(SYS_setgroups, 0, nullptr), 0);
  const std::string out = Contents(folder_ + "/out");
  for (const char* line :
       {"Uid:\t61001\t61001\t61001\t61001\n",
        "Gid:\t61002\t61002\t61002\t61002\n", "CapInh:\t0000000000000000\n",
        "CapPrm:\t0000000000000000\n", "CapEff:\t0000000000000000\n",
        "CapAmb:\t0000000000000000\n", "NoNewPrivs:\t1\n"}) {
    EXPECT_TRUE(absl::StrContains(out, line)) << line << out;
  }
  EXPECT_FALSE(absl::StrContains(out, "61999")) << out;
  struct stat made = {};
  ASSERT_EQ(stat((folder_ + "/out").c_str(), &made), 0);
  EXPECT_EQ(made.st_uid, kAlice.uid);
  EXPECT_EQ(made.st_gid, kAlice.gid);
}

TEST_F(OwnerCommandRootTest, CannotDoWhatItsOwnerCannot) {
  EXPECT_NE(Run(Script("cat /etc/shadow")), 0);
  EXPECT_NE(Run(Script("kill -0 $PPID")), 0);

  const std::string program = folder_ + "/root-only";
  std::ofstream(program) << "#!/bin/sh\n";
  ASSERT_EQ(chmod(program.c_str(), 0700), 0);
  OwnerCommand command = Script("");
  command.program = program;
  const absl::Status refused = StartOwnerCommand(command).status();
  EXPECT_EQ(ErrorDetailOf(refused).reason(), v1::ERROR_REASON_ACCESS_DENIED)
      << refused;
  EXPECT_TRUE(absl::StrContains(refused.message(), program)) << refused;
}

TEST_F(OwnerCommandRootTest, ASetUidProgramGivesNoRights) {
  const std::string program = folder_ + "/set-uid";
  const std::string copy = absl::StrCat("cp /bin/cat ", program);
  ASSERT_EQ(std::system(copy.c_str()), 0);
  ASSERT_EQ(chmod(program.c_str(), 04755), 0);
  EXPECT_NE(Run(Script(program + " /etc/shadow")), 0);
}

}  // namespace
}  // namespace convoy
