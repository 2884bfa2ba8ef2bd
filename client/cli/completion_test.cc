// Runs the completion of the real command in bash.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/cli_process.h"
#include "client/fake_daemon.h"

namespace convoy {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class CompletionTest : public ::testing::Test {
 protected:
  // What bash prints for a script, after the completion is loaded.
  std::string Bash(const std::string& script) const {
    CliProcess::Options options;
    options.environment = {"CONVOY_SOCKET=" + daemon_.socket_path()};
    CliProcess bash(
        {"bash", "--norc", "-c",
         absl::StrCat("set -u; source <(\"$CONVOY_CLI\" completion bash); ",
                      script)},
        options);
    EXPECT_EQ(bash.Wait(), 0);
    EXPECT_EQ(bash.Errors(), "");
    return bash.Output();
  }

  // The words offered for the last of `words`.
  std::vector<std::string> Offered(const std::string& words) const {
    const std::string out = Bash(absl::StrCat(
        "COMP_WORDS=(\"$CONVOY_CLI\" ", words,
        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _convoy; "
        "printf '%s\\n' \"${COMPREPLY[@]-}\""));
    return absl::StrSplit(out, '\n', absl::SkipEmpty());
  }

  FakeDaemon daemon_;
};

TEST_F(CompletionTest, BashKnowsTheCommand) {
  EXPECT_THAT(Bash("complete -p convoy"), HasSubstr("-F _convoy convoy"));
}

TEST_F(CompletionTest, OffersCommands) {
  EXPECT_THAT(Offered("''"), AllOf(Contains("get"), Contains("explain"),
                                   Contains("--socket")));
  EXPECT_THAT(Offered("su"), ElementsAre("suspend"));
}

TEST_F(CompletionTest, OffersTheFlagsOfTheCommand) {
  EXPECT_THAT(Offered("get --ran"), ElementsAre("--range"));
  EXPECT_THAT(Offered("--json get --mir"), ElementsAre("--mirror"));
  EXPECT_THAT(Offered("jobs -"),
              AllOf(Contains("--all-users"), Not(Contains("--mirror"))));
}

TEST_F(CompletionTest, OffersValuesOfFlags) {
  EXPECT_THAT(Offered("get --priority f"), ElementsAre("foreground"));
  EXPECT_THAT(Offered("jobs --state transi"), ElementsAre("transient-error"));
}

TEST_F(CompletionTest, OffersJobs) {
  v1::Job job;
  job.set_state(v1::JOB_STATE_QUEUED);
  const std::string id = daemon_.PutJob(job);
  EXPECT_THAT(Offered("show " + id.substr(0, 5)), ElementsAre(id));
  EXPECT_THAT(Offered("get " + id.substr(0, 5)), ElementsAre());
}

TEST_F(CompletionTest, OffersNothingWithoutADaemon) {
  daemon_.Stop();
  EXPECT_THAT(Offered("show 1"), ElementsAre());
}

}  // namespace
}  // namespace convoy
