#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/job_manager.h"
#include "daemon/job_manager_testing.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

// How jobs end: Complete, Cancel, inactivity, history; and what a crash leaves
// of it.
namespace convoy {
namespace {

using Strings = std::vector<std::string>;

absl::Status Denied(const std::string& path) {
  return Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path)
      .Status(absl::StrCat("you may not write ", path));
}

class JobEndingsTest : public testing::Test {
 protected:
  ManagerHarness h_;
};

TEST_F(JobEndingsTest, CompleteGivesTheFilesTheirNames) {
  const std::string id = h_.CreateTransferred({"/d/a", "/d/b"});
  const v1::CompleteJobResponse response = *h_.Complete(id);
  EXPECT_EQ(response.job().state(), v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_FALSE(response.partial());
  EXPECT_EQ(h_.files.Paths(), Strings({"/d/a", "/d/b"}));
  EXPECT_TRUE(h_.Files(id)[0].completed());
  EXPECT_EQ(h_.Files(id)[0].temporary_path(), "");
  EXPECT_EQ(h_.Stored(id)->state, v1::JOB_STATE_ACKNOWLEDGED);
}

TEST_F(JobEndingsTest, CompleteOfHundredsOfFilesCompletesAll) {
  Strings paths;
  for (int i = 100; i < 400; ++i) paths.push_back(absl::StrCat("/d/", i));
  h_.settings.config.mutable_scheduler()->set_max_running_files(1000);
  const std::string id = h_.CreateTransferred(paths);
  EXPECT_FALSE(h_.Complete(id)->partial());
  EXPECT_EQ(h_.files.Paths(), paths);
}

TEST_F(JobEndingsTest, AnEarlyCompleteKeepsOnlyWholeFiles) {
  const std::string id = h_.CreateRunning({"/d/a", "/d/b"});
  h_.engine.Succeed(0, "whole");
  h_.engine.SendNews(1, FakeTransferEngine::Progress(30, 100));
  h_.RunUntilIdle();
  const v1::CompleteJobResponse response = *h_.Complete(id);
  EXPECT_TRUE(response.partial());
  EXPECT_EQ(response.job().state(), v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_EQ(response.job().progress().transferred_bytes(), 5);
  EXPECT_EQ(h_.files.Paths(), Strings({"/d/a"}));
  EXPECT_TRUE(h_.engine.Running().empty());
}

TEST_F(JobEndingsTest, AJobWithoutFilesCanBeCompleted) {
  const std::string id = h_.Create(Strings())->id();
  EXPECT_FALSE(h_.Complete(id)->partial());
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_ACKNOWLEDGED);
}

TEST_F(JobEndingsTest, WhenANameIsRefusedTheJobStaysAndCompleteIsRepeatable) {
  const std::string id = h_.CreateTransferred({"/d/a", "/d/b"});
  h_.files.Fail("/d/b", Denied("/d/b"));
  const absl::Status status = h_.Complete(id).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorDetailOf(status).local_path(), "/d/b");
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
  EXPECT_TRUE(h_.Files(id)[0].completed());
  EXPECT_FALSE(h_.Files(id)[1].completed());
  EXPECT_TRUE(h_.Stored(id)->files[0].completed);

  h_.files.Fail("/d/b", absl::OkStatus());
  EXPECT_FALSE(h_.Complete(id)->partial());
  EXPECT_EQ(h_.files.Paths(), Strings({"/d/a", "/d/b"}));
}

TEST_F(JobEndingsTest, ARunningJobRunsOnWhenItsEarlyCompleteFails) {
  const std::string id = h_.CreateRunning({"/d/a", "/d/b"});
  h_.engine.Succeed(0, "whole");
  h_.engine.SendNews(1, FakeTransferEngine::Progress(30, 100));
  h_.RunUntilIdle();
  h_.files.Fail("/d/a", Denied("/d/a"));
  EXPECT_FALSE(h_.Complete(id).ok());
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
  ASSERT_EQ(h_.engine.count(), 3u);
  EXPECT_EQ(h_.engine.spec(2).checkpoint, "checkpoint");
}

TEST_F(JobEndingsTest, CallsThatComeDuringCompleteWaitForItsEnd) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  v1::CompleteJobRequest complete;
  complete.set_job_id(id);
  v1::CancelJobRequest cancel;
  cancel.set_job_id(id);
  absl::Status completed = absl::UnknownError("no answer");
  absl::Status cancelled = absl::UnknownError("no answer");
  h_.control.Post([&] {
    h_.manager().CompleteJob(h_.caller, complete,
                             [&](absl::StatusOr<v1::CompleteJobResponse> r) {
                               completed = r.status();
                             });
    h_.manager().CancelJob(h_.caller, cancel,
                           [&](absl::StatusOr<v1::CancelJobResponse> r) {
                             cancelled = r.status();
                           });
  });
  h_.RunUntilIdle();
  EXPECT_TRUE(completed.ok());
  EXPECT_EQ(cancelled.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(h_.files.Paths(), Strings({"/d/a"}));
}

TEST_F(JobEndingsTest, CancelRemovesWhatWasFetched) {
  const std::string id = h_.CreateRunning({"/d/a", "/d/b"});
  h_.engine.Succeed(0, "whole");
  h_.RunUntilIdle();
  EXPECT_EQ(h_.files.Paths().size(), 2u);
  const v1::CancelJobResponse response = *h_.Cancel(id);
  EXPECT_EQ(response.job().state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(response.left_over_paths().empty());
  EXPECT_TRUE(h_.files.Paths().empty());
  EXPECT_TRUE(h_.engine.Running().empty());
}

TEST_F(JobEndingsTest, CancelRemovesFilesOfATransferredJob) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  h_.Cancel(id).value();
  EXPECT_TRUE(h_.files.Paths().empty());
}

TEST_F(JobEndingsTest, CancelDuringOpeningLeavesNothing) {
  const std::string id = h_.Create({"/d/a"})->id();
  v1::ResumeJobRequest resume;
  resume.set_job_id(id);
  h_.manager().ResumeJob(h_.caller, resume, [](absl::StatusOr<v1::Job>) {});
  // The file is being made on the other executor when Cancel comes.
  h_.control.RunUntilIdle();
  v1::CancelJobRequest cancel;
  cancel.set_job_id(id);
  bool answered = false;
  h_.manager().CancelJob(
      h_.caller, cancel,
      [&](absl::StatusOr<v1::CancelJobResponse> r) { answered = r.ok(); });
  h_.RunUntilIdle();
  EXPECT_TRUE(answered);
  EXPECT_TRUE(h_.files.Paths().empty());
  EXPECT_EQ(h_.engine.count(), 0u);
}

TEST_F(JobEndingsTest, WhatCannotBeRemovedIsNamedAndTriedAgainAtTheNextStart) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  const std::string path = h_.Files(id)[0].temporary_path();
  h_.files.Fail(path, Denied(path));
  const v1::CancelJobResponse response = *h_.Cancel(id);
  ASSERT_EQ(response.left_over_paths_size(), 1);
  EXPECT_EQ(response.left_over_paths(0), path);
  EXPECT_EQ(h_.files.Paths(), Strings({path}));

