// Declared jobs on real daemons: one machine that reaches a state and keeps it,
// and a site that takes up a file in two waves.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/swarm_net.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::ListDeclaredJobsResponse Declared(TestDaemon& daemon) {
  grpc::ClientContext context;
  v1::ListDeclaredJobsResponse response;
  const grpc::Status status =
      daemon.admin().ListDeclaredJobs(&context, {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

v1::DeclaredJob Find(TestDaemon& daemon, const std::string& name) {
  const v1::ListDeclaredJobsResponse declared = Declared(daemon);
  for (const v1::DeclaredJob& job : declared.jobs()) {
    if (job.name() == name) return job;
  }
  return {};
}

::testing::AssertionResult Reaches(TestDaemon& daemon, const std::string& name,
                                   v1::DeclaredJob::Phase phase) {
  if (Eventually([&] { return Find(daemon, name).phase() == phase; })) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << Declared(daemon).ShortDebugString() << "\n"
         << daemon.Log();
}

v1::HostStatistics Statistics(TestDaemon& daemon) {
  grpc::ClientContext context;
  v1::HostStatistics statistics;
  const grpc::Status status =
      daemon.admin().GetHostStatistics(&context, {}, &statistics);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return statistics;
}

std::string ValueOf(TestDaemon& daemon, const std::string& key) {
  grpc::ClientContext context;
  v1::GetEffectiveConfigResponse config;
  const grpc::Status status =
      daemon.admin().GetEffectiveConfig(&context, {}, &config);
  EXPECT_TRUE(status.ok()) << status.error_message();
  for (const v1::ConfigValue& value : config.values()) {
    if (value.key() == key) return value.value();
  }
  return "";
}

// As a tool that puts files on machines does: at once.
void Put(const std::string& folder, const std::string& name,
         const std::string& text) {
  WriteFile(absl::StrCat(folder, "/.", name), text);
  ASSERT_EQ(rename(absl::StrCat(folder, "/.", name).c_str(),
                   absl::StrCat(folder, "/", name).c_str()),
            0);
}

class DeclaredJobTest : public ::testing::Test {
 protected:
  DeclaredJobTest() {
    jobs_ = folder_.path() + "/jobs.d";
    files_ = folder_.path() + "/files";
    mkdir(jobs_.c_str(), 0755);
    mkdir(files_.c_str(), 0755);
    chmod(folder_.path().c_str(), 0755);
    TestDaemon::Options options;
    options.settings = {{"paths.jobs_directory", jobs_},
                        {"machine.id", "web-1"},
                        {"machine.labels", "ring=canary"}};
    daemon_ = std::make_unique<TestDaemon>(options);
  }

  void Declare(const std::string& keys) {
    Put(jobs_, "words.yaml",
        absl::StrCat("words:\n  path: ", files_, "/w\n", keys));
  }
  std::string Url() const { return "  url: " + origin_.Url("w") + "\n"; }
  std::string Path() const { return files_ + "/w"; }
  bool Holds(const std::string& bytes) const {
    return Exists(Path()) && ReadFile(Path()) == bytes;
  }

  TempDir folder_;
  std::string jobs_, files_;
  Nginx origin_;
  std::unique_ptr<TestDaemon> daemon_;
};

TEST_F(DeclaredJobTest, AStateIsReachedKeptAndTakenBack) {
  WriteFile(origin_.root() + "/w", "one");
  Declare(Url() + "  mode: 0640\n  check_seconds: 1\n  when_removed: delete\n");
  ASSERT_TRUE(Reaches(*daemon_, "words", v1::DeclaredJob::PHASE_PRESENT));
  EXPECT_EQ(ReadFile(Path()), "one");
  struct stat found = {};
  ASSERT_EQ(stat(Path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0640u);

  // Somebody removes it, changes its mode, and then the origin changes it.
  unlink(Path().c_str());
  EXPECT_TRUE(Eventually([this] { return Holds("one"); }));
  chmod(Path().c_str(), 0666);
  EXPECT_TRUE(Eventually([&] {
    return stat(Path().c_str(), &found) == 0 && (found.st_mode & 07777) == 0640;
  }));
  WriteFile(origin_.root() + "/w", "three");
  EXPECT_TRUE(Eventually([this] { return Holds("three"); }));

  // A mistake takes nothing back, and is told with its line.
  Declare(Url() + "  moed: 0640\n");
  ASSERT_TRUE(
      Eventually([this] { return Declared(*daemon_).mistakes_size() > 0; }));
  EXPECT_THAT(Declared(*daemon_).mistakes(0),
              HasSubstr("words.yaml:4: words.moed: unknown key; did you mean "
                        "\"mode\"?"));
  EXPECT_EQ(ReadFile(Path()), "three");

  unlink((jobs_ + "/words.yaml").c_str());
  EXPECT_TRUE(Eventually([this] { return !Exists(Path()); }));
  EXPECT_TRUE(Eventually([this] { return Declared(*daemon_).jobs().empty(); }));
}

TEST_F(DeclaredJobTest, LinksAreFollowedToWhatTheyLeadTo) {
  WriteFile(origin_.root() + "/w", "one");
  const std::string one = folder_.path() + "/one";
  const std::string two = folder_.path() + "/two";
  for (const std::string& folder : {one, two}) mkdir(folder.c_str(), 0755);
  const std::string real = folder_.path() + "/real.yaml";
  WriteFile(real, absl::StrCat("words:\n  path: ", files_, "/w\n", Url()));
  ASSERT_EQ(symlink(real.c_str(), (two + "/words.yaml").c_str()), 0);
  const std::string link = folder_.path() + "/link";
  ASSERT_EQ(symlink(one.c_str(), link.c_str()), 0);
  TestDaemon::Options options;
  options.settings = {{"paths.jobs_directory", link}};
  daemon_ = std::make_unique<TestDaemon>(options);

  // The folder is swapped.
  const std::string next = folder_.path() + "/next";
  ASSERT_EQ(symlink(two.c_str(), next.c_str()), 0);
  ASSERT_EQ(rename(next.c_str(), link.c_str()), 0);
  ASSERT_TRUE(Reaches(*daemon_, "words", v1::DeclaredJob::PHASE_PRESENT));
  // What a file of it links to is written anew.
  WriteFile(real, "words:\n  state: absent\n  path: " + Path() + "\n");
  EXPECT_TRUE(Reaches(*daemon_, "words", v1::DeclaredJob::PHASE_ABSENT));
  EXPECT_FALSE(Exists(Path()));
}

TEST_F(DeclaredJobTest, KillsInBetweenChangeNothing) {
  WriteFile(origin_.root() + "/w", RandomBytes(3'000'000, 7));
  Declare(Url() + "  on_complete: [/bin/sh, -c, \"echo >> " + files_ +
          "/ran\"]\n");
  for (int i = 0; i < 5; ++i) {
    daemon_->KillAfter(absl::Milliseconds(40 * i));
    daemon_->Start();
  }
  ASSERT_TRUE(Reaches(*daemon_, "words", v1::DeclaredJob::PHASE_PRESENT));
  EXPECT_TRUE(ReadFile(Path()) == ReadFile(origin_.root() + "/w"));
  EXPECT_GE(ReadFile(files_ + "/ran").size(), 1u);
  // No job was made twice, none is left.
  grpc::ClientContext context;
  v1::ListJobsRequest request;
  v1::ListJobsResponse jobs;
  request.add_states(v1::JOB_STATE_ACKNOWLEDGED);
  request.add_states(v1::JOB_STATE_QUEUED);
  request.add_states(v1::JOB_STATE_ERROR);
  ASSERT_TRUE(daemon_->jobs().ListJobs(&context, request, &jobs).ok());
  ASSERT_EQ(jobs.jobs_size(), 1) << jobs.ShortDebugString();
  EXPECT_EQ(jobs.jobs(0).declared_in(), jobs_ + "/words.yaml");
  EXPECT_THAT(ListFolder(files_), ::testing::ElementsAre("ran", "w"));
}

TEST_F(DeclaredJobTest, FilesAndCommandsAreTheOwners) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  WriteFile(origin_.root() + "/w", "one");
  ASSERT_EQ(chown(files_.c_str(), 65534, 65534), 0);
  Declare(Url() +
          "  owner: \"65534\"\n  on_complete: [/bin/sh, -c, \"id -u > " +
          files_ + "/who\"]\n");
  ASSERT_TRUE(Reaches(*daemon_, "words", v1::DeclaredJob::PHASE_PRESENT));
  struct stat found = {};
  ASSERT_EQ(stat(Path().c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, 65534u);
  EXPECT_EQ(ReadFile(files_ + "/who"), "65534\n");
}

TEST_F(DeclaredJobTest, AbsentRemovesTheFile) {
  WriteFile(Path(), "old");
  Declare("  state: absent\n");
  EXPECT_TRUE(Reaches(*daemon_, "words", v1::DeclaredJob::PHASE_ABSENT));
  EXPECT_FALSE(Exists(Path()));
}

TEST_F(DeclaredJobTest, TheCommandLineShowsIt) {
  WriteFile(origin_.root() + "/w", "one");
  Declare(Url() + "  labels: [ring=stable]\n");
  ASSERT_TRUE(Reaches(*daemon_, "words", v1::DeclaredJob::PHASE_NOT_SELECTED));
  const ProcessResult shown =
      RunProcess({{Runfile("client/cli/convoy"), "--socket", daemon_->socket(),
                   "rollout", "status"}});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.output, HasSubstr("not selected"));
  EXPECT_THAT(shown.output, HasSubstr("has not the label ring=stable"));
  EXPECT_THAT(shown.output, HasSubstr("words.yaml:1"));
}

// Twelve machines, and the origin.
class RolloutTest : public ::testing::Test {
 protected:
  static constexpr int kMachines = 12;
  static constexpr int kSize = 8 << 20;

  void SetUp() override {
    const std::string why_not = SwarmNet::WhyNot();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    net_ = std::make_unique<SwarmNet>(kMachines + 1);
    Nginx::Options options;
    options.address = net_->address(0);
    options.network_namespace = net_->network_namespace(0);
    options.parent_folder = net_->folder(0);
    // Who meets the others late has not fetched much by then.
    options.rate = "100k";
    origin_ = std::make_unique<Nginx>(options);
    bytes_ = RandomBytes(kSize, 11);
    WriteFile(origin_->root() + "/words", bytes_);
    for (int i = 1; i <= kMachines; ++i) StartMachine(i);
  }

  static std::string IdOf(int machine) { return absl::StrCat("web-", machine); }
  std::string JobsOf(int machine) const {
    return net_->folder(machine) + "/jobs.d";
  }
  std::string FileOf(int machine) const {
    return net_->folder(machine) + "/words";
  }

  void StartMachine(int machine) {
    mkdir(JobsOf(machine).c_str(), 0755);
    TestDaemon::Options options;
    options.log_level = "info";
    options.network_namespace = net_->network_namespace(machine);
    options.parent_folder = net_->folder(machine);
    options.settings = {{"paths.jobs_directory", JobsOf(machine)},
                        {"machine.id", IdOf(machine)},
                        {"swarm.min_memory_bytes", "0"},
                        {"swarm.min_disk_bytes", "0"},
                        {"cache.max_size_percent", "100"},
                        {"cache.min_free_bytes", "0"}};
    daemons_.push_back(std::make_unique<TestDaemon>(options));
  }

  std::string Declaration(int machine, int percent) const {
    return absl::StrCat(
        "words:\n  url: ", origin_->Url("words"), "\n  path: ", FileOf(machine),
        "\n  sha256: ", Sha256Hex(bytes_), "\n  percent: ", percent, "\n");
  }
  void RollOut(int percent) const {
    for (int i = 1; i <= kMachines; ++i) {
      Put(JobsOf(i), "words.yaml", Declaration(i, percent));
    }
  }

  // conf.d/fleet.yaml of a machine.
  void Configure(int machine, const std::string& text) {
    const std::filesystem::path file = daemon(machine).config_file();
    const std::string fragments = file.parent_path() / "conf.d";
    mkdir(fragments.c_str(), 0755);
    Put(fragments, "fleet.yaml", text);
  }

  // What `convoy rollout plan` says, before anything happens.
  std::set<std::string> Plan(int percent) const {
    const std::string file = net_->folder(0) + "/words.yaml";
    WriteFile(file, Declaration(1, percent));
    std::vector<std::string> ids;
    for (int i = 1; i <= kMachines; ++i) ids.push_back(IdOf(i));
    const ProcessResult plan =
        RunProcess({{Runfile("client/cli/convoy"), "rollout", "plan", file,
                     "--machines", absl::StrJoin(ids, ",")}});
    EXPECT_EQ(plan.exit_code, 0) << plan.output;
    std::set<std::string> chosen;
    for (absl::string_view line : absl::StrSplit(plan.output, '\n')) {
      if (!absl::StartsWith(line, "web-")) continue;
      chosen.insert(std::string(line.substr(0, line.find(' '))));
    }
    EXPECT_THAT(plan.output,
                HasSubstr(absl::StrCat("words: ", chosen.size(), " of 12 ")));
    return chosen;
  }

  TestDaemon& daemon(int machine) {
    return *daemons_[static_cast<std::size_t>(machine - 1)];
  }
  double Copies() const {
    return static_cast<double>(origin_->BodyBytesSent()) / kSize;
  }

  std::unique_ptr<SwarmNet> net_;
  std::unique_ptr<Nginx> origin_;
  std::string bytes_;
  std::vector<std::unique_ptr<TestDaemon>> daemons_;
};

TEST_F(RolloutTest, AQuarterFirstThenAllAndOneCopyLeavesTheOrigin) {
  const std::set<std::string> canaries = Plan(25);
  ASSERT_GE(canaries.size(), 1u);
  ASSERT_LT(canaries.size(), 12u);
  EXPECT_EQ(Plan(100).size(), 12u);
  // One machine's file is broken: that harms nothing.
  Put(JobsOf(5), "broken.yaml",
      "other:\n  url: https://example.org/x\n  pth: /x\n");

  RollOut(25);
  for (int i = 1; i <= kMachines; ++i) {
    const bool canary = canaries.count(IdOf(i)) > 0;
    EXPECT_TRUE(Reaches(daemon(i), "words",
                        canary ? v1::DeclaredJob::PHASE_PRESENT
                               : v1::DeclaredJob::PHASE_NOT_SELECTED))
        << IdOf(i);
    EXPECT_EQ(Exists(FileOf(i)), canary) << IdOf(i);
  }
  ASSERT_TRUE(
      Eventually([this] { return Declared(daemon(5)).mistakes_size() == 1; }));
  EXPECT_THAT(Declared(daemon(5)).mistakes(0),
              HasSubstr("broken.yaml:3: other.pth: unknown key"));

  RollOut(100);
  for (int i = 1; i <= kMachines; ++i) {
    EXPECT_TRUE(Reaches(daemon(i), "words", v1::DeclaredJob::PHASE_PRESENT))
        << IdOf(i);
    EXPECT_TRUE(ReadFile(FileOf(i)) == bytes_) << IdOf(i);
  }
  // Probes for size and validator send a byte each.
  EXPECT_LT(Copies(), 1.1);
  std::printf("%zu canaries, then 12 machines: %.3f origin copies\n",
              canaries.size(), Copies());
}

TEST_F(RolloutTest, AChangedConfigurationUnderLoadLosesNothing) {
  constexpr char kKey[] = "bandwidth.lan_download_bytes_per_second";
  const std::set<std::string> canaries = Plan(25);
  std::vector<int> others;
  for (int i = 1; i <= kMachines; ++i) {
    if (canaries.count(IdOf(i)) == 0) others.push_back(i);
  }
  ASSERT_FALSE(others.empty());
  RollOut(25);
  for (int i = 1; i <= kMachines; ++i) {
    if (canaries.count(IdOf(i)) == 0) continue;
    ASSERT_TRUE(Reaches(daemon(i), "words", v1::DeclaredJob::PHASE_PRESENT));
  }

  // The others take it from them, so slowly that the change comes in between.
  // Slow peers are nevertheless better than the origin.
  const std::string peers = "swarm: {background_min_bytes_per_second: 0}\n";
  for (const int i : others) {
    Configure(i,
              peers + "bandwidth: {lan_download_bytes_per_second: 500000}\n");
  }
  for (const int i : others) {
    ASSERT_TRUE(
        Eventually([&] { return ValueOf(daemon(i), kKey) == "500000"; }));
  }
  RollOut(100);
  for (const int i : others) {
    ASSERT_TRUE(Eventually([&] {
      return Statistics(daemon(i)).lan_bytes() > 0;
    })) << daemon(i).Log();
  }
  EXPECT_EQ(Find(daemon(others[0]), "words").phase(),
            v1::DeclaredJob::PHASE_FETCHING);

  // They get a new configuration; that of one has a mistake.
  const int broken = others.back();
  for (const int i : others) {
    Configure(i,
              peers + (i == broken ? "bandwidth:\n"
                                     "  lan_download_bytes_per_second: much\n"
                                   : "limits: {max_jobs_per_user: 77}\n"));
  }
  for (const int i : others) {
    EXPECT_TRUE(Reaches(daemon(i), "words", v1::DeclaredJob::PHASE_PRESENT));
    EXPECT_TRUE(ReadFile(FileOf(i)) == bytes_) << IdOf(i);
    EXPECT_TRUE(Eventually([&] {
      return ValueOf(daemon(i), kKey) == (i == broken ? "500000" : "0");
    })) << IdOf(i);
    const v1::HostStatistics end = Statistics(daemon(i));
    EXPECT_THAT(end.failures_by_reason(), IsEmpty()) << IdOf(i);
    if (i != broken) {
      EXPECT_THAT(end.config_mistakes(), IsEmpty()) << IdOf(i);
      continue;
    }
    EXPECT_THAT(end.config_mistakes(),
                ElementsAre(HasSubstr(
                    "fleet.yaml:3: bandwidth.lan_download_bytes_per_second")));
  }
  EXPECT_LT(Copies(), 1.1);
  std::printf("%zu machines, configured anew meanwhile: %.3f origin copies\n",
              others.size(), Copies());
}

}  // namespace
}  // namespace convoy::testing
