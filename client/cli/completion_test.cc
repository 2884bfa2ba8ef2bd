// Runs the completion of the real command in bash, zsh and fish.

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
  EXPECT_THAT(Offered("get --download-mode g"), ElementsAre("group"));
  EXPECT_THAT(Offered("get --integrity m"), ElementsAre("mandatory"));
}

TEST_F(CompletionTest, OffersCommandsOfCommands) {
  EXPECT_THAT(Offered("cache ''"),
              ElementsAre("list", "show", "pin", "unpin", "evict", "adopt"));
  EXPECT_THAT(Offered("cache --json ad"), ElementsAre("adopt"));
  EXPECT_THAT(Offered("cache adopt --ma"), ElementsAre("--manifest"));
  EXPECT_THAT(Offered("completion ''"), ElementsAre("bash", "zsh", "fish"));
}

TEST_F(CompletionTest, OffersContents) {
  std::vector<v1::Content> contents(2);
  contents[0].set_id(std::string(40, 'a'));
  contents[1].set_id(std::string(40, 'b'));
  daemon_.SetContents(contents);
  EXPECT_THAT(Offered("cache pin a"), ElementsAre(contents[0].id()));
  EXPECT_THAT(Offered("peers --content b"), ElementsAre(contents[1].id()));
  EXPECT_THAT(Offered("cache adopt a"), ElementsAre());
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

bool HasProgram(const std::string& name) {
  return std::system(("command -v " + name + " >/dev/null").c_str()) == 0;
}

// What a shell offers for the command line `line`; "convoy" is the command.
class OtherShellsTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!HasProgram(GetParam())) GTEST_SKIP() << "no " << GetParam();
  }

  std::vector<std::string> Offered(const std::string& line) const {
    const std::string command =
        GetParam() == "zsh"
            ? "exec zsh -f client/cli/completion_test.zsh \"$1\""
            : "exec fish --no-config -c '$CONVOY_CLI completion fish | source; "
              "alias convoy $CONVOY_CLI; complete -C $argv' -- \"$1\"";
    CliProcess::Options options;
    options.environment = {"CONVOY_SOCKET=" + daemon_.socket_path(),
                           "HOME=" + ::testing::TempDir()};
    CliProcess shell({"sh", "-c", command, "sh", line}, options);
    EXPECT_EQ(shell.Wait(), 0) << shell.Errors();
    std::vector<std::string> words;
    for (const std::string& offer : std::vector<std::string>(
             absl::StrSplit(shell.Output(), '\n', absl::SkipEmpty()))) {
      // fish adds a description.
      words.push_back(offer.substr(0, offer.find('\t')));
    }
    return words;
  }

  FakeDaemon daemon_;
};

TEST_P(OtherShellsTest, OffersCommands) {
  EXPECT_THAT(Offered("convoy "), AllOf(Contains("get"), Contains("explain")));
  EXPECT_THAT(Offered("convoy su"), ElementsAre("suspend"));
  EXPECT_THAT(Offered("convoy cache ad"), ElementsAre("adopt"));
  EXPECT_THAT(Offered("convoy help exp"), ElementsAre("explain"));
}

TEST_P(OtherShellsTest, OffersFlagsAndTheirValues) {
  EXPECT_THAT(Offered("convoy get --ran"), ElementsAre("--range"));
  EXPECT_THAT(Offered("convoy cache adopt --ma"), ElementsAre("--manifest"));
  EXPECT_THAT(Offered("convoy jobs --mir"), ElementsAre());
  EXPECT_THAT(Offered("convoy --json get --priority f"),
              Contains("foreground"));
}

TEST_P(OtherShellsTest, OffersJobsAndContents) {
  v1::Job job;
  job.set_state(v1::JOB_STATE_QUEUED);
  const std::string id = daemon_.PutJob(job);
  v1::Content content;
  content.set_id(std::string(40, 'a'));
  daemon_.SetContents({content});
  EXPECT_THAT(Offered("convoy show " + id.substr(0, 5)), ElementsAre(id));
  EXPECT_THAT(Offered("convoy cache pin a"), ElementsAre(content.id()));
  EXPECT_THAT(Offered("convoy peers --content a"), ElementsAre(content.id()));
}

INSTANTIATE_TEST_SUITE_P(Shells, OtherShellsTest,
                         ::testing::Values("zsh", "fish"),
                         [](const auto& shell) { return shell.param; });

}  // namespace
}  // namespace convoy
