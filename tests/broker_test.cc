// A daemon without root's rights, and its broker: the jobs of two users, what
// runs for them, and a broker that dies in the middle.

#include <grpcpp/grpcpp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"
#include "tests/buf_client.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_broker.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr uid_t kAnna = 61'001;
constexpr std::int64_t kMiB = 1 << 20;

class BrokerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (getuid() != 0) GTEST_SKIP() << "the broker needs root";
    chmod(homes_.path().c_str(), 0755);
    ASSERT_EQ(mkdir(Home().c_str(), 0700), 0);
    ASSERT_EQ(chown(Home().c_str(), kAnna, kAnna), 0);
  }

  TestDaemon::Options OptionsWith(const TestBroker& broker) const {
    TestDaemon::Options options;
    options.uid = TestBroker::kUid;
    options.broker = broker.socket();
    return options;
  }
  std::string Home() const { return homes_.path() + "/anna"; }

  // Anna's; TRANSFERRED or failed when this returns.
  absl::StatusOr<v1::Job> RunForAnna(TestDaemon& daemon, const std::string& url,
                                     const std::string& path) {
    const std::string id = CreateForAnna(daemon, url, path);
    return daemon.WaitFor(id, {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
  }
  // Resumed. Its id.
  std::string CreateForAnna(TestDaemon& daemon, const std::string& url,
                            const std::string& path) {
    const BufClient anna(daemon.socket(), kAnna);
    const ProcessResult created = anna.Call(
        "convoy.v1.JobService/CreateJob",
        absl::StrCat(R"({"job":{"display_name":"n"},"files":[{"remote_url":")",
                     url, R"(","local_path":")", path, R"("}]})"));
    EXPECT_EQ(created.exit_code, 0) << created.output;
    const std::size_t at = created.output.find(R"("id":)");
    if (at == std::string::npos) return "";
    const std::size_t begin = created.output.find('"', at + 5) + 1;
    const std::string id = created.output.substr(begin, 36);
    EXPECT_TRUE(daemon.Resume(id).ok());
    return id;
  }

  // What the self test says of the broker.
  static v1::SelfTestCheck BrokerCheck(TestDaemon& daemon) {
    grpc::ClientContext context;
    v1::RunSelfTestResponse response;
    EXPECT_TRUE(daemon.admin().RunSelfTest(&context, {}, &response).ok());
    for (const v1::SelfTestCheck& check : response.checks()) {
      if (check.name() == "broker") return check;
    }
    ADD_FAILURE() << response.DebugString();
    return {};
  }

  TempDir homes_;
};

TEST_F(BrokerTest, TheDaemonHasNoRightsOfRoots) {
  TestBroker broker;
  TestDaemon daemon(OptionsWith(broker));
  const std::string status =
      ReadFile(absl::StrCat("/proc/", daemon.pid(), "/status"));
  EXPECT_THAT(status, AllOf(HasSubstr("Uid:\t61900\t61900\t61900\t61900\n"),
                            HasSubstr("CapPrm:\t0000000000000000\n"),
                            HasSubstr("CapEff:\t0000000000000000\n")));
}

// Files and commands by brokers of their own.
TEST_F(BrokerTest, JobsOfRootAndCommandsOfOwnersWorkToo) {
  TestBroker broker({"--only=files"});
  TestBroker commands({"--only=commands"});
  TestDaemon::Options options = OptionsWith(broker);
  options.command_broker = commands.socket();
  TestDaemon daemon(options);
  Nginx origin;
  WriteFile(origin.root() + "/a", "abc");
  const std::string path = homes_.path() + "/of-root";
  const std::string told = homes_.path() + "/told";
  v1::FetchRequest request;
  v1::NotifyCommand& command = *request.mutable_job()->mutable_notify_command();
  command.set_program("/bin/sh");
  command.add_arguments("-c");
  command.add_arguments(
      absl::StrCat("echo $(id -u) $CONVOY_JOB_STATE $CONVOY_SOCKET > ", told,
                   ".part; mv ", told, ".part ", told));
  *request.add_files() = File(origin.Url("a"), path);
  const auto job = daemon.Fetch(request);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(ReadFile(path), "abc");
  struct stat found = {};
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, 0u);
  ASSERT_TRUE(Eventually([&] { return Exists(told); }));
  EXPECT_EQ(ReadFile(told),
            absl::StrCat("0 TRANSFERRED ", daemon.socket(), "\n"));
}

