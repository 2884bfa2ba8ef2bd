#include <cstddef>
#include <string>

#include "daemon/job_manager.h"
#include "daemon/job_manager_testing.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

// What becomes of resumed jobs: transfers, failures, retries, turns.
namespace convoy {
namespace {

class JobTransfersTest : public testing::Test {
 protected:
  ManagerHarness h_;
};

TEST_F(JobTransfersTest, AJobGoesFromSuspendedToTransferred) {
  const std::string id = h_.Create({"/d/a"})->id();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(h_.engine.count(), 0u);

  EXPECT_EQ(h_.Resume(id)->state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
  ASSERT_EQ(h_.engine.count(), 1u);
  EXPECT_EQ(h_.engine.spec(0).urls[0], "http://origin.example/d/a");
  EXPECT_EQ(h_.engine.spec(0).checkpoint, "");

  h_.engine.SendNews(0, FakeTransferEngine::Progress(10, 100));
  h_.RunUntilIdle();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRING);

  h_.engine.SendEnd(0, {absl::OkStatus(), std::nullopt,
                        FakeTransferEngine::Progress(100, 100)});
  h_.RunUntilIdle();
  const v1::Job job = *h_.Get(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_TRANSFERRED);
  EXPECT_TRUE(job.has_transfer_complete_time());
  EXPECT_EQ(job.progress().transferred_bytes(), 100);
  EXPECT_EQ(job.progress().total_bytes(), 100);
  EXPECT_EQ(job.progress().transferred_files(), 1);
  EXPECT_FALSE(h_.files.Exists("/d/a"));
  EXPECT_EQ(h_.Stored(id)->state, v1::JOB_STATE_TRANSFERRED);
}

TEST_F(JobTransfersTest, AnEmptyFileNeedsNoFirstByte) {
  const std::string id = h_.CreateRunning({"/d/a"});
  TransferEnd end;
  end.news.size = 0;
  h_.engine.SendEnd(0, end);
  h_.RunUntilIdle();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
}

TEST_F(JobTransfersTest, FilesOfAJobRunAtTheSameTime) {
  const std::string id = h_.CreateRunning({"/d/a", "/d/b", "/d/c"});
  EXPECT_EQ(h_.engine.Running().size(), 3u);
  h_.engine.Succeed(1, "x");
  h_.engine.Succeed(0, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRING);
  h_.engine.Succeed(2, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
}

TEST_F(JobTransfersTest, ResumeWithoutFilesIsRefused) {
  const std::string id = h_.Create(std::vector<std::string>())->id();
  const absl::Status status = h_.Resume(id).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_EMPTY);
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_SUSPENDED);
}

TEST_F(JobTransfersTest, SuspendStopsAndResumeGoesOnFromTheCheckpoint) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(40, 100));
  h_.RunUntilIdle();
  EXPECT_EQ(h_.Suspend(id)->state(), v1::JOB_STATE_SUSPENDED);
  EXPECT_TRUE(h_.engine.Running().empty());
  EXPECT_EQ(h_.Get(id)->progress().transferred_bytes(), 40);

  h_.Resume(id).value();
  ASSERT_EQ(h_.engine.count(), 2u);
  EXPECT_EQ(h_.engine.spec(1).checkpoint, "checkpoint");
  EXPECT_EQ(h_.Get(id)->progress().transferred_bytes(), 40);
}

TEST_F(JobTransfersTest, AVoidCheckpointIsForgottenBeforeTheTransferGoesOn) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(40, 100));
  h_.Suspend(id).value();
  h_.Resume(id).value();
  EXPECT_EQ(h_.Stored(id)->files[0].transfer->checkpoint, "checkpoint");
  EXPECT_FALSE(h_.engine.checkpoint_forgotten(1));
  h_.engine.SendCheckpointVoid(1);
  h_.RunUntilIdle();
  EXPECT_TRUE(h_.engine.checkpoint_forgotten(1));
  EXPECT_EQ(h_.Stored(id)->files[0].transfer->checkpoint, "");
  EXPECT_EQ(h_.Get(id)->progress().transferred_bytes(), 0);
}

