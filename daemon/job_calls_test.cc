#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/job_manager.h"
#include "daemon/job_manager_testing.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

// Calls: what they answer, to whom, and what is durable by then.
namespace convoy {
namespace {

class JobCallsTest : public testing::Test {
 protected:
  v1::CreateJobRequest RequestWithId(const std::string& request_id,
                                     const std::string& name = "job") {
    v1::CreateJobRequest request;
    request.mutable_job()->set_display_name(name);
    request.set_request_id(request_id);
    return request;
  }
  std::string Names(const v1::ListJobsResponse& list) {
    std::string names;
    for (const v1::Job& job : list.jobs()) names += job.display_name();
    return names;
  }
  v1::ErrorReason ReasonOf(const absl::Status& status) {
    return ErrorDetailOf(status).reason();
  }

  const Caller root_{0, 0, true};
  const Caller other_{1001, 1001, false};
  ManagerHarness h_;
};

// Creating.

TEST_F(JobCallsTest, ANewJobIsSuspendedAndStored) {
  const v1::Job job = *h_.Create({"/d/a"});
  EXPECT_EQ(job.state(), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(job.owner().uid(), 1000u);
  EXPECT_EQ(job.notify_flags(), 3u);
  EXPECT_EQ(job.progress().total_files(), 1);
  const Job* const stored = h_.Stored(job.id());
  ASSERT_NE(stored, nullptr);
  EXPECT_EQ(stored->files.size(), 1u);
  EXPECT_EQ(stored->owner, (JobOwner{1000, 1000}));
}

TEST_F(JobCallsTest, AnEmptyJobHasNoSizeToWaitFor) {
  const v1::JobProgress progress =
      h_.Create(std::vector<std::string>())->progress();
  EXPECT_TRUE(progress.has_total_bytes());
  EXPECT_EQ(progress.total_bytes(), 0);
}

TEST_F(JobCallsTest, AWrongRequestMakesNothing) {
  EXPECT_EQ(ReasonOf(h_.Create(v1::CreateJobRequest()).status()),
            v1::ERROR_REASON_INVALID_ARGUMENT);
  EXPECT_EQ(h_.store.job_count(), 0u);
}

TEST_F(JobCallsTest, ADestinationTheOwnerMayNotUseIsNamed) {
  h_.files.Fail("/d/b", Error(v1::ERROR_REASON_ACCESS_DENIED,
                              v1::ERROR_CONTEXT_LOCAL_FILE)
                            .LocalPath("/d/b")
                            .Status("you may not write to /d"));
  const absl::Status status = h_.Create({"/d/a", "/d/b"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorDetailOf(status).field(), "files[1].local_path");
  EXPECT_EQ(ErrorDetailOf(status).local_path(), "/d/b");
  EXPECT_EQ(h_.store.job_count(), 0u);
}

TEST_F(JobCallsTest, AUserHasAQuotaOfJobsThatHaveNotEnded) {
  h_.settings.config.mutable_limits()->set_max_jobs_per_user(2);
  h_.settings.providers["limits.max_jobs_per_user"] = "c.yaml:3";
  const std::string first = h_.Create({"/d/a"})->id();
  h_.Create({"/d/b"}).value();
  const absl::Status status = h_.Create({"/d/c"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_TOO_MANY_JOBS_PER_USER);
  EXPECT_EQ(ErrorDetailOf(status).policy(), "limits.max_jobs_per_user");
  EXPECT_TRUE(absl::StrContains(status.message(),
                                "limits.max_jobs_per_user (c.yaml:3)"))
      << status;

  h_.Cancel(first).value();
  EXPECT_TRUE(h_.Create({"/d/c"}).ok());
  h_.caller = other_;
  EXPECT_TRUE(h_.Create({"/e/a"}).ok());
}

TEST_F(JobCallsTest, AdministratorsAreHeldToTheMachinesQuotaOnly) {
  h_.settings.config.mutable_limits()->set_max_jobs_per_user(1);
  h_.settings.config.mutable_limits()->set_max_jobs_per_machine(3);
  h_.caller = root_;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(h_.Create({absl::StrCat("/d/", i)}).ok());
  }
  const absl::Status status = h_.Create({"/d/x"}).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_TOO_MANY_JOBS_PER_MACHINE);
  EXPECT_EQ(ErrorDetailOf(status).policy(), "limits.max_jobs_per_machine");
}

// Request ids.

TEST_F(JobCallsTest, TheSameRequestAnswersTheJobMadeBefore) {
  const v1::Job first = *h_.Create(RequestWithId("one"));
  const v1::Job second = *h_.Create(RequestWithId("one"));
  EXPECT_EQ(first.id(), second.id());
  EXPECT_EQ(h_.store.job_count(), 1u);
  EXPECT_NE(h_.Create(RequestWithId("two"))->id(), first.id());
}

TEST_F(JobCallsTest, TheSameRequestAnswersTheSameJobAfterARestart) {
  const std::string id = h_.Create(RequestWithId("one"))->id();
  h_.KillAndRestart();
  EXPECT_EQ(h_.Create(RequestWithId("one"))->id(), id);
}

TEST_F(JobCallsTest, ARequestIdWithAnotherRequestIsRefused) {
  h_.Create(RequestWithId("one")).value();
  const absl::Status status = h_.Create(RequestWithId("one", "other")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_REQUEST_ID_REUSED);
}

TEST_F(JobCallsTest, ARequestIdOfAnotherUserDoesNotCollide) {
  const std::string id = h_.Create(RequestWithId("one"))->id();
  h_.caller = other_;
  EXPECT_NE(h_.Create(RequestWithId("one", "other"))->id(), id);
}

TEST_F(JobCallsTest, ARequestIdIsForgottenAfterADay) {
  const std::string id = h_.Create(RequestWithId("one"))->id();
  h_.Advance(absl::Hours(25));
  EXPECT_NE(h_.Create(RequestWithId("one"))->id(), id);
  EXPECT_EQ(h_.store.request_count(), 1u);
}

TEST_F(JobCallsTest, TwoCallsAtOnceMakeOneJob) {
  v1::CreateJobRequest request = RequestWithId("one");
  request.add_files()->set_remote_url("http://origin.example/a");
  request.mutable_files(0)->set_local_path("/d/a");
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    h_.manager().CreateJob(
        h_.caller, request,
        [&](absl::StatusOr<v1::Job> job) { ids.push_back(job.value().id()); });
  }
  EXPECT_TRUE(ids.empty());
  h_.RunUntilIdle();
  ASSERT_EQ(ids.size(), 3u);
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_EQ(ids[0], ids[2]);
  EXPECT_EQ(h_.store.job_count(), 1u);
}

// Durability.

TEST_F(JobCallsTest, ABurstOfCallsSharesOneCommit) {
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    h_.control.Post([&] {
      v1::CreateJobRequest request;
      request.mutable_job()->set_display_name("job");
      h_.manager().CreateJob(h_.caller, request,
                             [&](absl::StatusOr<v1::Job> job) {
                               EXPECT_TRUE(job.ok());
                               // Each answered job is on disk by then.
                               EXPECT_NE(h_.Stored(job->id()), nullptr);
                               ++answered;
                             });
    });
  }
  h_.RunUntilIdle();
  EXPECT_EQ(answered, 100);
  EXPECT_EQ(h_.store.commits, 1);
}

TEST_F(JobCallsTest, AJobThatCouldNotBeStoredDoesNotExist) {
  h_.store.fail_commits = 1;
  const absl::Status status = h_.Create({"/d/a"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STORE_UNAVAILABLE);
  EXPECT_EQ(h_.List({})->jobs_size(), 0);
  EXPECT_TRUE(h_.Create({"/d/a"}).ok());
}

TEST_F(JobCallsTest, AChangeThatCouldNotBeStoredDidNotHappen) {
  const std::string id = h_.Create({"/d/a"})->id();
  h_.store.fail_commits = 1;
  EXPECT_EQ(h_.Resume(id).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(h_.engine.count(), 0u);
  h_.Advance(absl::Minutes(1));
  EXPECT_TRUE(h_.Resume(id).ok());
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
}

TEST_F(JobCallsTest, ARunningJobGoesOnWhenTheStoreIsBack) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(10, 100));
  h_.RunUntilIdle();
  h_.engine.SendNews(0, FakeTransferEngine::Progress(50, 100));
  h_.store.fail_commits = 3;
  h_.Advance(absl::Seconds(2));
  // What could not be stored is not claimed.
  EXPECT_EQ(h_.Get(id)->progress().transferred_bytes(), 10);
  EXPECT_TRUE(h_.engine.Running().empty());
  h_.Advance(absl::Minutes(1));
  ASSERT_EQ(h_.engine.Running().size(), 1u);
  EXPECT_EQ(h_.store.fail_commits, 0);
  EXPECT_EQ(h_.engine.spec(h_.engine.count() - 1).checkpoint, "checkpoint");
}

TEST_F(JobCallsTest, AStoreThatCannotBeReadEitherIsWrittenLater) {
  const std::string id = h_.Create({"/d/a"})->id();
  h_.store.fail_commits = 1;
  h_.store.fail_loads = true;
  EXPECT_FALSE(h_.Resume(id).ok());
  h_.store.fail_loads = false;
  h_.Advance(absl::Minutes(1));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
  EXPECT_EQ(h_.Stored(id)->state, v1::JOB_STATE_CONNECTING);
}

TEST_F(JobCallsTest, AReaderSeesNothingThatACrashCouldTakeBack) {
  const std::string id = h_.Create({"/d/a"})->id();
  h_.store.fail_commits = 1;
  absl::StatusOr<v1::Job> seen = absl::UnknownError("no answer");
  v1::SuspendJobRequest suspend;
  suspend.set_job_id(id);
  v1::ResumeJobRequest resume;
  resume.set_job_id(id);
  v1::GetJobRequest get;
  get.set_job_id(id);
  h_.control.Post([&] {
    h_.manager().ResumeJob(h_.caller, resume, [](absl::StatusOr<v1::Job>) {});
    h_.manager().GetJob(h_.caller, get,
                        [&](absl::StatusOr<v1::Job> job) { seen = job; });
  });
  h_.RunUntilIdle();
  EXPECT_EQ(seen.status().code(), absl::StatusCode::kUnavailable);
}

// Who may see what.

TEST_F(JobCallsTest, JobsOfOthersDoNotExist) {
  const std::string id = h_.Create({"/d/a"})->id();
  h_.caller = other_;
  EXPECT_EQ(h_.Get(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(h_.Resume(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(h_.Cancel(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(h_.List({})->jobs_size(), 0);
  h_.caller = root_;
  EXPECT_TRUE(h_.Get(id).ok());
  EXPECT_EQ(h_.List({})->jobs_size(), 0);
}

TEST_F(JobCallsTest, AllUsersIsForAdministrators) {
  h_.Create({"/d/a"}).value();
  v1::ListJobsRequest request;
  request.set_all_users(true);
  EXPECT_EQ(h_.List(request).status().code(),
            absl::StatusCode::kPermissionDenied);
  h_.caller = root_;
  EXPECT_EQ(h_.List(request)->jobs_size(), 1);
}

TEST_F(JobCallsTest, AdministratorsTakeOwnershipOfWhatHasNotBegun) {
  const std::string id = h_.Create({"/d/a"})->id();
  EXPECT_EQ(h_.TakeOwnership(id).status().code(),
            absl::StatusCode::kPermissionDenied);
  h_.caller = root_;
  EXPECT_EQ(h_.TakeOwnership(id)->owner().uid(), 0u);
  EXPECT_EQ(h_.List({})->jobs_size(), 1);
  EXPECT_EQ(h_.Stored(id)->owner.uid, 0u);
}

TEST_F(JobCallsTest, ARequestIdDoesNotLeadToAJobThatWasTakenOver) {
  const Caller maker = h_.caller;
  const v1::CreateJobRequest request = RequestWithId("r");
  const std::string id = h_.Create(request)->id();
  h_.caller = root_;
  ASSERT_TRUE(h_.TakeOwnership(id).ok());
  h_.caller = maker;
  const v1::Job again = *h_.Create(request);
  EXPECT_NE(again.id(), id);
  EXPECT_EQ(again.owner().uid(), maker.uid);
  EXPECT_EQ(h_.Create(request)->id(), again.id());
}

TEST_F(JobCallsTest, OwnershipOfABegunJobCannotBeTaken) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.caller = root_;
  EXPECT_EQ(ReasonOf(h_.TakeOwnership(id).status()),
            v1::ERROR_REASON_INVALID_STATE);
}

// Lists.

TEST_F(JobCallsTest, JobsAreListedInTheOrderInWhichTheyWereMade) {
  for (const std::string name : {"a", "b", "c", "d", "e"}) {
    h_.Create(RequestWithId("", name)).value();
  }
  v1::ListJobsRequest request;
  request.set_page_size(2);
  std::string pages;
  do {
    const v1::ListJobsResponse page = *h_.List(request);
    absl::StrAppend(&pages, Names(page), "|");
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, "ab|cd|e|");
}

TEST_F(JobCallsTest, ListsSelectByStateAndName) {
  h_.Create(RequestWithId("", "a")).value();
  const std::string b = h_.Create(RequestWithId("", "b"))->id();
  h_.Cancel(b).value();
  EXPECT_EQ(Names(*h_.List({})), "a");
  v1::ListJobsRequest request;
  request.add_states(v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(Names(*h_.List(request)), "b");
  request.add_states(v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(Names(*h_.List(request)), "ab");
  request.set_display_name("a");
  EXPECT_EQ(Names(*h_.List(request)), "a");
}

TEST_F(JobCallsTest, ListsOfOneUserPassOverOthers) {
  for (int i = 0; i < 3; ++i) {
    h_.caller = other_;
    h_.Create(RequestWithId("", "x")).value();
    h_.caller = {1000, 1000, false};
    h_.Create(RequestWithId("", "a")).value();
  }
  v1::ListJobsRequest request;
  request.set_page_size(2);
  v1::ListJobsResponse page = *h_.List(request);
  EXPECT_EQ(Names(page), "aa");
  request.set_page_token(page.next_page_token());
  page = *h_.List(request);
  EXPECT_EQ(Names(page), "a");
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(JobCallsTest, FilesAreListedInPages) {
  const std::string id = h_.Create({"/d/a", "/d/b", "/d/c"})->id();
  v1::ListFilesRequest request;
  request.set_job_id(id);
  request.set_page_size(2);
  v1::ListFilesResponse page;
  const auto list = [&] {
    h_.manager().ListFiles(h_.caller, request,
                           [&](absl::StatusOr<v1::ListFilesResponse> answer) {
                             page = answer.value();
                           });
  };
  list();
  ASSERT_EQ(page.files_size(), 2);
  EXPECT_EQ(page.files(1).local_path(), "/d/b");
  request.set_page_token(page.next_page_token());
  list();
  ASSERT_EQ(page.files_size(), 1);
  EXPECT_EQ(page.files(0).index(), 2);
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(JobCallsTest, OneFileCanBeAskedFor) {
  const std::string id = h_.Create({"/d/a", "/d/b", "/d/c"})->id();
  v1::ListFilesRequest request;
  request.set_job_id(id);
  absl::StatusOr<v1::ListFilesResponse> page;
  const auto list = [&](int index) {
    request.set_file_index(index);
    h_.manager().ListFiles(h_.caller, request,
                           [&](absl::StatusOr<v1::ListFilesResponse> answer) {
                             page = std::move(answer);
                           });
  };
  list(0);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->files_size(), 1);
  EXPECT_EQ(page->files(0).local_path(), "/d/a");
  EXPECT_EQ(page->next_page_token(), "");
  list(2);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->files_size(), 1);
  EXPECT_EQ(page->files(0).local_path(), "/d/c");
  for (const int none : {-1, 3}) {
    list(none);
    EXPECT_EQ(page.status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(ErrorDetailOf(page.status()).field(), "file_index");
  }
}

// Changing.

TEST_F(JobCallsTest, EachChangeMovesTheEtagAndTheModifyTime) {
  const v1::Job before = *h_.Create({"/d/a"});
  h_.Advance(absl::Seconds(7));
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(before.id());
  request.mutable_job()->set_etag(before.etag());
  request.mutable_job()->set_display_name("renamed");
  request.mutable_update_mask()->add_paths("display_name");
  const v1::Job after = *h_.Update(request);
  EXPECT_EQ(after.display_name(), "renamed");
  EXPECT_NE(after.etag(), before.etag());
  EXPECT_EQ(after.modify_time().seconds() - before.modify_time().seconds(), 7);
  EXPECT_EQ(h_.Update(request).status().code(), absl::StatusCode::kAborted);
}

TEST_F(JobCallsTest, TheModifyTimeMovesOnWhenTheClockIsSetBack) {
  const v1::Job before = *h_.Create({"/d/a"});
  h_.clock.SetNow(h_.clock.Now() - absl::Hours(1));
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(before.id());
  request.mutable_job()->set_display_name("renamed");
  request.mutable_update_mask()->add_paths("display_name");
  const v1::Job after = *h_.Update(request);
  EXPECT_EQ(after.modify_time().seconds(), before.modify_time().seconds());
  EXPECT_GT(after.modify_time().nanos(), before.modify_time().nanos());
}

TEST_F(JobCallsTest, AnUpdateThatIsRefusedChangesNothing) {
  const v1::Job before = *h_.Create({"/d/a"});
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(before.id());
  request.mutable_job()->set_display_name("renamed");
  request.mutable_update_mask()->add_paths("display_name");
  request.mutable_update_mask()->add_paths("state");
  EXPECT_FALSE(h_.Update(request).ok());
  EXPECT_EQ(h_.Get(before.id())->etag(), before.etag());
  EXPECT_EQ(h_.Get(before.id())->display_name(), "job");
}

TEST_F(JobCallsTest, FilesAreAddedAtTheEndAllOrNone) {
  const std::string id = h_.Create({"/d/a"})->id();
  EXPECT_EQ(h_.Add(id, {"/d/b", "/d/c"})->first_index(), 1);
  EXPECT_FALSE(h_.Add(id, {"/d/d", "/d/a"}).ok());
  EXPECT_EQ(h_.Files(id).size(), 3u);
  EXPECT_EQ(h_.Stored(id)->files.size(), 3u);
}

TEST_F(JobCallsTest, AJobHasAQuotaOfFiles) {
  h_.settings.config.mutable_limits()->set_max_files_per_job(2);
  const std::string id = h_.Create({"/d/a"})->id();
  const absl::Status status = h_.Add(id, {"/d/b", "/d/c"}).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB);
  EXPECT_TRUE(h_.Add(id, {"/d/b"}).ok());
}

TEST_F(JobCallsTest, AFileThatIsNotThereCannotBeUpdated) {
  const std::string id = h_.Create({"/d/a"})->id();
  v1::UpdateFileRequest request;
  request.set_job_id(id);
  request.mutable_file()->set_index(1);
  request.mutable_file()->set_remote_url("http://other.example/a");
  request.mutable_update_mask()->add_paths("remote_url");
  const absl::Status status = h_.UpdateFile(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorDetailOf(status).field(), "file.index");
}

TEST_F(JobCallsTest, FinalJobsAreReadableAndNothingElse) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  h_.Complete(id).value();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_ACKNOWLEDGED);
  v1::UpdateJobRequest update;
  update.mutable_job()->set_id(id);
  update.mutable_job()->set_display_name("x");
  update.mutable_update_mask()->add_paths("display_name");
  for (const absl::Status& status :
       {h_.Resume(id).status(), h_.Suspend(id).status(),
        h_.Complete(id).status(), h_.Cancel(id).status(),
        h_.Add(id, {"/d/b"}).status(), h_.Update(update).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_STATE);
    EXPECT_NE(status.message().find("ACKNOWLEDGED"), std::string::npos);
  }
}

// The rest.

TEST_F(JobCallsTest, ExplainTellsHowManyAreAhead) {
  h_.settings.config.mutable_scheduler()->set_max_running_jobs(1);
  h_.CreateRunning({"/d/a"});
  h_.CreateRunning({"/d/b"});
  const std::string last = h_.CreateRunning({"/d/c"});
  const v1::ExplainJobResponse explanation = *h_.Explain(last);
  EXPECT_EQ(explanation.state(), v1::JOB_STATE_QUEUED);
  EXPECT_FALSE(explanation.factors().empty());
}

TEST_F(JobCallsTest, StatisticsCountJobsAndFailures) {
  const std::string done = h_.CreateTransferred({"/d/a"});
  h_.Complete(done).value();
  h_.CreateRunning({"/d/b"});
  h_.engine.Fail(1, FatalFailure());
  h_.RunUntilIdle();
  v1::HostStatistics statistics;
  h_.manager().FillStatistics(&statistics);
  EXPECT_EQ(statistics.jobs_by_state().at("JOB_STATE_ACKNOWLEDGED"), 1);
  EXPECT_EQ(statistics.jobs_by_state().at("JOB_STATE_ERROR"), 1);
  EXPECT_EQ(statistics.files_transferred(), 1);
  EXPECT_EQ(statistics.jobs_completed(), 1);
  EXPECT_EQ(statistics.failures_by_reason().at("HTTP_STATUS"), 1);
  EXPECT_EQ(statistics.running_jobs(), 0);
}

TEST_F(JobCallsTest, AfterShutdownCallsAreRefusedAndCheckpointsAreStored) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(10, 100));
  h_.RunUntilIdle();
  h_.engine.SendNews(0, FakeTransferEngine::Progress(70, 100));
  h_.RunUntilIdle();
  bool done = false;
  h_.manager().Shutdown([&] { done = true; });
  h_.RunUntilIdle();
  EXPECT_TRUE(done);
  EXPECT_EQ(h_.Stored(id)->files[0].flushed_bytes, 70);
  EXPECT_TRUE(h_.engine.Running().empty());
  EXPECT_EQ(ReasonOf(h_.Get(id).status()), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(ReasonOf(h_.Create({"/d/b"}).status()),
            v1::ERROR_REASON_SHUTTING_DOWN);
}

}  // namespace
}  // namespace convoy
