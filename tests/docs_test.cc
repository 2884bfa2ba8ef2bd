// What docs/ shows is run: shell, configuration, queries, the Ansible example.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const char* const kPages[] = {"administration.md", "operations.md",
                              "security.md", "README.md"};

struct Block {
  std::string place;  // "administration.md:12".
  std::string language;
  std::string text;
};

// Blocks between fences, without the indentation of the opening one.
std::vector<Block> BlocksOf(const std::string& page) {
  std::vector<Block> blocks;
  bool inside = false;
  std::string indent;
  int number = 0;
  const std::string text = ReadFile(Runfile("docs/" + page));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    const std::size_t begin =
        std::min(line.find_first_not_of(' '), line.size());
    const bool fence = absl::StartsWith(line.substr(begin), "```");
    if (fence && inside) {
      inside = false;
    } else if (fence) {
      inside = true;
      indent = std::string(begin, ' ');
      blocks.push_back({absl::StrCat(page, ":", number),
                        std::string(line.substr(begin + 3)), ""});
    } else if (inside) {
      absl::StrAppend(&blocks.back().text, absl::StripPrefix(line, indent),
                      "\n");
    }
  }
  EXPECT_FALSE(inside) << page << ": a block without an end";
  return blocks;
}

std::vector<Block> AllBlocks(const std::string& language) {
  std::vector<Block> found;
  for (const char* page : kPages) {
    for (Block& block : BlocksOf(page)) {
      if (block.language == language) found.push_back(std::move(block));
    }
  }
  EXPECT_THAT(found, Not(IsEmpty())) << language;
  return found;
}

// Of docs/ansible/inventory.yaml.
constexpr char kCanary[] = "web-1.example.org";
constexpr const char* kFleet[] = {"web-2.example.org", "web-3.example.org"};

// The command line of a systemd unit.
std::string CommandOf(const std::string& unit) {
  std::string command;
  const std::string text = ReadFile(unit);
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, "ExecStart=")) command = std::string(line);
  }
  return command;
}