TEST_F(JobTransfersTest, AVoidCheckpointThatCannotBeForgottenEndsTheTransfer) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(40, 100));
  h_.Suspend(id).value();
  h_.Resume(id).value();
  h_.store.fail_commits = 1;
  h_.engine.SendCheckpointVoid(1);
  h_.RunUntilIdle();
  EXPECT_FALSE(h_.engine.checkpoint_forgotten(1));
  EXPECT_FALSE(h_.engine.running(1));
  EXPECT_EQ(h_.Stored(id)->files[0].transfer->checkpoint, "checkpoint");
}

TEST_F(JobTransfersTest, SuspendOfATransferredJobChangesNothing) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  EXPECT_EQ(h_.Suspend(id)->state(), v1::JOB_STATE_TRANSFERRED);
}

// Failures.

TEST_F(JobTransfersTest, AFailureThatMayPassIsTriedAgainAfterTheDelay) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.Fail(0, RetryableFailure());
  h_.RunUntilIdle();
  v1::Job job = *h_.Get(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_TRANSIENT_ERROR);
  EXPECT_EQ(job.error().detail().reason(), v1::ERROR_REASON_CONNECT_FAILURE);
  EXPECT_EQ(job.error().file_index(), 0);
  EXPECT_EQ(job.error_count(), 1);
  const absl::Duration wait =
      absl::FromUnixSeconds(job.next_retry_time().seconds()) - h_.clock.Now();
  EXPECT_GE(wait, absl::Seconds(599));
  EXPECT_LE(wait, absl::Seconds(750));

  h_.Advance(absl::Seconds(590));
  EXPECT_EQ(h_.engine.count(), 1u);
  h_.Advance(absl::Seconds(170));
  EXPECT_EQ(h_.engine.count(), 2u);
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
}

TEST_F(JobTransfersTest, TheWaitDoublesUntilBytesCome) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.Fail(0, RetryableFailure());
  h_.Advance(absl::Seconds(760));
  h_.engine.Fail(1, RetryableFailure());
  h_.RunUntilIdle();
  EXPECT_EQ(h_.Get(id)->error_count(), 2);
  h_.Advance(absl::Seconds(1190));
  EXPECT_EQ(h_.engine.count(), 2u);
  h_.Advance(absl::Seconds(320));
  ASSERT_EQ(h_.engine.count(), 3u);
  h_.engine.Fail(2, RetryableFailure(), 10, 100);
  h_.Advance(absl::Seconds(760));
  EXPECT_EQ(h_.engine.count(), 4u);
}

TEST_F(JobTransfersTest, RetryAfterIsHonoured) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendEnd(0, {RetryableFailure(), absl::Hours(3), {}});
  h_.Advance(absl::Hours(2.99));
  EXPECT_EQ(h_.engine.count(), 1u);
  h_.Advance(absl::Hours(0.5));
  EXPECT_EQ(h_.engine.count(), 2u);
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
}

TEST_F(JobTransfersTest, ResumeInTransientErrorTriesAtOnce) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.Fail(0, RetryableFailure());
  h_.RunUntilIdle();
  const v1::Job job = *h_.Resume(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_QUEUED);
  EXPECT_FALSE(job.has_error());
  EXPECT_EQ(h_.engine.count(), 2u);
}

TEST_F(JobTransfersTest, TheErrorIsGoneWhenBytesMoveAgain) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.Fail(0, RetryableFailure());
  h_.Advance(absl::Seconds(760));
  h_.engine.SendNews(1, FakeTransferEngine::Progress(1, 100));
  h_.RunUntilIdle();
  const v1::Job job = *h_.Get(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_TRANSFERRING);
  EXPECT_FALSE(job.has_error());
  EXPECT_EQ(job.error_count(), 1);
}

