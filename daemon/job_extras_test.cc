#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/config_file.h"
#include "daemon/job_manager_testing.h"
#include "gtest/gtest.h"
#include "peer/fake_transfer_engine.h"
#include "proto/error_detail.h"

// Annotations, notify commands, the maximum download time, network costs.
namespace convoy {
namespace {

v1::CreateJobRequest Request(const std::string& path = "/d/a") {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("job");
  v1::JobFile* const file = request.add_files();
  file->set_remote_url("http://origin.example/a");
  file->set_local_path(path);
  return request;
}

v1::UpdateJobRequest Update(const std::string& id, const std::string& field) {
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(id);
  request.mutable_update_mask()->add_paths(field);
  return request;
}

class JobExtrasTest : public testing::Test {
 protected:
  std::string Run(const v1::CreateJobRequest& request) {
    const auto job = harness_.Create(request);
    EXPECT_TRUE(job.ok()) << job.status();
    EXPECT_TRUE(harness_.Resume(job->id()).ok());
    return job->id();
  }

  ManagerHarness harness_;
};

TEST_F(JobExtrasTest, AnnotationsAreKeptAndSelectJobs) {
  v1::CreateJobRequest request = Request();
  (*request.mutable_job()->mutable_annotations())["ring"] = "canary";
  (*request.mutable_job()->mutable_annotations())["ticket"] = "17";
  const std::string canary = harness_.Create(request)->id();
  (*request.mutable_job()->mutable_annotations())["ring"] = "rest";
  const std::string rest = harness_.Create(request)->id();
  ASSERT_TRUE(harness_.Create(Request()).ok());

  harness_.KillAndRestart();
  v1::ListJobsRequest list;
  (*list.mutable_annotations())["ticket"] = "17";
  EXPECT_EQ(harness_.List(list)->jobs_size(), 2);
  (*list.mutable_annotations())["ring"] = "canary";
  const auto found = harness_.List(list);
  ASSERT_EQ(found->jobs_size(), 1);
  EXPECT_EQ(found->jobs(0).id(), canary);
  EXPECT_EQ(found->jobs(0).annotations().at("ticket"), "17");

  // A mask without annotations removes them.
  const auto updated = harness_.Update(Update(rest, "annotations"));
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_TRUE(updated->annotations().empty());
  EXPECT_EQ(harness_.List(list)->jobs_size(), 1);
}

TEST_F(JobExtrasTest, TheOwnersVerdictIsKeptAndDisturbsNothing) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  v1::UpdateFileRequest request;
  request.set_job_id(id);
  request.mutable_file()->set_validated(true);
  request.mutable_update_mask()->add_paths("validated");
  EXPECT_TRUE(harness_.UpdateFile(request)->validated());
  EXPECT_EQ(harness_.engine.count(), 1u);
  EXPECT_TRUE(harness_.engine.running(0));
  harness_.KillAndRestart();
  ASSERT_EQ(harness_.Files(id).size(), 1u);
  EXPECT_TRUE(harness_.Files(id)[0].has_validated());
  request.mutable_file()->clear_validated();
  EXPECT_FALSE(harness_.UpdateFile(request)->has_validated());
}

TEST_F(JobExtrasTest, FilesTellWhoAnsweredAndHow) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  TransferNews news = FakeTransferEngine::Progress(10, 100);
  news.http_status = 206;
  news.server_address = "192.0.2.1:443";
  harness_.engine.SendNews(0, news);
  harness_.Advance(absl::Seconds(1));
  EXPECT_EQ(harness_.Files(id)[0].http_status(), 206);
  EXPECT_EQ(harness_.Files(id)[0].server_address(), "192.0.2.1:443");
  harness_.engine.Fail(0, FatalFailure());
  harness_.RunUntilIdle();
  EXPECT_EQ(harness_.Files(id)[0].http_status(), 404);
}

class NotifyCommandTest : public JobExtrasTest {
 protected:
  static v1::CreateJobRequest WithCommand() {
    v1::CreateJobRequest request = Request();
    v1::NotifyCommand* const command =
        request.mutable_job()->mutable_notify_command();
    command->set_program("/usr/bin/notify");
    command->add_arguments("--from=convoy");
    return request;
  }
  std::string StateTold(std::size_t command) {
    return harness_.commands.commands.at(command).environment.at(
        "CONVOY_JOB_STATE");
  }
  std::size_t count() const { return harness_.commands.commands.size(); }
};

