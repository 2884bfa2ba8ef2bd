// The `convoy` command against a real convoyd and a real origin.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CommandLineTest : public ::testing::Test {
 protected:
  ProcessResult Convoy(const std::vector<std::string>& arguments) {
    ProcessOptions options;
    options.argv = {Runfile("client/cli/convoy"), "--socket", daemon_.socket()};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    options.working_directory = destination_.path();
    return RunProcess(options);
  }

  std::string Local(const std::string& name) const {
    return destination_.path() + "/" + name;
  }

  TempDir destination_;
  Nginx origin_;
  TestDaemon daemon_;
};

TEST_F(CommandLineTest, GetDeliversIntoTheCurrentFolder) {
  const std::string bytes = RandomBytes(700'000, 3);
  WriteFile(origin_.root() + "/a.bin", bytes);
  const ProcessResult get =
      Convoy({"get", origin_.Url("a.bin"), "--sha256", Sha256Hex(bytes)});
  EXPECT_EQ(get.exit_code, 0) << get.output;
  EXPECT_TRUE(ReadFile(Local("a.bin")) == bytes);
}

TEST_F(CommandLineTest, GetOfAMissingFileSaysWhyAndWhatToDo) {
  const ProcessResult get = Convoy({"get", origin_.Url("none"), "-o", "x"});
  EXPECT_EQ(get.exit_code, 3) << get.output;
  EXPECT_THAT(get.output, AllOf(HasSubstr("404"), HasSubstr("hint:")));
  EXPECT_FALSE(Exists(Local("x")));
}

TEST_F(CommandLineTest, AJobStepByStep) {
  const std::string bytes = RandomBytes(70'000, 4);
  WriteFile(origin_.root() + "/a.bin", bytes);
  const ProcessResult created =
      Convoy({"--json", "create", "--name", "steps", origin_.Url("a.bin"), "-o",
              Local("a.bin")});
  ASSERT_EQ(created.exit_code, 0) << created.output;
  const ProcessResult jobs = Convoy({"jobs"});
  EXPECT_THAT(jobs.output, AllOf(HasSubstr("steps"), HasSubstr("suspended")));
  const ProcessResult ids = Convoy({"jobs", "--quiet"});
  const std::vector<std::string> lines = absl::StrSplit(ids.output, '\n');
  const std::string& id = lines.front();
  EXPECT_THAT(Convoy({"explain", id}).output, HasSubstr("convoy resume"));
  EXPECT_EQ(Convoy({"set", id, "--priority", "high"}).exit_code, 0);
  EXPECT_EQ(Convoy({"resume", id}).exit_code, 0);
  ASSERT_TRUE(daemon_.WaitFor(id, {v1::JOB_STATE_TRANSFERRED}).ok());
  const ProcessResult show = Convoy({"show", id});
  EXPECT_THAT(show.output,
              AllOf(HasSubstr("transferred"), HasSubstr(origin_.Url("a.bin"))));
  EXPECT_EQ(Convoy({"complete", id}).exit_code, 0);
  EXPECT_TRUE(ReadFile(Local("a.bin")) == bytes);
  EXPECT_EQ(Convoy({"cancel", id}).exit_code, 1);
  EXPECT_THAT(Convoy({"jobs"}).output, Not(HasSubstr("steps")));
  EXPECT_EQ(Convoy({"show", "00000000-0000-4000-8000-000000000000"}).exit_code,
            5);
}

TEST_F(CommandLineTest, StatusTestsTheDaemonAndNoticesItsEnd) {
  const ProcessResult status = Convoy({"status", "--self-test"});
  EXPECT_EQ(status.exit_code, 0) << status.output;
  daemon_.Kill();
  const ProcessResult dead = Convoy({"status"});
  EXPECT_EQ(dead.exit_code, 4) << dead.output;
  EXPECT_THAT(dead.output, HasSubstr("hint:"));
}

}  // namespace
}  // namespace convoy::testing