TEST_F(JobTransfersTest, AFatalFailureEndsTheOtherTransfersAndKeepsProgress) {
  const std::string id = h_.CreateRunning({"/d/a", "/d/b"});
  h_.engine.SendNews(1, FakeTransferEngine::Progress(30, 100));
  h_.engine.Fail(0, FatalFailure("no such file"));
  h_.RunUntilIdle();
  const v1::Job job = *h_.Get(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(job.error().message(), "no such file");
  EXPECT_EQ(job.error().detail().http_status(), 404);
  EXPECT_TRUE(h_.engine.Running().empty());
  EXPECT_EQ(job.progress().transferred_bytes(), 30);
  h_.Advance(absl::Hours(100));
  EXPECT_EQ(h_.engine.count(), 2u);
  EXPECT_EQ(h_.Resume(id)->state(), v1::JOB_STATE_QUEUED);
}

TEST_F(JobTransfersTest, WhileOtherFilesGoOnAFileThatMayRecoverWaits) {
  const std::string id = h_.CreateRunning({"/d/a", "/d/b"});
  h_.engine.SendNews(1, FakeTransferEngine::Progress(30, 100));
  h_.engine.Fail(0, RetryableFailure());
  h_.RunUntilIdle();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRING);
  h_.engine.Succeed(1, "x");
  h_.RunUntilIdle();
  const v1::Job job = *h_.Get(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_TRANSIENT_ERROR);
  EXPECT_EQ(job.error().file_index(), 0);
  EXPECT_EQ(job.progress().transferred_files(), 1);
  h_.Advance(absl::Seconds(760));
  ASSERT_EQ(h_.engine.count(), 3u);
  h_.engine.Succeed(2, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
}

TEST_F(JobTransfersTest, WithATimeoutOfZeroEachFailureIsFinalAtOnce) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("impatient");
  request.mutable_job()->mutable_no_progress_timeout();
  request.add_files()->set_remote_url("http://origin.example/a");
  request.mutable_files(0)->set_local_path("/d/a");
  const std::string id = h_.Create(request)->id();
  h_.Resume(id).value();
  h_.Advance(absl::Hours(1));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
  h_.engine.Fail(0, RetryableFailure());
  h_.RunUntilIdle();
  const v1::Job job = *h_.Get(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(job.error().detail().reason(), v1::ERROR_REASON_CONNECT_FAILURE);
}

TEST_F(JobTransfersTest, NoProgressForTheTimeoutIsAnErrorThatNamesTheCause) {
  const std::string id = h_.CreateRunning({"/d/a"}, v1::JOB_PRIORITY_HIGH);
  for (std::size_t i = 0; h_.StateOf(id) != v1::JOB_STATE_ERROR; ++i) {
    ASSERT_LT(i, 20u);
    if (h_.engine.count() > i) h_.engine.Fail(i, RetryableFailure("refused"));
    h_.Advance(absl::Seconds(800));
  }
  const v1::Job job = *h_.Get(id);
  EXPECT_EQ(job.error().detail().reason(),
            v1::ERROR_REASON_DOWNLOAD_NO_PROGRESS);
  EXPECT_NE(job.error().message().find("refused"), std::string::npos);
  EXPECT_EQ(job.error().detail().policy(),
            "limits.no_progress_timeout_foreground_seconds");
  EXPECT_EQ(job.error().file_index(), 0);
}

TEST_F(JobTransfersTest, ATransferThatIsStuckIsAnErrorToo) {
  const std::string id =
      h_.CreateRunning({"/d/a"}, v1::JOB_PRIORITY_FOREGROUND);
  h_.engine.SendNews(0, FakeTransferEngine::Progress(1, 100));
  h_.Advance(absl::Minutes(59));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRING);
  h_.Advance(absl::Minutes(2));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_ERROR);
  EXPECT_TRUE(h_.engine.Running().empty());
}

TEST_F(JobTransfersTest, ProgressResetsTheNoProgressTime) {
  const std::string id =
      h_.CreateRunning({"/d/a"}, v1::JOB_PRIORITY_FOREGROUND);
  for (int i = 1; i <= 5; ++i) {
    h_.engine.SendNews(0, FakeTransferEngine::Progress(i, 100));
    h_.Advance(absl::Minutes(50));
  }
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRING);
}

TEST_F(JobTransfersTest, AJumpOfTheCalendarIsNoTimeWithoutProgress) {
  const std::string id =
      h_.CreateRunning({"/d/a"}, v1::JOB_PRIORITY_FOREGROUND);
  h_.clock.SetNow(h_.clock.Now() + absl::Hours(24 * 400));
  h_.Advance(absl::Minutes(10));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
  h_.engine.Fail(0, RetryableFailure());
  h_.RunUntilIdle();
  h_.clock.SetNow(h_.clock.Now() - absl::Hours(24 * 400));
  h_.Advance(absl::Minutes(2));
  EXPECT_EQ(h_.engine.count(), 2u);
}