  h_.files.Fail(path, absl::OkStatus());
  h_.KillAndRestart();
  EXPECT_TRUE(h_.files.Paths().empty());
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CANCELLED);
}

TEST_F(JobEndingsTest, ACancelThatCouldNotBeStoredRemovesNothing) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  h_.store.fail_commits = 1;
  EXPECT_EQ(h_.Cancel(id).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
  EXPECT_EQ(h_.files.Paths().size(), 1u);
  EXPECT_TRUE(h_.Complete(id).ok());
}

TEST_F(JobEndingsTest, ACompleteThatCouldNotBeStoredIsRepeatable) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  h_.store.fail_commits = 1;
  EXPECT_EQ(h_.Complete(id).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
  EXPECT_FALSE(h_.Complete(id)->partial());
  EXPECT_EQ(h_.files.Paths(), Strings({"/d/a"}));
}

TEST_F(JobEndingsTest, SecretsDoNotOutliveTheJob) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("secret");
  v1::HttpHeader* const header =
      request.mutable_job()->mutable_http()->add_headers();
  header->set_name("Authorization");
  header->set_value("secret");
  const std::string id = h_.Create(request)->id();
  EXPECT_NE(h_.Stored(id)->http, nullptr);
  h_.Cancel(id).value();
  EXPECT_EQ(h_.Stored(id)->http, nullptr);
  EXPECT_FALSE(h_.Get(id)->has_http());
}