TEST_F(NotifyCommandTest, RunsOnceAsTheOwnerWhenTheJobIsTransferred) {
  const std::string id = Run(WithCommand());
  EXPECT_EQ(count(), 0u);
  harness_.engine.Succeed(0, "content");
  harness_.RunUntilIdle();
  ASSERT_EQ(count(), 1u);
  const OwnerCommand& command = harness_.commands.commands[0];
  EXPECT_EQ(command.owner.uid, 1000u);
  EXPECT_EQ(command.program, "/usr/bin/notify");
  EXPECT_EQ(command.arguments, std::vector<std::string>{"--from=convoy"});
  EXPECT_EQ(command.environment.at("CONVOY_JOB_ID"), id);
  EXPECT_EQ(command.environment.at("CONVOY_JOB_NAME"), "job");
  EXPECT_EQ(StateTold(0), "TRANSFERRED");

  harness_.commands.Begin(0);
  harness_.commands.End(0);
  harness_.RunUntilIdle();
  harness_.KillAndRestart();
  EXPECT_TRUE(harness_.Complete(id).ok());
  EXPECT_EQ(count(), 1u);
}

TEST_F(NotifyCommandTest, ARestartBeforeItHasBegunRunsItAgain) {
  Run(WithCommand());
  harness_.engine.Succeed(0, "content");
  harness_.RunUntilIdle();
  EXPECT_EQ(count(), 1u);
  harness_.KillAndRestart();
  ASSERT_EQ(count(), 2u);
  EXPECT_EQ(StateTold(1), "TRANSFERRED");
  harness_.commands.Begin(1, absl::NotFoundError("no such file"));
  harness_.RunUntilIdle();
  // One that cannot be begun is not tried again.
  harness_.KillAndRestart();
  EXPECT_EQ(count(), 2u);
}

TEST_F(NotifyCommandTest, EachErrorRunsItAgainAndFlagsDecide) {
  const std::string id = Run(WithCommand());
  harness_.engine.Fail(0, FatalFailure());
  harness_.RunUntilIdle();
  ASSERT_EQ(count(), 1u);
  EXPECT_EQ(StateTold(0), "ERROR");
  EXPECT_EQ(harness_.commands.commands[0].environment.at("CONVOY_JOB_ERROR"),
            "HTTP_STATUS");
  // While it runs, another error waits for its end.
  harness_.commands.Begin(0);
  EXPECT_TRUE(harness_.Resume(id).ok());
  harness_.engine.Fail(1, FatalFailure());
  harness_.RunUntilIdle();
  EXPECT_EQ(count(), 1u);
  harness_.commands.End(0);
  harness_.RunUntilIdle();
  ASSERT_EQ(count(), 2u);
  harness_.commands.Begin(1);
  harness_.commands.End(1);

  v1::UpdateJobRequest update = Update(id, "notify_flags");
  update.mutable_job()->set_notify_flags(1);
  EXPECT_TRUE(harness_.Update(update).ok());
  EXPECT_TRUE(harness_.Resume(id).ok());
  harness_.engine.Fail(2, FatalFailure());
  harness_.RunUntilIdle();
  EXPECT_EQ(count(), 2u);

  update.mutable_job()->set_notify_flags(1 | 4);  // BG_NOTIFY_DISABLE.
  EXPECT_TRUE(harness_.Update(update).ok());
  EXPECT_TRUE(harness_.Resume(id).ok());
  harness_.engine.Succeed(3, "content");
  harness_.RunUntilIdle();
  EXPECT_EQ(count(), 2u);
}

TEST_F(NotifyCommandTest, OnlyTheOwnerAndRootMaySetIt) {
  const std::string id = Run(WithCommand());
  v1::UpdateJobRequest update = Update(id, "notify_command");
  update.mutable_job()->mutable_notify_command()->set_program("/bin/true");
  harness_.caller = {1001, 1001, /*administrator=*/true};
  const absl::Status refused = harness_.Update(update).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorDetailOf(refused).field(), "job.notify_command");
  harness_.caller = {0, 0, true};
  EXPECT_TRUE(harness_.Update(update).ok());
}

TEST_F(NotifyCommandTest, ANewOwnerDoesNotRunTheOldOnesCommand) {
  const std::string id = harness_.Create(WithCommand())->id();
  harness_.caller = {0, 0, true};
  const auto taken = harness_.TakeOwnership(id);
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_FALSE(taken->has_notify_command());
}

class DownloadTimeTest : public JobExtrasTest {
 protected:
  void Move(std::size_t transfer) {
    harness_.engine.SendNews(transfer,
                             FakeTransferEngine::Progress(++bytes_, 1'000'000));
    harness_.Advance(absl::Seconds(30));
  }

  int bytes_ = 0;
};

