#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/job_manager.h"
#include "daemon/job_manager_testing.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

// WatchJob, WatchJobs, Fetch.
namespace convoy {
namespace {

class JobStreamsTest : public testing::Test {
 protected:
  static v1::FetchRequest FetchOf(const std::string& local_path,
                                  const std::string& request_id = "") {
    v1::FetchRequest request;
    request.set_request_id(request_id);
    request.add_files()->set_remote_url("http://origin.example/a");
    request.mutable_files(0)->set_local_path(local_path);
    return request;
  }
  WatchId Fetch(const v1::FetchRequest& request, WatchListener* listener) {
    const WatchId id = h_.manager().Fetch(h_.caller, request, listener);
    h_.RunUntilIdle();
    return id;
  }
  WatchId WatchJobs(const v1::WatchJobsRequest& request,
                    WatchListener* listener) {
    const WatchId id = h_.manager().WatchJobs(h_.caller, request, listener);
    h_.RunUntilIdle();
    return id;
  }

  ManagerHarness h_;
  RecordingListener listener_;
};

TEST_F(JobStreamsTest, AWatchBeginsWithTheJobAndEndsAfterItsFinalState) {
  const std::string id = h_.Create({"/d/a"})->id();
  h_.Watch(id, &listener_);
  ASSERT_EQ(listener_.jobs.size(), 1u);
  h_.Resume(id).value();
  h_.engine.SendNews(0, FakeTransferEngine::Progress(1, 1));
  h_.engine.Succeed(0, "x");
  h_.RunUntilIdle();
  h_.Complete(id).value();
  EXPECT_EQ(listener_.States(),
            "SUSPENDED QUEUED CONNECTING TRANSFERRED ACKNOWLEDGED");
  ASSERT_TRUE(listener_.end.has_value());
  EXPECT_TRUE(listener_.end->ok());
}

TEST_F(JobStreamsTest, TheListenerIsNotCalledFromInsideTheCall) {
  const std::string id = h_.Create({"/d/a"})->id();
  v1::WatchJobRequest request;
  request.set_job_id(id);
  h_.manager().WatchJob(h_.caller, request, &listener_);
  request.set_job_id("nonsense");
  RecordingListener refused;
  h_.manager().WatchJob(h_.caller, request, &refused);
  EXPECT_TRUE(listener_.jobs.empty());
  EXPECT_FALSE(refused.end.has_value());
  h_.RunUntilIdle();
  EXPECT_EQ(listener_.jobs.size(), 1u);
  EXPECT_EQ(refused.end->code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(refused.jobs.empty());
}

TEST_F(JobStreamsTest, AWatchOfAFinalJobEndsAtOnce) {
  const std::string id = h_.Create({"/d/a"})->id();
  h_.Cancel(id).value();
  h_.Watch(id, &listener_);
  EXPECT_EQ(listener_.States(), "CANCELLED");
  EXPECT_TRUE(listener_.end->ok());
}

TEST_F(JobStreamsTest, ProgressKeepsToTheInterval) {
  const std::string id = h_.CreateRunning({"/d/a"});
  v1::WatchJobRequest request;
  request.set_job_id(id);
  request.mutable_progress_interval()->set_seconds(10);
  h_.manager().WatchJob(h_.caller, request, &listener_);
  h_.engine.SendNews(0, FakeTransferEngine::Progress(1, 1000));
  h_.RunUntilIdle();
  const std::size_t before = listener_.jobs.size();
  for (int i = 2; i <= 41; ++i) {
    h_.engine.SendNews(0, FakeTransferEngine::Progress(i, 1000));
    h_.Advance(absl::Seconds(1));
  }
  EXPECT_GE(listener_.jobs.size(), before + 3);
  EXPECT_LE(listener_.jobs.size(), before + 4);
  h_.Suspend(id).value();
  EXPECT_EQ(listener_.jobs.back()->state(), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(listener_.jobs.back()->progress().transferred_bytes(), 41);
}

TEST_F(JobStreamsTest, TheNewestProgressIsNeverLost) {
  const std::string id = h_.CreateRunning({"/d/a"});
  v1::WatchJobRequest request;
  request.set_job_id(id);
  request.mutable_progress_interval()->set_seconds(60);
  h_.manager().WatchJob(h_.caller, request, &listener_);
  for (int i = 1; i <= 5; ++i) {
    h_.engine.SendNews(0, FakeTransferEngine::Progress(i, 1000));
    h_.Advance(absl::Seconds(1));
  }
  h_.Advance(absl::Seconds(61));
  EXPECT_EQ(listener_.jobs.back()->progress().transferred_bytes(), 5);
}

TEST_F(JobStreamsTest, AfterStopWatchNothingComes) {
  const std::string id = h_.Create({"/d/a"})->id();
  const WatchId watch = h_.Watch(id, &listener_);
  h_.manager().StopWatch(watch);
  h_.Resume(id).value();
  EXPECT_EQ(listener_.States(), "SUSPENDED");
  EXPECT_FALSE(listener_.end.has_value());
}

TEST_F(JobStreamsTest, AWatcherSeesOnlyWhatIsStored) {
  const std::string id = h_.Create({"/d/a"})->id();
  h_.Watch(id, &listener_);
  h_.store.fail_commits = 1;
  EXPECT_FALSE(h_.Resume(id).ok());
  EXPECT_EQ(listener_.States(), "SUSPENDED");
}

TEST_F(JobStreamsTest, AWatchEndsWhenItsJobGetsAnotherOwner) {
  const std::string id = h_.Create({"/d/a"})->id();
  h_.Watch(id, &listener_);
  h_.caller = {0, 0, true};
  h_.TakeOwnership(id).value();
  ASSERT_TRUE(listener_.end.has_value());
  EXPECT_EQ(listener_.end->code(), absl::StatusCode::kNotFound);
}

TEST_F(JobStreamsTest, ManyWatchersShareOneSnapshot) {
  const std::string id = h_.Create({"/d/a"})->id();
  std::vector<RecordingListener> listeners(50);
  for (RecordingListener& one : listeners) h_.Watch(id, &one);
  h_.Suspend(id).value();
  h_.Resume(id).value();
  for (const RecordingListener& one : listeners) {
    EXPECT_EQ(one.jobs.back(), listeners[0].jobs.back());
  }
  v1::HostStatistics statistics;
  h_.manager().FillStatistics(&statistics);
  EXPECT_EQ(statistics.watchers(), 50);
}

// WatchJobs.

TEST_F(JobStreamsTest, AllJobsComeThenAMarkThenChanges) {
  std::string last;
  for (int i = 0; i < 500; ++i) {
    last = h_.Create({absl::StrCat("/d/", i)})->id();
  }
  WatchJobs({}, &listener_);
  EXPECT_EQ(listener_.synced_after, 500u);
  h_.Resume(last).value();
  EXPECT_EQ(listener_.jobs.back()->id(), last);
  EXPECT_EQ(listener_.jobs.back()->state(), v1::JOB_STATE_CONNECTING);
  const std::string made = h_.Create({"/d/new"})->id();
  EXPECT_EQ(listener_.jobs.back()->id(), made);
}

TEST_F(JobStreamsTest, AJobThatLeavesTheStatesIsSentOnceMore) {
  const std::string id = h_.Create({"/d/a"})->id();
  v1::WatchJobsRequest request;
  request.add_states(v1::JOB_STATE_SUSPENDED);
  WatchJobs(request, &listener_);
  EXPECT_EQ(listener_.jobs.size(), 1u);
  h_.Resume(id).value();
  EXPECT_EQ(listener_.States(), "SUSPENDED QUEUED");
  h_.engine.Succeed(0, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(listener_.States(), "SUSPENDED QUEUED");
}

TEST_F(JobStreamsTest, JobsOfOthersAreForAdministrators) {
  v1::WatchJobsRequest request;
  request.set_all_users(true);
  WatchJobs(request, &listener_);
  EXPECT_EQ(listener_.end->code(), absl::StatusCode::kPermissionDenied);

  h_.Create({"/d/a"}).value();
  RecordingListener other;
  h_.caller = {1001, 1001, false};
  WatchJobs({}, &other);
  EXPECT_TRUE(other.jobs.empty());
  EXPECT_EQ(other.synced_after, 0u);
  RecordingListener root;
  h_.caller = {0, 0, true};
  WatchJobs(request, &root);
  EXPECT_EQ(root.jobs.size(), 1u);
}

// Fetch.

TEST_F(JobStreamsTest, FetchDoesItAll) {
  Fetch(FetchOf("/d/a"), &listener_);
  h_.engine.Succeed(0, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(listener_.States(), "QUEUED CONNECTING TRANSFERRED ACKNOWLEDGED");
  EXPECT_TRUE(listener_.end->ok());
  EXPECT_EQ(h_.files.Paths(), std::vector<std::string>({"/d/a"}));
}

TEST_F(JobStreamsTest, AFetchThatIsRefusedEndsWithTheError) {
  h_.files.Fail("/d/a", Error(v1::ERROR_REASON_PATH_NOT_FOUND,
                              v1::ERROR_CONTEXT_LOCAL_FILE)
                            .Status("no such folder"));
  Fetch(FetchOf("/d/a"), &listener_);
  EXPECT_TRUE(listener_.jobs.empty());
  EXPECT_EQ(ErrorDetailOf(*listener_.end).reason(),
            v1::ERROR_REASON_PATH_NOT_FOUND);
}

TEST_F(JobStreamsTest, AFetchThatCouldNotBeStoredEndsWithTheError) {
  h_.store.fail_commits = 1;
  Fetch(FetchOf("/d/a"), &listener_);
  EXPECT_EQ(listener_.end->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(h_.engine.count(), 0u);
}

TEST_F(JobStreamsTest, AFailedFetchEndsWithTheJobsError) {
  Fetch(FetchOf("/d/a"), &listener_);
  h_.engine.Fail(0, FatalFailure("no such file at the origin"));
  h_.RunUntilIdle();
  ASSERT_TRUE(listener_.end.has_value());
  EXPECT_EQ(listener_.end->message(), "no such file at the origin");
  EXPECT_EQ(ErrorDetailOf(*listener_.end).http_status(), 404);
  EXPECT_EQ(listener_.jobs.back()->state(), v1::JOB_STATE_ERROR);
}

TEST_F(JobStreamsTest, ACancelledFetchEndsWithCancelled) {
  Fetch(FetchOf("/d/a"), &listener_);
  h_.Cancel(listener_.jobs.back()->id()).value();
  EXPECT_EQ(listener_.end->code(), absl::StatusCode::kCancelled);
}

TEST_F(JobStreamsTest, WhenTheCallerGoesAwayTheJobGoesOnAndCompletes) {
  const WatchId id = Fetch(FetchOf("/d/a"), &listener_);
  h_.manager().StopFetch(id);
  h_.engine.Succeed(0, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(h_.files.Paths(), std::vector<std::string>({"/d/a"}));
  EXPECT_FALSE(listener_.end.has_value());
}

TEST_F(JobStreamsTest, ATiedJobIsCancelledWhenTheCallerGoesAway) {
  v1::FetchRequest request = FetchOf("/d/a");
  request.set_cancel_on_disconnect(true);
  const WatchId id = Fetch(request, &listener_);
  const std::string job = listener_.jobs.back()->id();
  h_.manager().StopFetch(id);
  h_.RunUntilIdle();
  EXPECT_EQ(h_.StateOf(job), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(h_.files.Paths().empty());
}

TEST_F(JobStreamsTest, ATiedJobIsCancelledEvenIfTheCallerGoesAwayAtOnce) {
  v1::FetchRequest request = FetchOf("/d/a");
  request.set_cancel_on_disconnect(true);
  const WatchId id = h_.manager().Fetch(h_.caller, request, &listener_);
  h_.manager().StopFetch(id);
  h_.RunUntilIdle();
  v1::ListJobsRequest list;
  list.add_states(v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(h_.List(list)->jobs_size(), 1);
  EXPECT_EQ(h_.List({})->jobs_size(), 0);
}

TEST_F(JobStreamsTest, ATiedFetchThatEndedIsNotCancelledByItsStop) {
  v1::FetchRequest request = FetchOf("/d/a");
  request.set_cancel_on_disconnect(true);
  const WatchId id = Fetch(request, &listener_);
  h_.engine.Fail(0, FatalFailure());
  h_.RunUntilIdle();
  const std::string job = listener_.jobs.back()->id();
  h_.manager().StopFetch(id);
  h_.RunUntilIdle();
  EXPECT_EQ(h_.StateOf(job), v1::JOB_STATE_ERROR);
}

TEST_F(JobStreamsTest, AFetchIsTakenUpAgainByItsRequestId) {
  const WatchId id = Fetch(FetchOf("/d/a", "one"), &listener_);
  h_.manager().StopFetch(id);
  h_.KillAndRestart();
  RecordingListener again;
  v1::FetchRequest request = FetchOf("/d/a", "one");
  request.mutable_progress_interval()->set_seconds(3);
  Fetch(request, &again);
  ASSERT_FALSE(again.jobs.empty());
  EXPECT_EQ(again.jobs[0]->id(), listener_.jobs[0]->id());
  h_.engine.Succeed(h_.engine.count() - 1, "x");
  h_.RunUntilIdle();
  EXPECT_TRUE(again.end->ok());
}

TEST_F(JobStreamsTest, AFetchAskedForAgainAfterAnErrorIsANewTry) {
  Fetch(FetchOf("/d/a", "one"), &listener_);
  h_.engine.Fail(0, FatalFailure());
  h_.RunUntilIdle();
  RecordingListener again;
  Fetch(FetchOf("/d/a", "one"), &again);
  EXPECT_FALSE(again.end.has_value());
  h_.engine.Succeed(1, "x");
  h_.RunUntilIdle();
  EXPECT_TRUE(again.end->ok());
}

TEST_F(JobStreamsTest, WhenCompleteFailsTheFetchEndsAndCanBeRepeated) {
  Fetch(FetchOf("/d/a", "one"), &listener_);
  h_.files.Fail("/d/a", Error(v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM,
                              v1::ERROR_CONTEXT_LOCAL_FILE)
                            .Status("read-only"));
  h_.engine.Succeed(0, "x");
  h_.RunUntilIdle();
  EXPECT_EQ(ErrorDetailOf(*listener_.end).reason(),
            v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM);
  const std::string id = listener_.jobs.back()->id();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);

  h_.files.Fail("/d/a", absl::OkStatus());
  RecordingListener again;
  Fetch(FetchOf("/d/a", "one"), &again);
  EXPECT_TRUE(again.end->ok());
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_ACKNOWLEDGED);
}

TEST_F(JobStreamsTest, AFetchedJobCompletesItselfAfterACrash) {
  Fetch(FetchOf("/d/a"), &listener_);
  h_.files.Fail("/d/a", FatalFailure());
  h_.engine.Succeed(0, "x");
  h_.RunUntilIdle();
  h_.Kill();
  h_.files.Fail("/d/a", absl::OkStatus());
  h_.Start();
  EXPECT_EQ(h_.files.Paths(), std::vector<std::string>({"/d/a"}));
}

TEST_F(JobStreamsTest, ShutdownEndsStreams) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.Watch(id, &listener_);
  RecordingListener fetch;
  Fetch(FetchOf("/d/b"), &fetch);
  h_.manager().Shutdown([] {});
  h_.RunUntilIdle();
  EXPECT_EQ(listener_.end->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorDetailOf(*fetch.end).reason(), v1::ERROR_REASON_SHUTTING_DOWN);
}

}  // namespace
}  // namespace convoy