// Time.

TEST_F(JobEndingsTest, FinalJobsStayReadableForTheHistoryTime) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  h_.Complete(id).value();
  h_.Advance(absl::Hours(24 * 6));
  EXPECT_TRUE(h_.Get(id).ok());
  h_.Advance(absl::Hours(25));
  EXPECT_EQ(h_.Get(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(h_.store.job_count(), 0u);
  EXPECT_EQ(h_.files.Paths(), Strings({"/d/a"}));
}

TEST_F(JobEndingsTest, TheHistoryEndsWhileTheDaemonIsDown) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  h_.Complete(id).value();
  h_.Kill();
  h_.clock.Advance(absl::Hours(24 * 8));
  h_.Start();
  EXPECT_EQ(h_.Get(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(h_.store.job_count(), 0u);
}

TEST_F(JobEndingsTest, WithoutAHistoryFinalJobsAreGoneAfterTheAnswer) {
  h_.settings.config.mutable_limits()->set_history_seconds(0);
  const std::string id = h_.CreateTransferred({"/d/a"});
  EXPECT_EQ(h_.Complete(id)->job().state(), v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_EQ(h_.Get(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(h_.store.job_count(), 0u);
}

TEST_F(JobEndingsTest, AJobThatNothingChangesIsCancelled) {
  const std::string id = h_.CreateTransferred({"/d/a"});
  h_.Advance(absl::Hours(24 * 29));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
  h_.Advance(absl::Hours(24 * 2));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(h_.Stored(id)->failure->detail.reason(),
            v1::ERROR_REASON_JOB_INACTIVE);
  EXPECT_TRUE(h_.files.Paths().empty());
}

TEST_F(JobEndingsTest, ProgressAndCallsKeepAJobAlive) {
  h_.settings.config.mutable_limits()->set_job_inactivity_seconds(600);
  const std::string id = h_.CreateRunning({"/d/a"});
  for (int i = 1; i < 8; ++i) {
    h_.engine.SendNews(0, FakeTransferEngine::Progress(i, 100));
    h_.Advance(absl::Minutes(9));
  }
  h_.Suspend(id).value();
  for (int i = 0; i < 5; ++i) {
    h_.Advance(absl::Minutes(9));
    v1::UpdateJobRequest request;
    request.mutable_job()->set_id(id);
    request.mutable_job()->set_description(absl::StrCat(i));
    request.mutable_update_mask()->add_paths("description");
    EXPECT_TRUE(h_.Update(request).ok());
  }
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_SUSPENDED);
  h_.Advance(absl::Minutes(11));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CANCELLED);
}

TEST_F(JobEndingsTest, AJobsOwnInactivityTimeoutCountsAndIsNamed) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("job");
  request.mutable_job()->mutable_inactivity_timeout()->set_seconds(90 * 86400);
  const std::string id = h_.Create(request)->id();
  const std::string other = h_.Create({"/d/a"})->id();
  EXPECT_EQ(h_.Get(id)->inactivity_timeout().seconds(), 90 * 86400);
  EXPECT_EQ(h_.Get(other)->inactivity_timeout().seconds(), 30 * 86400);
  h_.KillAndRestart();
  h_.Advance(absl::Hours(24 * 31));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(h_.StateOf(other), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(h_.Stored(other)->failure->detail.policy(),
            "limits.job_inactivity_seconds");
  EXPECT_EQ(h_.Explain(id)->factors(0).policy(), "");
  h_.Advance(absl::Hours(24 * 58));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_SUSPENDED);
  h_.Advance(absl::Hours(24 * 2));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(h_.Stored(id)->failure->detail.reason(),
            v1::ERROR_REASON_JOB_INACTIVE);
  EXPECT_EQ(h_.Stored(id)->failure->detail.policy(), "");
  EXPECT_TRUE(absl::StrContains(h_.Stored(id)->failure->message,
                                "its inactivity_timeout"));
}

TEST_F(JobEndingsTest, AnInactivityThatTheConfigurationSetsHoldsForAllJobs) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("job");
  request.mutable_job()->mutable_inactivity_timeout()->set_seconds(90 * 86400);
  const std::string id = h_.Create(request)->id();
  // Set to what is its default, too.
  const Settings before = h_.settings;
  h_.settings.providers["limits.job_inactivity_seconds"] = "c.yaml:2";
  h_.manager().SettingsChanged(before);
  h_.RunUntilIdle();
  EXPECT_EQ(h_.Get(id)->inactivity_timeout().seconds(), 30 * 86400);
  EXPECT_EQ(h_.Explain(id)->factors(0).policy(),
            "limits.job_inactivity_seconds");
  EXPECT_EQ(h_.Explain(id)->factors(0).provider(), "c.yaml:2");
  h_.Advance(absl::Hours(24 * 31));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(h_.Stored(id)->failure->detail.policy(),
            "limits.job_inactivity_seconds");

  // Longer, for people who are away for long.
  h_.settings.config.mutable_limits()->set_job_inactivity_seconds(180 * 86400);
  const std::string longer = h_.Create(request)->id();
  h_.Advance(absl::Hours(24 * 179));
  EXPECT_EQ(h_.StateOf(longer), v1::JOB_STATE_SUSPENDED);
}

// Restarts.

TEST_F(JobEndingsTest, AfterACrashARunningJobGoesOnFromItsCheckpoint) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(10, 100));
  h_.RunUntilIdle();
  h_.engine.SendNews(0, FakeTransferEngine::Progress(50, 100));
  h_.RunUntilIdle();
  h_.KillAndRestart();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
  ASSERT_EQ(h_.engine.count(), 2u);
  EXPECT_EQ(h_.engine.spec(1).checkpoint, "checkpoint");
  EXPECT_EQ(h_.Get(id)->progress().transferred_bytes(), 10);
}