TEST_F(DownloadTimeTest, AJobThatTakesTooLongIsInErrorThoughItMoves) {
  v1::CreateJobRequest request = Request();
  request.mutable_job()->mutable_maximum_download_time()->set_seconds(100);
  const std::string id = Run(request);
  for (int i = 0; i < 3; ++i) Move(0);
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRING);
  const auto explained = harness_.Explain(id);
  ASSERT_GE(explained->factors_size(), 1);
  EXPECT_EQ(explained->factors().rbegin()->text(),
            "After 1m40s of connecting and transferring, all runs together, "
            "the job goes to ERROR.");
  // Time outside of CONNECTING and TRANSFERRING does not count.
  EXPECT_TRUE(harness_.Suspend(id).ok());
  harness_.Advance(absl::Hours(1));
  harness_.KillAndRestart();
  EXPECT_TRUE(harness_.Resume(id).ok());
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_CONNECTING);
  harness_.Advance(absl::Seconds(11));
  const auto job = harness_.Get(id);
  EXPECT_EQ(job->state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(job->error().detail().reason(), v1::ERROR_REASON_MAX_DOWNLOAD_TIME);
  EXPECT_EQ(job->error().detail().policy(), "");
  EXPECT_EQ(job->progress().transferred_bytes(), 3);

  // Resumed, it gets the whole time again.
  EXPECT_TRUE(harness_.Resume(id).ok());
  harness_.Advance(absl::Seconds(90));
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_CONNECTING);
}

TEST_F(DownloadTimeTest, TheConfigurationIsDefaultAndBound) {
  harness_.settings.config.mutable_limits()->set_max_download_seconds(60);
  v1::CreateJobRequest request = Request();
  request.mutable_job()->mutable_maximum_download_time()->set_seconds(1000);
  const std::string id = Run(request);
  EXPECT_EQ(harness_.Get(id)->maximum_download_time().seconds(), 60);
  harness_.Advance(absl::Seconds(61));
  EXPECT_EQ(harness_.Get(id)->error().detail().policy(),
            "limits.max_download_seconds");
  const auto explained = harness_.Explain(id);
  EXPECT_TRUE(
      absl::StrContains(explained->summary(), "limits.max_download_seconds"))
      << explained->summary();

  harness_.settings.config.mutable_limits()->set_max_download_seconds(0);
  EXPECT_FALSE(harness_.Get(harness_.Create(Request("/d/b"))->id())
                   ->has_maximum_download_time());
}

class NetworkCostTest : public JobExtrasTest {
 protected:
  static v1::CreateJobRequest NotCapped() {
    v1::CreateJobRequest request = Request();
    request.mutable_job()->set_cost_flags(0x1);
    return request;
  }
  void SetCost(const std::string& cost) {
    harness_.settings.config.mutable_network()->set_cost(cost);
  }
};

TEST_F(NetworkCostTest, AJobWaitsForANetworkThatItsFlagsAllow) {
  SetCost("capped");
  harness_.settings.providers["network.cost"] = "/etc/convoy/x.yaml:3";
  const std::string id = Run(NotCapped());
  const std::string other = Run(Request("/d/b"));
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(harness_.StateOf(other), v1::JOB_STATE_CONNECTING);
  const auto explained = harness_.Explain(id);
  EXPECT_TRUE(absl::StrContains(explained->summary(), "network is capped"))
      << explained->summary();
  ASSERT_GE(explained->factors_size(), 1);
  EXPECT_EQ(explained->factors(0).policy(), "network.cost");
  EXPECT_EQ(explained->factors(0).provider(), "/etc/convoy/x.yaml:3");

  harness_.KillAndRestart();
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_QUEUED);
  v1::UpdateJobRequest update = Update(id, "cost_flags");
  update.mutable_job()->set_cost_flags(0x3);
  EXPECT_TRUE(harness_.Update(update).ok());
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_CONNECTING);
  // And back.
  update.mutable_job()->set_cost_flags(0x41);
  EXPECT_TRUE(harness_.Update(update).ok());
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_QUEUED);
}

TEST_F(NetworkCostTest, EachCostHasItsBit) {
  const std::vector<std::pair<std::string, std::uint32_t>> costs = {
      {"unrestricted", 0x1},
      {"capped", 0x2},
      {"usage_based", 0x40},
      {"roaming", 0x80}};
  for (const auto& [cost, bit] : costs) {
    SetCost(cost);
    v1::CreateJobRequest request = Request("/d/" + cost);
    request.mutable_job()->set_cost_flags(bit);
    EXPECT_EQ(harness_.StateOf(Run(request)), v1::JOB_STATE_CONNECTING) << cost;
    request.mutable_job()->set_cost_flags(0xff & ~bit);
    EXPECT_EQ(harness_.StateOf(Run(request)), v1::JOB_STATE_QUEUED) << cost;
  }
}

}  // namespace
}  // namespace convoy
