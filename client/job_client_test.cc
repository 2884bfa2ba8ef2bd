#include "client/job_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/admin_client.h"
#include "client/fake_daemon.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;

class JobClientTest : public ::testing::Test {
 protected:
  static v1::Job Named(const std::string& name) {
    v1::Job job;
    job.set_display_name(name);
    job.set_state(v1::JOB_STATE_SUSPENDED);
    return job;
  }

  FakeDaemon daemon_;
  const JobClient client_{{daemon_.socket_path()}};
};

TEST_F(JobClientTest, CreatesAJobAndReadsItBack) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("maps");
  request.add_files()->set_remote_url("http://origin.test/a");

  const absl::StatusOr<v1::Job> made = client_.CreateJob(request);

  ASSERT_TRUE(made.ok()) << made.status();
  const absl::StatusOr<v1::Job> read = client_.GetJob(made->id());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->display_name(), "maps");
  EXPECT_EQ(read->progress().total_files(), 1);
}

TEST_F(JobClientTest, GivesEachCreationARequestIdOfItsOwn) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("maps");
  const absl::StatusOr<v1::Job> first = client_.CreateJob(request);
  const absl::StatusOr<v1::Job> second = client_.CreateJob(request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->id(), second->id());
}

TEST_F(JobClientTest, KeepsTheCallersRequestId) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("maps");
  request.set_request_id("mine");
  const absl::StatusOr<v1::Job> first = client_.CreateJob(request);
  const absl::StatusOr<v1::Job> second = client_.CreateJob(request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->id(), second->id());
}

TEST_F(JobClientTest, SteersAJob) {
  const std::string id = daemon_.PutJob(Named("maps"));
  const auto resumed = client_.ResumeJob(id);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(resumed->state(), v1::JOB_STATE_QUEUED);
  const auto suspended = client_.SuspendJob(id);
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  EXPECT_EQ(suspended->state(), v1::JOB_STATE_SUSPENDED);
  const auto completed = client_.CompleteJob(id);
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_EQ(completed->job().state(), v1::JOB_STATE_ACKNOWLEDGED);
}

TEST_F(JobClientTest, AnErrorKeepsItsDetail) {
  daemon_.FailNext("CreateJob", Error(v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB,
                                      v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
                                    .Policy("limits.max_files_per_job")
                                    .Field("files")
                                    .Status("201 files are too many"));

  const absl::Status status = client_.CreateJob({}).status();

  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_EQ(status.message(), "201 files are too many");
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  ASSERT_TRUE(detail.has_value());
  EXPECT_EQ(detail->reason(), v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB);
  EXPECT_EQ(detail->policy(), "limits.max_files_per_job");
  EXPECT_EQ(detail->field(), "files");
}

TEST_F(JobClientTest, ACallEndsAtItsDeadline) {
  const std::string id = daemon_.PutJob(Named("maps"));
  daemon_.HangNext("GetJob");
  const JobClient hasty({daemon_.socket_path(), absl::Milliseconds(500)});

  const absl::Status status = hasty.GetJob(id).status();

  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("did not answer within 500ms"));
  EXPECT_FALSE(IsDaemonUnreachable(status));
}

TEST_F(JobClientTest, SaysWhyTheDaemonCannotBeReached) {
  const JobClient lost({"/tmp/convoy-there-is-no-such-socket"});
  const absl::Status status = lost.GetJob("x").status();
  EXPECT_TRUE(IsDaemonUnreachable(status)) << status;
  EXPECT_EQ(status.message(),
            "cannot reach the daemon at /tmp/convoy-there-is-no-such-socket: "
            "there is no such socket");
}

TEST_F(JobClientTest, ASocketPathThatIsTooLongIsAnError) {
  const JobClient lost({"/tmp/" + std::string(200, 'x')});
  const absl::Status status = lost.GetJob("x").status();
  EXPECT_TRUE(IsDaemonUnreachable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("longer than 107"));
}

TEST_F(JobClientTest, FindsTheDaemonAgainAfterARestart) {
  const std::string id = daemon_.PutJob(Named("maps"));
  ASSERT_TRUE(client_.GetJob(id).ok());
  daemon_.Stop();
  EXPECT_TRUE(IsDaemonUnreachable(client_.GetJob(id).status()));
  daemon_.Start();
  absl::StatusOr<v1::Job> job = client_.GetJob(id);
  while (IsDaemonUnreachable(job.status())) job = client_.GetJob(id);
  EXPECT_TRUE(job.ok()) << job.status();
}

TEST_F(JobClientTest, ManyThreadsShareOneClient) {
  const std::string id = daemon_.PutJob(Named("maps"));
  std::vector<std::thread> threads;
  std::vector<int> good(8);
  for (int& count : good) {
    threads.emplace_back([&, counter = &count] {
      for (int i = 0; i < 50; ++i) *counter += client_.GetJob(id).ok();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(good, ::testing::Each(50));
}

TEST_F(JobClientTest, AdminClientTellsHealthAndStatistics) {
  v1::HostStatistics statistics;
  statistics.set_running_jobs(7);
  daemon_.SetStatistics(statistics);
  const AdminClient admin({daemon_.socket_path()});

  const auto read = admin.GetHostStatistics();
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->running_jobs(), 7);
  EXPECT_TRUE(*admin.IsServing());
  daemon_.SetServing(false);
  EXPECT_FALSE(*admin.IsServing());
}

}  // namespace
}  // namespace convoy