TEST_F(JobTransfersTest, TimeInTheQueueIsNoTimeWithoutProgress) {
  h_.settings.config.mutable_scheduler()->set_max_running_jobs(1);
  const std::string first = h_.CreateRunning({"/d/a"}, v1::JOB_PRIORITY_HIGH);
  h_.engine.SendNews(0, FakeTransferEngine::Progress(1, 100));
  const std::string second =
      h_.CreateRunning({"/d/b"}, v1::JOB_PRIORITY_NORMAL);
  for (int i = 0; i < 60; ++i) {
    h_.engine.SendNews(0, FakeTransferEngine::Progress(2 + i, 100));
    h_.Advance(absl::Minutes(30));
  }
  EXPECT_EQ(h_.StateOf(second), v1::JOB_STATE_QUEUED);
  h_.engine.Succeed(0, "x");
  h_.Advance(absl::Hours(1));
  EXPECT_EQ(h_.StateOf(second), v1::JOB_STATE_CONNECTING);
}

// Local files.

TEST_F(JobTransfersTest, AFolderThatRefusesIsAnErrorOfTheFile) {
  const std::string id = h_.Create({"/d/a"})->id();
  h_.files.Fail("/d/a",
                Error(v1::ERROR_REASON_DISK_FULL, v1::ERROR_CONTEXT_LOCAL_FILE)
                    .Status("no space left"));
  h_.Resume(id).value();
  const v1::Job job = *h_.Get(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(job.error().detail().reason(), v1::ERROR_REASON_DISK_FULL);
}

TEST_F(JobTransfersTest, AVanishedTemporaryFileIsAnErrorThenBegunAnew) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(40, 100));
  h_.RunUntilIdle();
  h_.Suspend(id).value();
  h_.files.Remove(h_.Files(id)[0].temporary_path());
  h_.Resume(id).value();
  v1::Job job = *h_.Get(id);
  EXPECT_EQ(job.state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(job.error().detail().reason(), v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_EQ(job.progress().transferred_bytes(), 0);

  h_.Resume(id).value();
  ASSERT_EQ(h_.engine.count(), 2u);
  EXPECT_EQ(h_.engine.spec(1).checkpoint, "");
}

TEST_F(JobTransfersTest, NoTemporaryFileIsMadeBeforeItsPathIsStored) {
  const std::string id = h_.Create({"/d/a"})->id();
  bool stored_first = false;
  h_.store.on_commit = [&] {
    const Job* const job = h_.Stored(id);
    if (job == nullptr || job->files[0].transfer == nullptr) return;
    stored_first |= h_.files.Paths().empty();
  };
  h_.Resume(id).value();
  EXPECT_TRUE(stored_first);
  EXPECT_EQ(h_.files.Paths().size(), 1u);
}

TEST_F(JobTransfersTest, CertificatesAreReadWithTheOwnersRights) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("tls");
  request.mutable_job()->mutable_http()->mutable_tls()->set_ca_file("/e/ca");
  request.add_files()->set_remote_url("https://origin.example/a");
  request.mutable_files(0)->set_local_path("/d/a");
  const std::string id = h_.Create(request)->id();
  h_.Resume(id).value();
  ASSERT_EQ(h_.engine.count(), 1u);
  EXPECT_EQ(h_.engine.spec(0).http->ca_pem, "PEM of /e/ca");
}

// Changes while it runs.

TEST_F(JobTransfersTest, AFileAddedToARunningJobRuns) {
  const std::string id = h_.CreateRunning({"/d/a"});
  EXPECT_EQ(h_.Add(id, {"/d/b"})->first_index(), 1);
  EXPECT_EQ(h_.engine.Running().size(), 2u);
}

TEST_F(JobTransfersTest, AFileAddedToATransferredJobWaitsForResume) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  EXPECT_EQ(h_.Add(id, {"/d/b"})->job().state(), v1::JOB_STATE_SUSPENDED);
  h_.Resume(id).value();
  ASSERT_EQ(h_.engine.count(), 2u);
  EXPECT_EQ(h_.engine.spec(1).urls[0], "http://origin.example/d/b");
  h_.engine.Succeed(1, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
}

TEST_F(JobTransfersTest, ANewUrlIsUsedFromTheCheckpointOn) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(40, 100));
  h_.RunUntilIdle();
  v1::UpdateFileRequest request;
  request.set_job_id(id);
  request.mutable_file()->set_remote_url("http://other.example/a");
  request.mutable_update_mask()->add_paths("remote_url");
  EXPECT_EQ(h_.UpdateFile(request)->remote_url(), "http://other.example/a");
  ASSERT_EQ(h_.engine.count(), 2u);
  EXPECT_FALSE(h_.engine.running(0));
  EXPECT_EQ(h_.engine.spec(1).urls[0], "http://other.example/a");
  EXPECT_EQ(h_.engine.spec(1).checkpoint, "checkpoint");
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRING);
}