TEST_F(JobEndingsTest, AfterARestartARetryComesWhenItWasDue) {
  const std::string id = h_.CreateRunning({"/d/a"});
  h_.engine.Fail(0, RetryableFailure());
  h_.RunUntilIdle();
  h_.Advance(absl::Seconds(300));
  h_.KillAndRestart();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSIENT_ERROR);
  EXPECT_TRUE(h_.Get(id)->has_error());
  h_.Advance(absl::Seconds(290));
  EXPECT_EQ(h_.engine.count(), 1u);
  h_.Advance(absl::Seconds(170));
  EXPECT_EQ(h_.engine.count(), 2u);
}

TEST_F(JobEndingsTest, TimeWithTheDaemonDownIsNoTimeWithoutProgress) {
  const std::string id = h_.CreateRunning({"/d/a"}, v1::JOB_PRIORITY_HIGH);
  h_.engine.Fail(0, RetryableFailure());
  h_.RunUntilIdle();
  h_.Kill();
  h_.clock.Advance(absl::Hours(10));
  h_.Start();
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
  h_.Advance(absl::Minutes(50));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
  h_.Advance(absl::Minutes(11));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_ERROR);
}

TEST_F(JobEndingsTest, StatesThatRestStayWhatTheyAreOverARestart) {
  const std::string suspended = h_.Create({"/d/a"})->id();
  const std::string transferred = h_.CreateTransferred({"/d/b"});
  const std::string failed = h_.CreateRunning({"/d/c"});
  h_.engine.Fail(1, FatalFailure("gone"));
  h_.RunUntilIdle();
  h_.KillAndRestart();
  EXPECT_EQ(h_.StateOf(suspended), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(h_.StateOf(transferred), v1::JOB_STATE_TRANSFERRED);
  EXPECT_EQ(h_.Get(failed)->error().message(), "gone");
  EXPECT_EQ(h_.engine.count(), 2u);
  EXPECT_FALSE(h_.Complete(transferred)->partial());
}

// Kills the daemon just before its Nth write (a commit, or a change of a file),
// for each N there is, while a story goes on; then starts it again and looks at
// what is left.
class KillPointsTest : public testing::Test {
 protected:
  // Fewer means that the story did not get where it should.
  static constexpr int kFewestWrites = 6;

  // Lets `story` go on until `writes` writes have been made: from there on
  // nothing reaches the disk. Returns whether the story ended before that.
  static bool Run(ManagerHarness& h, int writes,
                  const std::function<void()>& story) {
    bool killed = false;
    h.store.may_write = [&] {
      if (writes-- <= 0) killed = true;
      return !killed;
    };
    h.files.may_write = h.store.may_write;
    story();
    h.store.may_write = nullptr;
    h.files.may_write = nullptr;
    return !killed;
  }
};

TEST_F(KillPointsTest, CancelLeavesNoFileWhereverTheDaemonDies) {
  int n = 0;
  for (bool whole = false; !whole; ++n) {
    ASSERT_LT(n, 50);
    ManagerHarness h;
    std::string id;
    bool acknowledged = false;
    whole = Run(h, n, [&] {
      const auto job = h.Create({"/d/a", "/d/b"});
      if (!job.ok()) return;
      id = job->id();
      if (!h.Resume(id).ok()) return;
      if (h.engine.count() > 0) h.engine.Succeed(0, "x");
      h.RunUntilIdle();
      acknowledged = h.Cancel(id).ok();
    });
    h.KillAndRestart();
    if (acknowledged) {
      EXPECT_EQ(h.StateOf(id), v1::JOB_STATE_CANCELLED) << n;
    } else if (h.store.job_count() > 0 &&
               h.StateOf(id) != v1::JOB_STATE_CANCELLED) {
      EXPECT_TRUE(h.Cancel(id).ok()) << n;
    }
    EXPECT_TRUE(h.files.Paths().empty()) << n;
  }
  EXPECT_GE(n, kFewestWrites);
}

TEST_F(KillPointsTest, CompleteIsDoneOrRepeatableWhereverTheDaemonDies) {
  int n = 0;
  for (bool whole = false; !whole; ++n) {
    ASSERT_LT(n, 50);
    ManagerHarness h;
    std::string id;
    bool acknowledged = false;
    whole = Run(h, n, [&] {
      const auto job = h.Create({"/d/a", "/d/b"});
      if (!job.ok()) return;
      id = job->id();
      if (!h.Resume(id).ok()) return;
      for (std::size_t i = 0; i < h.engine.count(); ++i) {
        h.engine.Succeed(i, "x");
      }
      h.RunUntilIdle();
      acknowledged = h.Complete(id).ok();
    });
    h.KillAndRestart();
    if (id.empty()) continue;
    if (acknowledged) {
      EXPECT_EQ(h.StateOf(id), v1::JOB_STATE_ACKNOWLEDGED) << n;
    } else if (h.StateOf(id) == v1::JOB_STATE_TRANSFERRED) {
      EXPECT_FALSE(h.Complete(id)->partial()) << n;
    } else {
      // It goes on from where it was.
      EXPECT_TRUE(h.StateOf(id) == v1::JOB_STATE_SUSPENDED ||
                  h.StateOf(id) == v1::JOB_STATE_CONNECTING)
          << n << " " << h.StateOf(id);
      continue;
    }
    EXPECT_EQ(h.files.Paths(), Strings({"/d/a", "/d/b"})) << n;
  }
  EXPECT_GE(n, kFewestWrites);
}

TEST_F(KillPointsTest, WhatWasReportedIsNeverTakenBack) {
  int n = 0;
  for (bool whole = false; !whole; ++n) {
    ASSERT_LT(n, 50);
    ManagerHarness h;
    std::string id;
    std::int64_t reported = 0;
    whole = Run(h, n, [&] {
      const auto job = h.Create({"/d/a"});
      if (!job.ok()) return;
      id = job->id();
      if (!h.Resume(id).ok()) return;
      for (int i = 1; i <= 5; ++i) {
        if (h.engine.count() > 0) {
          h.engine.SendNews(0, FakeTransferEngine::Progress(i * 10, 100));
        }
        h.Advance(absl::Milliseconds(700));
        const auto seen = h.Get(id);
        if (seen.ok()) reported = seen->progress().transferred_bytes();
      }
    });
    h.KillAndRestart();
    if (id.empty()) continue;
    EXPECT_GE(h.Get(id)->progress().transferred_bytes(), reported) << n;
  }
  EXPECT_GE(n, kFewestWrites);
}

}  // namespace
}  // namespace convoy
