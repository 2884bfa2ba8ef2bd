// The contract over TCP: who holds a certificate administers, nobody else gets
// anything.

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/job_client.h"
#include "convoy/v1/admin_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/pem_folder.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RemoteControlTest : public ::testing::Test {
 protected:
  RemoteControlTest() {
    keys_.MakeAuthority("fleet");
    keys_.MakeAuthority("other");
    keys_.MakeCertificate("server", "fleet", "subjectAltName=DNS:localhost");
    keys_.MakeCertificate("tool", "fleet", "subjectAltName=DNS:tool.example");
    keys_.MakeCertificate("stranger", "other",
                          "subjectAltName=DNS:tool.example");
  }

  using Settings = std::vector<std::pair<std::string, std::string>>;
  Settings RemoteSettings(const std::string& certificate,
                          const std::string& key) const {
    return {{"remote_control.listen", "127.0.0.1:0"},
            {"remote_control.ca_file", keys_.Path("fleet")},
            {"remote_control.certificate_file", keys_.Path(certificate)},
            {"remote_control.key_file", keys_.Path(key)}};
  }
  void StartDaemon() {
    TestDaemon::Options options;
    options.settings = RemoteSettings("server", "server-key");
    daemon_.emplace(options);
    std::smatch match;
    const std::string log = daemon_->Log();
    ASSERT_TRUE(std::regex_search(
        log, match, std::regex("remote control at 127\\.0\\.0\\.1:(\\d+)")))
        << log;
    port_ = match[1];
  }

  // The command, as the holder of a certificate.
  ProcessResult Convoy(const std::string& certificate,
                       const std::vector<std::string>& arguments,
                       const std::string& host = "localhost",
                       const std::string& authority = "fleet") {
    ProcessOptions options;
    options.argv = {Runfile("client/cli/convoy"),
                    "--connect",
                    host + ":" + port_,
                    "--ca",
                    keys_.Path(authority),
                    "--cert",
                    keys_.Path(certificate),
                    "--key",
                    keys_.Path(certificate + "-key")};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    return RunProcess(options);
  }
  // What the daemon's own socket is asked with, over TCP.
  grpc::Status Call(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    const auto admin = v1::AdminService::NewStub(
        grpc::CreateChannel("localhost:" + port_, credentials));
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    v1::HostStatistics statistics;
    return admin->GetHostStatistics(&context, {}, &statistics);
  }

  PemFolder keys_;
  TempDir destination_;
  Nginx origin_;
  std::optional<TestDaemon> daemon_;
  std::string port_;
};