TEST_F(JobTransfersTest, NewHttpOptionsAreUsedAtOnce) {
  const std::string id = h_.CreateRunning({"/d/a", "/d/b"});
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(id);
  v1::HttpHeader* const header =
      request.mutable_job()->mutable_http()->add_headers();
  header->set_name("X-Token");
  header->set_value("1");
  request.mutable_update_mask()->add_paths("http");
  EXPECT_TRUE(h_.Update(request).ok());
  ASSERT_EQ(h_.engine.count(), 4u);
  EXPECT_EQ(h_.engine.spec(2).http->headers[0].value, "1");
  EXPECT_EQ(h_.engine.Running(), std::vector<std::size_t>({2, 3}));
}

// Turns.

TEST_F(JobTransfersTest, ForegroundTakesThePlaceOfOthersAndGivesItBack) {
  h_.settings.config.mutable_scheduler()->set_max_running_jobs(1);
  const std::string low = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(40, 100));
  h_.RunUntilIdle();
  const std::string high =
      h_.CreateRunning({"/d/b"}, v1::JOB_PRIORITY_FOREGROUND);
  EXPECT_EQ(h_.StateOf(low), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(h_.StateOf(high), v1::JOB_STATE_CONNECTING);
  EXPECT_EQ(h_.Get(low)->progress().transferred_bytes(), 40);
  h_.engine.Succeed(1, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(h_.StateOf(low), v1::JOB_STATE_CONNECTING);
  EXPECT_EQ(h_.engine.spec(2).checkpoint, "checkpoint");
}

TEST_F(JobTransfersTest, JobsOfOnePriorityTakeTurns) {
  h_.settings.config.mutable_scheduler()->set_max_running_jobs(1);
  const std::string a = h_.CreateRunning({"/d/a"});
  const std::string b = h_.CreateRunning({"/d/b"});
  EXPECT_EQ(h_.StateOf(b), v1::JOB_STATE_QUEUED);
  h_.Advance(absl::Seconds(301));
  EXPECT_EQ(h_.StateOf(a), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(h_.StateOf(b), v1::JOB_STATE_CONNECTING);
  h_.Advance(absl::Seconds(301));
  EXPECT_EQ(h_.StateOf(a), v1::JOB_STATE_CONNECTING);
  EXPECT_EQ(h_.StateOf(b), v1::JOB_STATE_QUEUED);
}

TEST_F(JobTransfersTest, AHealthyJobAloneIsNeverQueuedAgain) {
  const std::string id = h_.CreateRunning({"/d/a"});
  RecordingListener watch;
  h_.Watch(id, &watch);
  for (int i = 1; i < 100; ++i) {
    h_.engine.SendNews(0, FakeTransferEngine::Progress(i, 100));
    h_.Advance(absl::Seconds(30));
  }
  h_.engine.Succeed(0, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(watch.States(), "CONNECTING TRANSFERRING TRANSFERRED");
}

TEST_F(JobTransfersTest, AChangedPriorityTakesEffectAtOnce) {
  h_.settings.config.mutable_scheduler()->set_max_running_jobs(1);
  const std::string a = h_.CreateRunning({"/d/a"});
  const std::string b = h_.CreateRunning({"/d/b"});
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(b);
  request.mutable_job()->set_priority(v1::JOB_PRIORITY_HIGH);
  request.mutable_update_mask()->add_paths("priority");
  EXPECT_TRUE(h_.Update(request).ok());
  EXPECT_EQ(h_.StateOf(a), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(h_.StateOf(b), v1::JOB_STATE_CONNECTING);
}

TEST_F(JobTransfersTest, FilesBeyondTheLimitWaitForAPlace) {
  h_.settings.config.mutable_scheduler()->set_max_running_files(2);
  h_.CreateRunning({"/d/a", "/d/b", "/d/c"});
  EXPECT_EQ(h_.engine.count(), 2u);
  h_.engine.Succeed(0, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(h_.engine.count(), 3u);
}

// Progress.

TEST_F(JobTransfersTest, ProgressIsShownOnceItIsStored) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(1, 100));
  h_.RunUntilIdle();
  h_.engine.SendNews(0, FakeTransferEngine::Progress(50, 100));
  h_.RunUntilIdle();
  EXPECT_EQ(h_.Get(id)->progress().transferred_bytes(), 1);
  h_.Advance(absl::Seconds(1));
  EXPECT_EQ(h_.Get(id)->progress().transferred_bytes(), 50);
  EXPECT_EQ(h_.Stored(id)->files[0].flushed_bytes, 50);
  EXPECT_EQ(h_.Get(id)->progress().source_bytes().origin_bytes(), 50);
}

TEST_F(JobTransfersTest, ProgressOfManyFilesIsStoredTogether) {
  h_.CreateRunning({"/d/a", "/d/b", "/d/c"});
  h_.CreateRunning({"/e/a", "/e/b", "/e/c"});
  for (std::size_t i = 0; i < 6; ++i) {
    h_.engine.SendNews(i, FakeTransferEngine::Progress(1, 100));
  }
  h_.Advance(absl::Seconds(1));
  const int before = h_.store.commits;
  for (std::size_t i = 0; i < 6; ++i) {
    h_.engine.SendNews(i, FakeTransferEngine::Progress(2, 100));
  }
  h_.Advance(absl::Seconds(1));
  EXPECT_EQ(h_.store.commits, before + 1);
}

TEST_F(JobTransfersTest, SourcesOfAllTransfersOfAFileAreCounted) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(40, 100));
  h_.RunUntilIdle();
  h_.Suspend(id).value();
  h_.Resume(id).value();
  TransferNews news = FakeTransferEngine::Progress(90, 100);
  news.origin_bytes = 0;
  news.mirror_bytes = 50;
  h_.engine.SendNews(1, news);
  h_.RunUntilIdle();
  const v1::SourceBytes bytes = h_.Get(id)->progress().source_bytes();
  EXPECT_EQ(bytes.origin_bytes(), 40);
  EXPECT_EQ(bytes.mirror_bytes(), 50);
  v1::HostStatistics statistics;
  h_.manager().FillStatistics(&statistics);
  EXPECT_EQ(statistics.origin_bytes(), 40);
  EXPECT_EQ(statistics.mirror_bytes(), 50);
}

TEST_F(JobTransfersTest, TheRateIsMeasuredAndFallsWhenNothingMoves) {
  const std::string id = h_.CreateRunning({"/d/a"});
  for (int i = 1; i <= 10; ++i) {
    h_.engine.SendNews(0, FakeTransferEngine::Progress(i * 1000, 100000));
    h_.Advance(absl::Seconds(1));
  }
  EXPECT_NEAR(
      static_cast<double>(h_.Get(id)->progress().rate_bytes_per_second()), 1000,
      1);
  h_.Advance(absl::Seconds(20));
  EXPECT_EQ(h_.Get(id)->progress().rate_bytes_per_second(), 0);
}

TEST_F(JobTransfersTest, AnIdleDaemonWakesUpForNothingButDeadlines) {
  h_.CreateTransferred({"/d/a"});
  h_.Advance(absl::Seconds(10));
  const int before = h_.store.commits;
  h_.Advance(absl::Hours(24));
  EXPECT_EQ(h_.store.commits, before);
}

TEST_F(JobTransfersTest, ATryWithoutAnAnswerTakesNothingBack) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(40, 100));
  h_.RunUntilIdle();
  h_.engine.Fail(0, RetryableFailure());
  h_.Advance(absl::Seconds(760));
  TransferNews asking;
  asking.activity = "asking the origin";
  h_.engine.SendNews(1, asking);
  h_.Advance(absl::Seconds(5));
  EXPECT_EQ(h_.Get(id)->progress().transferred_bytes(), 40);
  h_.engine.Fail(1, RetryableFailure());
  h_.RunUntilIdle();
  EXPECT_EQ(h_.Get(id)->progress().transferred_bytes(), 40);
  EXPECT_EQ(h_.Get(id)->progress().source_bytes().origin_bytes(), 40);
  v1::HostStatistics statistics;
  h_.manager().FillStatistics(&statistics);
  EXPECT_EQ(statistics.origin_bytes(), 40);
  h_.Resume(id).value();
  EXPECT_EQ(h_.engine.spec(2).checkpoint, "checkpoint");
}

}  // namespace
}  // namespace convoy