std::string FolderOf(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

class DocsTest : public ::testing::Test {
 protected:
  ProcessResult Run(std::vector<std::string> argv,
                    std::map<std::string, std::string> environment = {},
                    absl::Duration timeout = absl::Seconds(300)) {
    ProcessOptions options;
    options.argv = std::move(argv);
    options.environment = std::move(environment);
    options.working_directory = work_.path();
    return RunProcess(options, timeout);
  }
  std::string Work(const std::string& name) const {
    return work_.path() + "/" + name;
  }

  TempDir work_;
};

TEST_F(DocsTest, EveryBlockIsOfAKindThatIsCheckedOrSaidNotToBe) {
  for (const char* page : kPages) {
    for (const Block& block : BlocksOf(page)) {
      EXPECT_THAT(
          (std::vector<std::string>{"sh", "yaml", "promql", "text", "console"}),
          Contains(block.language))
          << block.place;
    }
  }
}

TEST_F(DocsTest, ConfigurationIsRight) {
  int checked = 0;
  for (const Block& block : AllBlocks("yaml")) {
    if (!absl::StartsWith(block.text, "# /etc/convoy/conf.d/") &&
        !absl::StartsWith(block.text, "# /etc/convoy/convoyd.yaml")) {
      continue;
    }
    WriteFile(Work("convoyd.yaml"), block.text);
    // By itself: the certificates that it names are not here.
    const ProcessResult result = Run(
        {Runfile("daemon/convoyd"), "--check-config", Work("convoyd.yaml")});
    EXPECT_EQ(result.exit_code, 0) << block.place << "\n" << result.output;
    ++checked;
  }
  EXPECT_GT(checked, 5);
}

// Declared jobs are read by the same code as the daemon's.
TEST_F(DocsTest, DeclaredJobsAreRight) {
  const std::string convoy = Runfile("client/cli/convoy");
  int checked = 0;
  for (const Block& block : AllBlocks("yaml")) {
    if (!absl::StartsWith(block.text, "# /etc/convoy/jobs.d/")) continue;
    WriteFile(Work("job.yaml"), block.text);
    const ProcessResult result = Run(
        {convoy, "rollout", "plan", Work("job.yaml"), "--machines", "web-1"});
    EXPECT_EQ(result.exit_code, 0) << block.place << "\n" << result.output;
    ++checked;
  }
  EXPECT_GT(checked, 1);
}

// What is quoted stands in the file so; no block is of a place that nobody
// checks.
TEST_F(DocsTest, QuotedFilesAreWhatTheyAre) {
  for (const Block& block : AllBlocks("yaml")) {
    absl::string_view text = block.text;
    const std::string head(text.substr(0, text.find('\n')));
    if (absl::StartsWith(head, "# /etc/convoy/")) continue;
    ASSERT_TRUE(absl::StartsWith(head, "# ansible/")) << block.place;
    text.remove_prefix(head.size() + 1);
    EXPECT_THAT(ReadFile(Runfile("docs/" + head.substr(2))),
                HasSubstr(std::string(text)))
        << block.place;
  }
  std::string page = ReadFile(Runfile("docs/administration.md"));
  for (const char* file : {"10-fleet.yaml", "dictionary.yaml"}) {
    EXPECT_THAT(page, HasSubstr(ReadFile(
                          Runfile(absl::StrCat("docs/ansible/files/", file)))));
  }
}

TEST_F(DocsTest, TheScreenIsTheOneThatTheCommandDraws) {
  const std::vector<Block> screens = AllBlocks("text");
  ASSERT_EQ(screens.size(), 1u);
  EXPECT_EQ(screens[0].text, ReadFile(Runfile("docs/screens/top.txt")));
}

TEST_F(DocsTest, QueriesAreRight) {
  std::string rules = "groups:\n- name: docs\n  rules:\n";
  for (const Block& block : AllBlocks("promql")) {
    absl::StrAppend(
        &rules, "  - record: docs:query\n    labels: {place: \"", block.place,
        "\"}\n    expr: |\n      ",
        absl::StrJoin(absl::StrSplit(absl::StripSuffix(block.text, "\n"), '\n'),
                      "\n      "),
        "\n");
  }
  WriteFile(Work("rules.yaml"), rules);
  const ProcessResult result =
      Run({"/usr/bin/promtool", "check", "rules", Work("rules.yaml")});
  EXPECT_EQ(result.exit_code, 0) << result.output << rules;
}

// The blocks of a page are one script, on a machine with a daemon, a job and a
// published folder.
TEST_F(DocsTest, ShellSamplesRun) {
  Nginx origin;
  TestDaemon::Options options;
  options.settings = {{"metrics.listen", "127.0.0.1:0"},
                      {"swarm.interfaces", "lo"},
                      {"swarm.listen_port", "0"},
                      {"swarm.beacon_port", absl::StrCat(FreePort())}};
  TestDaemon daemon(options);
  WriteFile(origin.root() + "/dictionary.bin", RandomBytes(3'000'000, 1));
  const auto job = daemon.Create(
      {File(origin.Url("dictionary.bin"), Work("dictionary.bin"))});
  ASSERT_TRUE(job.ok()) << job.status();
  std::smatch metrics;
  const std::string log = daemon.Log();
  ASSERT_TRUE(
      std::regex_search(log, metrics, std::regex("metrics at (http://\\S+)")));
  for (const char* folder : {"site", "etc", "tmp"}) {
    std::filesystem::create_directory(Work(folder));
  }
  WriteFile(Work("site/dictionary.bin"), RandomBytes(3'000'000, 1));
  WriteFile(Work("etc/convoyd.yaml"), "log:\n  level: info\n");
  WriteFile(Work("dictionary.yaml"),
            ReadFile(Runfile("docs/ansible/files/dictionary.yaml")));
  WriteFile(Work("fleet.txt"), "web-1 ring=canary\nweb-2\nweb-3\n");
  const std::map<std::string, std::string> environment = {
      {"PATH",
       absl::StrCat(FolderOf(Runfile("client/cli/convoy")), ":",
                    FolderOf(Runfile("daemon/convoyd")), ":/usr/bin:/bin")},
      {"CONVOY_SOCKET", daemon.socket()},
      {"SITE", Work("site")},
      {"ETC", Work("etc")},
      {"TMP", Work("tmp")},
      {"JOB", job->id()},
      {"METRICS", metrics[1].str()}};
  for (const char* page : kPages) {
    std::string script = "set -euo pipefail\n";
    for (const Block& block : BlocksOf(page)) {
      if (block.language != "sh") continue;
      absl::StrAppend(&script, "echo '--- ", block.place, "'\n", block.text);
    }
    WriteFile(Work("script.sh"), script);
    const ProcessResult result =
        Run({"/bin/bash", Work("script.sh")}, environment);
    EXPECT_EQ(result.exit_code, 0) << page << "\n" << result.output;
  }
}

// The drop-in of the page is the unit's own command with one more option, which
// the program knows. What the option does: BrokerTest.
TEST_F(DocsTest, TheBrokersDropInStarts) {
  std::string script = "set -euo pipefail\n";
  for (const Block& block : BlocksOf("security.md")) {
    if (absl::StrContains(block.text, "people.conf")) script += block.text;
  }
  WriteFile(Work("script.sh"), script);
  const ProcessResult written =
      Run({"/bin/bash", Work("script.sh")}, {{"TMP", work_.path()}});
  ASSERT_EQ(written.exit_code, 0) << written.output;
  const std::string unit =
      CommandOf(Runfile("packaging/files/convoy-broker.service"));
  std::string command = CommandOf(Work("convoy-broker.service.d/people.conf"));
  EXPECT_EQ(command, unit + " --min-uid=1000");
  std::vector<std::string> argv = absl::StrSplit(command, ' ');
  argv[0] = Runfile("daemon/convoy-broker");
  argv.push_back("--socket=" + Work("socket"));
  argv.push_back(absl::StrCat("--daemon-user=", geteuid()));
  ProcessOptions options;
  options.argv = argv;
  options.output_path = Work("log");
  const Process broker(options);
  EXPECT_TRUE(Eventually([this] {
    return absl::StrContains(ReadFile(Work("log")), "for owners from uid 1000");
  })) << ReadFile(Work("log"));
}

// The machines of the inventory: folders of this one, one real daemon.
class AnsibleTest : public DocsTest {
 protected:
  AnsibleTest() {
    std::filesystem::copy(Runfile("docs/ansible"), Work("ansible"),
                          std::filesystem::copy_options::recursive);
  }
  ProcessResult Play(const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv = {
        "/usr/bin/ansible-playbook",
        "-i",
        Work("ansible/inventory.yaml"),
        Work("ansible/rollout.yaml"),
        "--connection=local",
        "-e",
        absl::StrCat("ansible_python_interpreter=/usr/bin/python3 "
                     "convoy_become=false convoy_delay=0 convoy=",
                     Runfile("client/cli/convoy"),
                     " convoyd=", Runfile("daemon/convoyd"),
                     " convoy_socket=", daemon_.socket(),
                     " convoy_etc=", Work("{{inventory_hostname}}"))};
    argv.insert(argv.end(), more.begin(), more.end());
    return Run(argv,
               {{"HOME", work_.path()},
                {"ANSIBLE_HOME", Work("home")},
                {"ANSIBLE_LOCAL_TEMP", Work("local")},
                {"ANSIBLE_REMOTE_TEMP", Work("remote")},
                {"ANSIBLE_NOCOLOR", "1"},
                {"LC_ALL", "C.UTF-8"}},
               absl::Seconds(600));
  }
  std::string Fleet(const std::string& machine) const {
    return Work(machine + "/conf.d/10-fleet.yaml");
  }

  TestDaemon daemon_;
};

TEST_F(AnsibleTest, RollsOutToTheCanaryAndThenToAll) {
  const ProcessResult canary = Play({"--limit", "canary"});
  ASSERT_EQ(canary.exit_code, 0) << canary.output;
  EXPECT_TRUE(Exists(Fleet(kCanary)));
  for (const char* machine : kFleet) EXPECT_FALSE(Exists(Work(machine)));

  const ProcessResult first = Play();
  ASSERT_EQ(first.exit_code, 0) << first.output;
  for (const char* machine : {kCanary, kFleet[0], kFleet[1]}) {
    EXPECT_TRUE(ReadFile(Fleet(machine)) ==
                ReadFile(Runfile("docs/ansible/files/10-fleet.yaml")));
    EXPECT_TRUE(Exists(Work(absl::StrCat(machine, "/jobs.d/dictionary.yaml"))));
  }
  const auto labels = [this](const std::string& machine) {
    return ReadFile(Work(machine + "/conf.d/20-machine.yaml"));
  };
  EXPECT_THAT(labels(kCanary), HasSubstr("ring=canary"));
  EXPECT_THAT(labels(kFleet[0]), HasSubstr("ring=fleet"));
  EXPECT_THAT(daemon_.Log(), HasSubstr("(ReloadConfig)"));

  // So does one in a declared job.
  const std::string dictionary =
      ReadFile(Runfile("docs/ansible/files/dictionary.yaml"));
  WriteFile(Work("ansible/files/dictionary.yaml"), dictionary + "  moed: 1\n");
  const ProcessResult wrong = Play();
  EXPECT_NE(wrong.exit_code, 0);
  EXPECT_THAT(wrong.output, HasSubstr("moed: unknown key"));
  EXPECT_TRUE(ReadFile(Work(std::string(kCanary) +
                            "/jobs.d/dictionary.yaml")) == dictionary);
  WriteFile(Work("ansible/files/dictionary.yaml"), dictionary);

  // A mistake ends at the canary, which keeps what it had.
  WriteFile(Work("ansible/files/10-fleet.yaml"), "swarm:\n  mode: lan\n");
  const ProcessResult broken = Play();
  EXPECT_NE(broken.exit_code, 0);
  EXPECT_THAT(broken.output, HasSubstr("swarm.mode: unknown key"));
  EXPECT_THAT(broken.output, Not(HasSubstr(kFleet[0])));
  EXPECT_TRUE(ReadFile(Fleet(kCanary)) ==
              ReadFile(Runfile("docs/ansible/files/10-fleet.yaml")));
}

}  // namespace
}  // namespace convoy::testing