TEST_F(RemoteControlTest, AHolderOfACertificateAdministersAndIsLogged) {
  StartDaemon();
  const std::string bytes = RandomBytes(70'000, 4);
  WriteFile(origin_.root() + "/a.bin", bytes);
  const std::string local = destination_.path() + "/a.bin";
  const ProcessResult get =
      Convoy("tool", {"get", origin_.Url("a.bin"), "-o", local});
  EXPECT_EQ(get.exit_code, 0) << get.output;
  EXPECT_TRUE(ReadFile(local) == bytes);
  // Only administrators may.
  const ProcessResult test = Convoy("tool", {"status", "--self-test"});
  EXPECT_EQ(test.exit_code, 0) << test.output;
  // Jobs of all users are its to see.
  const auto other = daemon_->Create({File(origin_.Url("a.bin"), local + "2")});
  ASSERT_TRUE(other.ok()) << other.status();
  const ProcessResult jobs = Convoy("tool", {"jobs", "--all-users"});
  EXPECT_THAT(jobs.output, HasSubstr(other->id().substr(0, 8)));
  const ProcessResult explained = Convoy("tool", {"explain", other->id()});
  EXPECT_THAT(explained.output, HasSubstr("The job is new and waits"));
  EXPECT_THAT(daemon_->Log(),
              AllOf(HasSubstr("remote control: tool.example@ipv4:127.0.0.1 "
                              "calls convoy.v1.JobService/Fetch"),
                    HasSubstr("tool.example@ipv4:127.0.0.1 calls "
                              "convoy.v1.JobService/ListJobs"),
                    HasSubstr("tool.example@ipv4:127.0.0.1 calls "
                              "convoy.v1.JobService/ExplainJob"),
                    HasSubstr("calls convoy.v1.AdminService/RunSelfTest")));
}

TEST_F(RemoteControlTest, TheLibraryConnectsToo) {
  StartDaemon();
  ClientOptions options;
  options.remote = RemoteDaemon{"localhost:" + port_, keys_.Path("fleet"),
                                keys_.Path("tool"), keys_.Path("tool-key")};
  const JobClient client(options);
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("from afar");
  const auto created = client.CreateJob(request);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(daemon_->Get(created->id())->display_name(), "from afar");
}

TEST_F(RemoteControlTest, WhoHasNoCertificateOfTheAuthorityGetsNothing) {
  StartDaemon();
  const ProcessResult stranger = Convoy("stranger", {"status"});
  EXPECT_EQ(stranger.exit_code, 4) << stranger.output;
  EXPECT_THAT(stranger.output, HasSubstr("hint: check --connect"));

  grpc::SslCredentialsOptions without;
  without.pem_root_certs = ReadFile(keys_.Path("fleet"));
  EXPECT_EQ(Call(grpc::SslCredentials(without)).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(grpc::InsecureChannelCredentials()).error_code(),
            grpc::StatusCode::UNAVAILABLE);

  keys_.MakeCertificate("late", "fleet", "subjectAltName=DNS:tool.example",
                        "-1");
  EXPECT_EQ(Convoy("late", {"status"}).exit_code, 4);

  EXPECT_THAT(daemon_->Log(), Not(HasSubstr(" calls convoy")));
  EXPECT_EQ(Convoy("tool", {"status"}).exit_code, 0);
}

TEST_F(RemoteControlTest, TheClientKnowsWhomItSpeaksTo) {
  StartDaemon();
  // Its certificate is for another name.
  const ProcessResult name = Convoy("tool", {"status"}, "127.0.0.1");
  EXPECT_EQ(name.exit_code, 4) << name.output;
  // It is of another authority.
  const ProcessResult authority =
      Convoy("tool", {"status"}, "localhost", "other");
  EXPECT_EQ(authority.exit_code, 4) << authority.output;
  EXPECT_THAT(daemon_->Log(), Not(HasSubstr(" calls convoy")));
}

TEST_F(RemoteControlTest, FilesThatCannotBeUsedAreErrorsThatNameTheKey) {
  const auto start = [this](const Settings& settings, int exit_code = 2) {
    ProcessOptions options;
    WriteFile(destination_.path() + "/convoyd.yaml", "");
    options.argv = {Runfile("daemon/convoyd"),
                    "--config=" + destination_.path() + "/convoyd.yaml",
                    "--state-dir=" + destination_.path() + "/state",
                    "--socket=" + destination_.path() + "/convoyd.sock"};
    for (const auto& [key, value] : settings) {
      options.argv.push_back(absl::StrCat("--set=", key, "=", value));
    }
    const ProcessResult result = RunProcess(options);
    EXPECT_EQ(result.exit_code, exit_code) << result.output;
    return result.output;
  };
  EXPECT_THAT(start(RemoteSettings("server", "tool-key")),
              HasSubstr("command line: remote_control.key_file: " +
                        keys_.Path("tool-key") + " is not the key of"));
  EXPECT_THAT(start(RemoteSettings("none", "server-key")),
              HasSubstr("remote_control.certificate_file: " +
                        keys_.Path("none") + " cannot be read: No such file"));
  EXPECT_THAT(start(RemoteSettings("server-key", "server-key")),
              HasSubstr("remote_control.certificate_file: " +
                        keys_.Path("server-key") + " holds no certificate"));
  Settings settings = RemoteSettings("server", "server-key");
  settings[0].second = "192.0.2.1:6770";
  EXPECT_THAT(start(settings, 1),
              HasSubstr("remote_control.listen: nothing can listen at "
                        "192.0.2.1:6770"));
}

}  // namespace
}  // namespace convoy::testing
