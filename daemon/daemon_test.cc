#include "daemon/daemon.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "convoy/v1/admin_service.grpc.pb.h"
#include "convoy/v1/job_service.grpc.pb.h"
#include "convoy/v1/swarm_service.grpc.pb.h"
#include "daemon/config_file.h"
#include "daemon/control_socket.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;

class DaemonTest : public ::testing::Test {
 protected:
  DaemonTest() {
    char name[] = "/tmp/convoy-daemon-XXXXXX";
    directory_ = ::mkdtemp(name);
    socket_ = directory_ + "/run/convoyd.sock";
  }

  absl::StatusOr<std::unique_ptr<Daemon>> Start(UniqueFd activated = {}) {
    Daemon::Options options;
    options.settings =
        *ParseConfig({}, {{"paths.state_directory", directory_ + "/state"},
                          {"paths.socket", socket_},
                          {"log.level", "error"}});
    options.identity = ThisIdentity();
    options.environment =
        [this](const std::string& variable) -> std::optional<std::string> {
      const auto found = environment_.find(variable);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
    options.activated_socket = std::move(activated);
    return Daemon::Start(std::move(options));
  }

  std::unique_ptr<v1::JobService::Stub> Jobs() const {
    return v1::JobService::NewStub(grpc::CreateChannel(
        "unix:" + socket_, grpc::InsecureChannelCredentials()));
  }
  std::string CreateJob() const {
    grpc::ClientContext context;
    v1::CreateJobRequest request;
    request.mutable_job()->set_display_name("test");
    v1::Job job;
    EXPECT_TRUE(Jobs()->CreateJob(&context, request, &job).ok());
    return job.id();
  }
  bool Knows(const std::string& id) const {
    grpc::ClientContext context;
    v1::GetJobRequest request;
    request.set_job_id(id);
    v1::Job job;
    return Jobs()->GetJob(&context, request, &job).ok();
  }

  std::string directory_;
  std::string socket_;
  std::map<std::string, std::string> environment_;
};

UniqueFd Bound(const std::string& path, int type) {
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  EXPECT_EQ(
      ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)),
      0);
  return fd;
}

TEST_F(DaemonTest, AnswersWhenItHasStarted) {
  const auto daemon = Start();
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  EXPECT_TRUE(Knows(CreateJob()));
}

TEST_F(DaemonTest, JobsOutliveIt) {
  std::string id;
  {
    const auto daemon = Start();
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    id = CreateJob();
  }
  const auto daemon = Start();
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  EXPECT_TRUE(Knows(id));
}

TEST_F(DaemonTest, StopEndsStreamsAndRemovesTheSocket) {
  const auto daemon = Start();
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const auto jobs = Jobs();
  grpc::ClientContext context;
  const auto reader = jobs->WatchJobs(&context, {});
  v1::WatchJobsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  (*daemon)->Stop();
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  struct stat attributes = {};
  EXPECT_NE(::stat(socket_.c_str(), &attributes), 0);
  (*daemon)->Stop();
}

TEST_F(DaemonTest, AnswersForItsContents) {
  const auto daemon = Start();
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const auto swarm = v1::SwarmService::NewStub(grpc::CreateChannel(
      "unix:" + socket_, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::ListContentsResponse response;
  const grpc::Status status = swarm->ListContents(&context, {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.contents_size(), 0);
}

TEST_F(DaemonTest, SelfTestPasses) {
  const auto daemon = Start();
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const auto admin = v1::AdminService::NewStub(grpc::CreateChannel(
      "unix:" + socket_, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::RunSelfTestResponse response;
  ASSERT_TRUE(admin->RunSelfTest(&context, {}, &response).ok());
  EXPECT_TRUE(response.passed()) << response.DebugString();
}

TEST_F(DaemonTest, SecondOneOnTheSameSocketIsToldAndHarmsNothing) {
  const auto first = Start();
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string id = CreateJob();
  const auto second = Start();
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("another daemon"));
  EXPECT_TRUE(Knows(id));
}

TEST_F(DaemonTest, SecondOneOnTheSameStateIsToldAndHarmsNothing) {
  const auto first = Start();
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string first_socket = socket_;
  const std::string id = CreateJob();
  socket_ += "2";
  const auto second = Start();
  EXPECT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("jobs.db"));
  struct stat attributes = {};
  EXPECT_NE(::stat(socket_.c_str(), &attributes), 0);
  socket_ = first_socket;
  EXPECT_TRUE(Knows(id));
}

TEST_F(DaemonTest, StateFolderThatCannotBeMadeIsNamed) {
  std::fclose(std::fopen((directory_ + "/state").c_str(), "w"));
  const auto daemon = Start();
  EXPECT_THAT(std::string(daemon.status().message()),
              HasSubstr(directory_ + "/state"));
}

TEST_F(DaemonTest, FoldersKeepOthersOut) {
  const auto daemon = Start();
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const bool all_users = ThisIdentity().serves_all_users();
  struct stat attributes = {};
  ASSERT_EQ(::stat((directory_ + "/state").c_str(), &attributes), 0);
  EXPECT_EQ(attributes.st_mode & 0777, 0700u);
  ASSERT_EQ(::stat((directory_ + "/run").c_str(), &attributes), 0);
  EXPECT_EQ(attributes.st_mode & 0777, all_users ? 0755u : 0700u);
  ASSERT_EQ(::stat(socket_.c_str(), &attributes), 0);
  EXPECT_EQ(attributes.st_mode & 0777, all_users ? 0666u : 0600u);
}

TEST_F(DaemonTest, ServiceManagerHearsOfStartAndStop) {
  const std::string path = directory_ + "/notify";
  const UniqueFd notified = Bound(path, SOCK_DGRAM);
  environment_["NOTIFY_SOCKET"] = path;
  const auto received = [&notified] {
    char text[100] = {};
    ::recv(notified.get(), text, sizeof(text) - 1, MSG_DONTWAIT);
    return std::string(text);
  };
  const auto daemon = Start();
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  EXPECT_EQ(received(), "READY=1");
  (*daemon)->Stop();
  EXPECT_EQ(received(), "STOPPING=1");
  EXPECT_EQ(received(), "");
}

TEST_F(DaemonTest, WatchdogIsFedFromTheStart) {
  const std::string path = directory_ + "/notify";
  const UniqueFd notified = Bound(path, SOCK_DGRAM);
  environment_["NOTIFY_SOCKET"] = path;
  environment_["WATCHDOG_USEC"] = "20000";
  const auto daemon = Start();
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  int fed = 0;
  while (fed < 3) {
    char text[100] = {};
    ASSERT_GT(::recv(notified.get(), text, sizeof(text) - 1, 0), 0);
    if (std::string(text) == "WATCHDOG=1") ++fed;
  }
}

TEST_F(DaemonTest, ServesAnActivatedSocketAndLeavesItsFile) {
  ::mkdir((directory_ + "/run").c_str(), 0755);
  UniqueFd activated = Bound(socket_, SOCK_STREAM);
  ASSERT_EQ(::listen(activated.get(), 10), 0);
  {
    const auto daemon = Start(std::move(activated));
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    EXPECT_TRUE(Knows(CreateJob()));
  }
  struct stat attributes = {};
  EXPECT_EQ(::stat(socket_.c_str(), &attributes), 0);
}

}  // namespace
}  // namespace convoy
