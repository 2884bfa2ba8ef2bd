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

// What the owner's own check of the bytes said.
class VerdictTest : public JobExtrasTest {
 protected:
  absl::StatusOr<v1::JobFile> Judge(const std::string& id, bool is_right,
                                    int index = 0) {
    v1::UpdateFileRequest request;
    request.set_job_id(id);
    request.mutable_file()->set_index(index);
    request.mutable_file()->set_validated(is_right);
    request.mutable_update_mask()->add_paths("validated");
    absl::StatusOr<v1::JobFile> file = harness_.UpdateFile(request);
    harness_.RunUntilIdle();
    return file;
  }
  // Ends transfer `index`; a peer gave 60 of its 100 bytes.
  void SucceedWithPeers(std::size_t index) {
    TransferEnd end;
    end.news = FakeTransferEngine::Progress(100, 100);
    end.news.origin_bytes = 40;
    end.news.lan_bytes = 60;
    end.news.content_id = std::string(20, 'c');
    harness_.engine.SendEnd(index, std::move(end));
    harness_.RunUntilIdle();
  }
};

TEST_F(VerdictTest, ARightFileStaysAsItIs) {
  const std::string id = harness_.CreateTransferred({"/d/a"});
  EXPECT_TRUE(Judge(id, true)->validated());
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
  harness_.KillAndRestart();
  EXPECT_TRUE(harness_.Files(id)[0].validated());
  v1::UpdateFileRequest request;
  request.set_job_id(id);
  request.mutable_file()->set_index(0);
  request.mutable_update_mask()->add_paths("validated");
  EXPECT_FALSE(harness_.UpdateFile(request)->has_validated());
  EXPECT_EQ(harness_.engine.count(), 1u);
}

TEST_F(VerdictTest, ThereIsNoneBeforeTheFileIsTransferred) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  for (const bool is_right : {true, false}) {
    const absl::Status refused = Judge(id, is_right).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ErrorDetailOf(refused).field(), "file.validated");
  }
  EXPECT_TRUE(harness_.engine.running(0));
}

TEST_F(VerdictTest, WrongBytesOfTheOriginAreAnErrorAndResumeFetchesThemAgain) {
  const std::string id = harness_.CreateTransferred({"/d/a", "/d/b"});
  const std::uint64_t inode = harness_.Stored(id)->files[1].transfer->inode;
  const auto file = Judge(id, false, 1);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_FALSE(file->transferred());
  EXPECT_EQ(file->transferred_bytes(), 0);
  const auto job = harness_.Get(id);
  EXPECT_EQ(job->state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(job->error().detail().reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_EQ(job->error().detail().context(), v1::ERROR_CONTEXT_REMOTE_FILE);
  EXPECT_EQ(job->error().file_index(), 1);
  EXPECT_EQ(job->error_count(), 1);
  EXPECT_EQ(job->progress().transferred_files(), 1);
  EXPECT_EQ(harness_.engine.count(), 2u);

  harness_.KillAndRestart();
  ASSERT_TRUE(harness_.Resume(id).ok());
  harness_.RunUntilIdle();
  ASSERT_EQ(harness_.engine.count(), 3u);
  const TransferSpec& spec = harness_.engine.spec(2);
  EXPECT_EQ(spec.checkpoint, "");
  EXPECT_TRUE(spec.urls_alone);
  EXPECT_EQ(spec.download_mode, DownloadMode::kHttpOnly);
  harness_.engine.Succeed(2, "content");
  harness_.RunUntilIdle();
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
  // The old file may be open elsewhere, and is not written to.
  EXPECT_NE(harness_.Stored(id)->files[1].transfer->inode, inode);
}

TEST_F(VerdictTest, WrongBytesOfPeersAreFetchedFromTheOrigin) {
  const std::string id = harness_.CreateRunning({"/d/a"});
  EXPECT_FALSE(harness_.engine.spec(0).urls_alone);
  SucceedWithPeers(0);
  ASSERT_EQ(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
  ASSERT_TRUE(Judge(id, false).ok());
  EXPECT_EQ(harness_.engine.contents().released,
            std::vector<std::string>{std::string(20, 'c')});
  ASSERT_EQ(harness_.engine.count(), 2u);
  EXPECT_TRUE(harness_.engine.running(1));
  EXPECT_TRUE(harness_.engine.spec(1).urls_alone);
  EXPECT_EQ(harness_.engine.spec(1).download_mode, DownloadMode::kHttpOnly);
  EXPECT_FALSE(harness_.Get(id)->has_error());
  EXPECT_EQ(harness_.Files(id)[0].transferred_bytes(), 0);
  EXPECT_EQ(harness_.Files(id)[0].source_bytes().lan_bytes(), 0);
  harness_.engine.Succeed(1, "content");
  harness_.RunUntilIdle();
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
  // These are of the origin.
  ASSERT_TRUE(Judge(id, false).ok());
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_ERROR);
}

TEST_F(VerdictTest, AJobThatRunsGoesOnWithTheFile) {
  const std::string id = harness_.CreateRunning({"/d/a", "/d/b"});
  SucceedWithPeers(0);
  ASSERT_EQ(harness_.engine.count(), 2u);
  ASSERT_TRUE(Judge(id, false).ok());
  ASSERT_EQ(harness_.engine.count(), 3u);
  EXPECT_TRUE(harness_.engine.running(1));
  EXPECT_TRUE(harness_.engine.spec(2).urls_alone);
  harness_.engine.Succeed(1, "content");
  harness_.RunUntilIdle();
  EXPECT_NE(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
  harness_.engine.Succeed(2, "content");
  harness_.RunUntilIdle();
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
}

TEST_F(VerdictTest, ASuspendedJobWaits) {
  const std::string id = harness_.CreateRunning({"/d/a", "/d/b"});
  SucceedWithPeers(0);
  ASSERT_TRUE(harness_.Suspend(id).ok());
  ASSERT_TRUE(Judge(id, false).ok());
  EXPECT_EQ(harness_.StateOf(id), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(harness_.engine.count(), 2u);
  ASSERT_TRUE(harness_.Resume(id).ok());
  harness_.RunUntilIdle();
  EXPECT_EQ(harness_.engine.count(), 4u);
}

TEST_F(VerdictTest, AJobThatIsOverTakesNone) {
  const std::string id = harness_.CreateTransferred({"/d/a"});
  ASSERT_TRUE(harness_.Complete(id).ok());
  EXPECT_EQ(ErrorDetailOf(Judge(id, false).status()).reason(),
            v1::ERROR_REASON_INVALID_STATE);
  EXPECT_TRUE(harness_.Files(id)[0].completed());
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
  // One that cannot be begun has its next try later (job_notifier_test.cc).
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
  harness_.settings.providers["limits.max_download_seconds"] = "c.yaml:1";
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

  // Where nobody has set it, it bounds nothing.
  harness_.settings.providers.clear();
  EXPECT_EQ(harness_.Get(harness_.Create(request)->id())
                ->maximum_download_time()
                .seconds(),
            1000);

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