TEST_F(BrokerTest, OwnersBelowTheLowestUidAreRefused) {
  TestBroker broker({"--min-uid=1000"});
  TestDaemon daemon(OptionsWith(broker));
  const absl::Status refused =
      daemon.Create({File("http://127.0.0.1:1/a", homes_.path() + "/a")})
          .status();
  EXPECT_EQ(ErrorDetailOf(refused).reason(), v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--min-uid"));
  EXPECT_NE(CreateForAnna(daemon, "http://127.0.0.1:1/a", Home() + "/a"), "");
}

TEST_F(BrokerTest, AFileThatOnlyItsOwnerMayReadIsGivenToPeersAfterARestart) {
  const int beacon_port = FreePort();
  TestDaemon::Options peer;
  peer.settings = {{"swarm.interfaces", "lo"},
                   {"swarm.listen_port", "0"},
                   {"swarm.beacon_port", std::to_string(beacon_port)}};
  TestBroker broker;
  TestDaemon::Options options = OptionsWith(broker);
  options.settings = peer.settings;
  TestDaemon daemon(options);
  Nginx origin;
  const std::string bytes = RandomBytes(4 * kMiB, 4);
  WriteFile(origin.root() + "/a.bin", bytes);
  ProcessOptions publish;
  publish.argv = {Runfile("client/cli/convoy"), "publish",
                  origin.root() + "/a.bin", "--url-prefix", origin.Url("")};
  ASSERT_EQ(RunProcess(publish).exit_code, 0);

  const std::string path = Home() + "/a.bin";
  const auto first = RunForAnna(daemon, origin.Url("a.bin"), path);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->state(), v1::JOB_STATE_TRANSFERRED) << first->DebugString();
  ASSERT_TRUE(daemon.Complete(first->id()).ok());
  // The cache has it by another name, in a folder of its own.
  const std::string cache = daemon.state_directory() + "/cache";
  ASSERT_TRUE(Eventually([&] { return ListFolder(cache).size() == 1; }));
  struct stat kept = {};
  ASSERT_EQ(stat((cache + "/" + ListFolder(cache)[0]).c_str(), &kept), 0);
  EXPECT_EQ(kept.st_uid, kAnna);
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  ASSERT_EQ(daemon.Stop(), 0);
  ASSERT_EQ(unlink(path.c_str()), 0);
  daemon.Start();

  for (const auto& setting : FromPeersAlone()) peer.settings.push_back(setting);
  TestDaemon second(peer);
  const auto job =
      second.Run({File(origin.Url("a.bin"), homes_.path() + "/second")});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_EQ(job->progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(job->progress().source_bytes().lan_bytes(), 4 * kMiB);
}

TEST_F(BrokerTest, JobsGoOnWhenTheBrokerIsKilledAndStartedAgain) {
  TestBroker broker;
  TestDaemon daemon(OptionsWith(broker));
  Nginx::Options slow;
  slow.rate = "300k";
  Nginx origin(slow);
  const std::string bytes = RandomBytes(3 * kMiB, 3);
  WriteFile(origin.root() + "/a", bytes);
  const std::string path = Home() + "/a";
  const std::string id = CreateForAnna(daemon, origin.Url("a"), path);
  ASSERT_TRUE(daemon.WaitForBytes(id, kMiB).ok());
  broker.Kill();
  // A job that needs the broker now waits for it, and does not fail.
  broker.Start();
  const auto job = daemon.WaitFor(id, {v1::JOB_STATE_TRANSFERRED});
  ASSERT_TRUE(job.ok()) << job.status();
  const auto completed = daemon.Complete(id);
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_EQ(ReadFile(path), bytes);
  struct stat found = {};
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, kAnna);
}

TEST_F(BrokerTest, WithoutItsBrokerTheDaemonNamesTheSocketAndGoesOnLater) {
  TestBroker broker;
  TestDaemon daemon(OptionsWith(broker));
  broker.Kill();
  const std::string path = homes_.path() + "/a";
  const absl::Status refused =
      daemon.Create({File("http://127.0.0.1:1/a", path)}).status();
  EXPECT_THAT(std::string(refused.message()), HasSubstr(broker.socket()));
  EXPECT_TRUE(ErrorDetailOf(refused).retryable()) << refused;
  const auto check = BrokerCheck(daemon);
  EXPECT_FALSE(check.passed());
  EXPECT_THAT(check.message(), HasSubstr(broker.socket()));
  broker.Start();
  EXPECT_TRUE(BrokerCheck(daemon).passed());
  EXPECT_TRUE(daemon.Create({File("http://127.0.0.1:1/a", path)}).ok());
}

TEST_F(BrokerTest, ADaemonDoesNotStartWithoutItsBroker) {
  ProcessOptions options;
  options.argv = {Runfile("daemon/convoyd"), "--config=/dev/null",
                  "--state-dir=" + homes_.path() + "/state",
                  "--socket=" + homes_.path() + "/s",
                  "--broker=" + homes_.path() + "/none"};
  const ProcessResult result = RunProcess(options);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output,
              HasSubstr(absl::StrCat("the broker at ", homes_.path(),
                                     "/none cannot be reached: No such file")));
}

}  // namespace
}  // namespace convoy::testing
