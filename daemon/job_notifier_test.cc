#include "daemon/job_notifier.h"

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/job.h"
#include "daemon/job_manager_testing.h"
#include "gtest/gtest.h"
#include "peer/base/ids.h"
#include "peer/fake_transfer_engine.h"
#include "proto/error_detail.h"

// Who is told of TRANSFERRED and ERROR: a watcher, the notify command, and the
// command again.
namespace convoy {
namespace {

constexpr char kWatcher[] = "watcher-1";
constexpr absl::Duration kRetryDelay = absl::Seconds(600);

absl::Status Exited(int code) {
  return absl::AbortedError(absl::StrCat("exited with status ", code));
}

class JobNotifierTest : public testing::Test {
 protected:
  v1::CreateJobRequest Request(const std::string& watcher = "") {
    v1::CreateJobRequest request;
    v1::Job& job = *request.mutable_job();
    job.set_display_name("job");
    job.mutable_notify_command()->set_program("/usr/bin/notify");
    job.set_notify_watcher(watcher);
    v1::JobFile* const file = request.add_files();
    file->set_remote_url("http://origin.example/a");
    file->set_local_path("/d/a");
    return request;
  }
  std::string Run(const v1::CreateJobRequest& request) {
    const auto job = h_.Create(request);
    EXPECT_TRUE(job.ok()) << job.status();
    EXPECT_TRUE(h_.Resume(job->id()).ok());
    return job->id();
  }
  std::string Transferred(const v1::CreateJobRequest& request) {
    const std::string id = Run(request);
    h_.engine.Succeed(h_.engine.count() - 1, "content");
    h_.RunUntilIdle();
    EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
    return id;
  }
  void Answer(std::size_t command, const absl::Status& status) {
    h_.commands.Begin(command);
    h_.RunUntilIdle();
    h_.commands.End(command, status);
    h_.RunUntilIdle();
  }
  WatchId Watch(RecordingListener* listener) {
    v1::WatchJobsRequest request;
    request.set_watcher_id(kWatcher);
    const WatchId id = h_.manager().WatchJobs(h_.caller, request, listener);
    h_.RunUntilIdle();
    return id;
  }
  // What the watcher did with the job's notification.
  v1::JobNotification Tell(const std::string& id, bool taken,
                           const std::string& watcher = kWatcher) {
    v1::AnswerNotificationRequest request;
    request.set_job_id(id);
    request.set_number(h_.Get(id)->notification().number());
    request.set_watcher_id(watcher);
    request.set_taken(taken);
    const auto job = h_.Answer(request);
    EXPECT_TRUE(job.ok()) << job.status();
    return job->notification();
  }
  v1::UpdateJobRequest Update(const std::string& id, const std::string& field) {
    v1::UpdateJobRequest request;
    request.mutable_job()->set_id(id);
    request.mutable_update_mask()->add_paths(field);
    return request;
  }
  v1::JobNotification Notification(const std::string& id) {
    return h_.Get(id)->notification();
  }
  std::size_t count() const { return h_.commands.commands.size(); }

  ManagerHarness h_;
};

// The command again.

TEST_F(JobNotifierTest, ACommandThatFailsRunsAgainAfterTheRetryDelay) {
  const std::string id = Transferred(Request());
  const absl::Time modified =
      absl::FromUnixSeconds(h_.Get(id)->modify_time().seconds());
  for (std::size_t run = 0; run < 3; ++run) {
    ASSERT_EQ(count(), run + 1);
    Answer(run, Exited(3));
    const v1::JobNotification told = Notification(id);
    EXPECT_EQ(told.command_runs(), static_cast<int>(run) + 1);
    EXPECT_EQ(told.last_result(), "exited with status 3");
    EXPECT_EQ(told.last_exit_code(), 3);
    EXPECT_FALSE(told.delivered());
    EXPECT_EQ(absl::FromUnixSeconds(told.next_run_time().seconds()),
              h_.clock.Now() + kRetryDelay);
    h_.Advance(kRetryDelay - absl::Seconds(1));
    EXPECT_EQ(count(), run + 1);
    h_.Advance(absl::Seconds(1));
  }
  ASSERT_EQ(count(), 4u);
  EXPECT_EQ(h_.commands.commands[3].environment.at("CONVOY_JOB_STATE"),
            "TRANSFERRED");
  Answer(3, absl::OkStatus());
  const v1::JobNotification told = Notification(id);
  EXPECT_TRUE(told.delivered());
  EXPECT_EQ(told.last_exit_code(), 0);
  EXPECT_FALSE(told.has_next_run_time());
  h_.Advance(kRetryDelay * 2);
  EXPECT_EQ(count(), 4u);
  // The runs are no changes that keep the job alive.
  EXPECT_EQ(absl::FromUnixSeconds(h_.Get(id)->modify_time().seconds()),
            modified);
}

TEST_F(JobNotifierTest, TheJobsOwnRetryDelayCountsButNotBelowFiveSeconds) {
  v1::CreateJobRequest request = Request();
  request.mutable_job()->mutable_minimum_retry_delay()->set_seconds(1);
  Transferred(request);
  Answer(0, absl::AbortedError("was killed by signal 9"));
  h_.Advance(absl::Seconds(4));
  EXPECT_EQ(count(), 1u);
  h_.Advance(absl::Seconds(1));
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, ACommandThatCannotBeBegunIsTriedAgain) {
  const std::string id = Transferred(Request());
  h_.commands.Begin(0, absl::NotFoundError("/usr/bin/notify: no such file"));
  h_.RunUntilIdle();
  EXPECT_EQ(Notification(id).last_result(), "/usr/bin/notify: no such file");
  EXPECT_FALSE(Notification(id).has_last_exit_code());
  h_.Advance(kRetryDelay);
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, ItIsNotRunAgainOnceTheJobIsCompletedOrCancelled) {
  const std::string completed = Transferred(Request());
  Answer(0, Exited(1));
  EXPECT_TRUE(h_.Complete(completed).ok());
  const v1::JobNotification told = Notification(completed);
  EXPECT_EQ(told.last_exit_code(), 1);
  EXPECT_FALSE(told.has_next_run_time());

  v1::CreateJobRequest other = Request();
  other.mutable_files(0)->set_local_path("/d/b");
  const std::string cancelled = Transferred(other);
  Answer(1, Exited(1));
  EXPECT_TRUE(h_.Cancel(cancelled).ok());
  h_.Advance(kRetryDelay * 2);
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, AProgramThatCompletesTheJobNeedNotAnswerZero) {
  const std::string id = Transferred(Request());
  h_.commands.Begin(0);
  h_.RunUntilIdle();
  EXPECT_TRUE(h_.Complete(id).ok());
  h_.commands.End(0, Exited(1));
  h_.RunUntilIdle();
  EXPECT_FALSE(Notification(id).has_next_run_time());
  h_.Advance(kRetryDelay * 2);
  EXPECT_EQ(count(), 1u);
}

TEST_F(JobNotifierTest, ItIsNotRunAgainOnceTheJobIsInAnotherState) {
  const std::string id = Run(Request());
  h_.engine.Fail(0, FatalFailure());
  h_.RunUntilIdle();
  Answer(0, Exited(1));
  EXPECT_EQ(h_.Suspend(id)->state(), v1::JOB_STATE_SUSPENDED);
  EXPECT_FALSE(h_.Get(id)->has_notification());
  h_.Advance(kRetryDelay * 2);
  EXPECT_EQ(count(), 1u);
  // The next error is another notification.
  EXPECT_TRUE(h_.Resume(id).ok());
  h_.engine.Fail(1, FatalFailure());
  h_.RunUntilIdle();
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, ARunThatBeginsLateIsNotThatOfTheNextNotification) {
  const std::string id = Run(Request());
  h_.engine.Fail(0, FatalFailure());
  h_.RunUntilIdle();
  EXPECT_TRUE(h_.Resume(id).ok());
  h_.engine.Fail(1, FatalFailure());
  h_.RunUntilIdle();
  EXPECT_EQ(count(), 1u);
  Answer(0, absl::OkStatus());
  EXPECT_FALSE(Notification(id).delivered());
  ASSERT_EQ(count(), 2u);
  Answer(1, Exited(3));
  EXPECT_EQ(Notification(id).command_runs(), 1);
  h_.Advance(kRetryDelay);
  EXPECT_EQ(count(), 3u);
}

TEST_F(JobNotifierTest, ASuspendedTransferredJobIsStillToldOf) {
  const std::string id = Transferred(Request());
  Answer(0, Exited(1));
  EXPECT_EQ(h_.Suspend(id)->state(), v1::JOB_STATE_TRANSFERRED);
  h_.Advance(kRetryDelay);
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, AnotherCommandTakesThePlaceOfTheOneThatFailed) {
  const std::string id = Transferred(Request());
  Answer(0, Exited(1));
  v1::UpdateJobRequest update = Update(id, "notify_command");
  update.mutable_job()->mutable_notify_command()->set_program("/bin/other");
  EXPECT_TRUE(h_.Update(update).ok());
  h_.RunUntilIdle();
  ASSERT_EQ(count(), 2u);
  EXPECT_EQ(h_.commands.commands[1].program, "/bin/other");
  Answer(1, absl::OkStatus());
  EXPECT_EQ(Notification(id).command_runs(), 1);
  h_.Advance(kRetryDelay * 2);
  EXPECT_EQ(count(), 2u);

  // For one notification one success is enough.
  update.mutable_job()->mutable_notify_command()->set_program("/bin/third");
  EXPECT_TRUE(h_.Update(update).ok());
  h_.RunUntilIdle();
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, WhatTheOldCommandAnswersIsNothingToTheNewOne) {
  const std::string id = Transferred(Request());
  h_.commands.Begin(0);
  h_.RunUntilIdle();
  v1::UpdateJobRequest update = Update(id, "notify_command");
  update.mutable_job()->mutable_notify_command()->set_program("/bin/other");
  EXPECT_TRUE(h_.Update(update).ok());
  h_.RunUntilIdle();
  EXPECT_EQ(count(), 1u);  // One after another.
  h_.commands.End(0);
  h_.RunUntilIdle();
  ASSERT_EQ(count(), 2u);
  EXPECT_EQ(h_.commands.commands[1].program, "/bin/other");
  EXPECT_FALSE(Notification(id).delivered());
}

TEST_F(JobNotifierTest, TheSameCommandSetAgainChangesNothing) {
  const std::string id = Transferred(Request());
  Answer(0, Exited(1));
  v1::UpdateJobRequest update = Update(id, "notify_command");
  *update.mutable_job()->mutable_notify_command() =
      Request().job().notify_command();
  EXPECT_TRUE(h_.Update(update).ok());
  h_.RunUntilIdle();
  EXPECT_EQ(count(), 1u);
  h_.Advance(kRetryDelay);
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, NoCommandAndNoFlagMeanNoRepeat) {
  const std::string id = Transferred(Request());
  Answer(0, Exited(1));
  v1::UpdateJobRequest update = Update(id, "notify_flags");
  update.mutable_job()->set_notify_flags(kNotifyTransferred | kNotifyDisable);
  EXPECT_TRUE(h_.Update(update).ok());
  EXPECT_FALSE(Notification(id).has_next_run_time());
  h_.Advance(kRetryDelay * 2);
  EXPECT_EQ(count(), 1u);

  update.mutable_job()->set_notify_flags(kNotifyTransferred);
  EXPECT_TRUE(h_.Update(update).ok());
  h_.RunUntilIdle();
  ASSERT_EQ(count(), 2u);
  Answer(1, Exited(1));
  EXPECT_TRUE(h_.Update(Update(id, "notify_command")).ok());
  h_.Advance(kRetryDelay * 2);
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, ACommandThatIsSetAfterTheEventRuns) {
  v1::CreateJobRequest request = Request();
  request.mutable_job()->clear_notify_command();
  const std::string id = Transferred(request);
  EXPECT_EQ(count(), 0u);
  v1::UpdateJobRequest update = Update(id, "notify_command");
  update.mutable_job()->mutable_notify_command()->set_program("/bin/late");
  EXPECT_TRUE(h_.Update(update).ok());
  h_.RunUntilIdle();
  EXPECT_EQ(count(), 1u);
}

TEST_F(JobNotifierTest, ARepeatIsKeptOverARestart) {
  const std::string id = Transferred(Request());
  Answer(0, Exited(3));
  h_.Advance(absl::Seconds(200));
  h_.KillAndRestart();
  EXPECT_EQ(Notification(id).last_exit_code(), 3);
  h_.Advance(absl::Seconds(399));
  EXPECT_EQ(count(), 1u);
  h_.Advance(absl::Seconds(1));
  ASSERT_EQ(count(), 2u);
  Answer(1, absl::OkStatus());
  EXPECT_TRUE(Notification(id).delivered());
  EXPECT_EQ(Notification(id).command_runs(), 2);
  h_.KillAndRestart();
  h_.Advance(kRetryDelay * 2);
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, ARunWhoseEndNobodySawIsRepeatedWhenItMustBeOver) {
  v1::CreateJobRequest request = Request();
  request.mutable_job()->mutable_minimum_retry_delay()->set_seconds(5);
  const std::string id = Transferred(request);
  h_.commands.Begin(0);
  h_.RunUntilIdle();
  EXPECT_EQ(Notification(id).last_result(), "");
  EXPECT_FALSE(Notification(id).has_next_run_time());
  h_.KillAndRestart();
  EXPECT_TRUE(absl::StrContains(Notification(id).last_result(), "not seen"));
  h_.Advance(absl::Minutes(10) - absl::Seconds(1));
  EXPECT_EQ(count(), 1u);
  h_.Advance(absl::Seconds(1));
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, ACommandThatAnOlderStoreOwedIsRepeatedToo) {
  const std::string id = Transferred(Request());
  h_.Kill();
  std::unique_ptr<Job> old = h_.store.LoadJob(*JobId::Parse(id)).value();
  EXPECT_EQ(old->notices_due, kNotifyTransferred);
  old->notification = nullptr;
  h_.store.PutJob(*old);
  ASSERT_TRUE(h_.store.Commit().ok());
  h_.Start();
  h_.RunUntilIdle();
  ASSERT_EQ(count(), 2u);
  Answer(1, Exited(1));
  EXPECT_EQ(Notification(id).last_exit_code(), 1);
  h_.Advance(kRetryDelay);
  EXPECT_EQ(count(), 3u);
}

TEST_F(JobNotifierTest, ANewOwnerEndsTheRepeats) {
  // A job that has begun no file may be taken over: this one is too large.
  v1::CreateJobRequest request = Request();
  request.mutable_job()->set_maximum_download_bytes(10);
  request.mutable_files(0)->set_expected_size_bytes(100);
  const std::string id = Run(request);
  ASSERT_EQ(h_.StateOf(id), v1::JOB_STATE_ERROR);
  Answer(0, Exited(1));
  EXPECT_TRUE(Notification(id).has_next_run_time());
  h_.caller = {0, 0, true};
  ASSERT_TRUE(h_.TakeOwnership(id).ok());
  EXPECT_FALSE(Notification(id).has_next_run_time());
  h_.Advance(kRetryDelay * 2);
  EXPECT_EQ(count(), 1u);
}

// Watchers.

TEST_F(JobNotifierTest, WhatTheWatcherTakesTheCommandIsNotRunFor) {
  RecordingListener listener;
  Watch(&listener);
  const std::string id = Transferred(Request(kWatcher));
  EXPECT_EQ(count(), 0u);
  ASSERT_FALSE(listener.jobs.empty());
  EXPECT_EQ(listener.jobs.back()->notification().state(),
            v1::JOB_STATE_TRANSFERRED);
  EXPECT_TRUE(Tell(id, /*taken=*/true).delivered());
  h_.Advance(absl::Hours(1));
  EXPECT_EQ(count(), 0u);
  h_.KillAndRestart();
  h_.Advance(absl::Hours(1));
  EXPECT_EQ(count(), 0u);
}

TEST_F(JobNotifierTest, WhatTheWatcherCouldNotTakeTheCommandIsRunForAtOnce) {
  RecordingListener listener;
  Watch(&listener);
  const std::string id = Transferred(Request(kWatcher));
  // Somebody else's refusal is not the watcher's.
  Tell(id, /*taken=*/false, "another");
  EXPECT_EQ(count(), 0u);
  Tell(id, /*taken=*/false);
  h_.RunUntilIdle();
  ASSERT_EQ(count(), 1u);
  Answer(0, Exited(1));
  // Both have failed: the command comes again, and the watcher may take it
  // meanwhile.
  h_.Advance(kRetryDelay);
  ASSERT_EQ(count(), 2u);
  Answer(1, Exited(1));
  EXPECT_TRUE(Tell(id, /*taken=*/true).delivered());
  h_.Advance(kRetryDelay * 2);
  EXPECT_EQ(count(), 2u);
}

TEST_F(JobNotifierTest, AWatcherThatDoesNotAnswerIsNotWaitedForLong) {
  RecordingListener listener;
  Watch(&listener);
  const std::string id = Transferred(Request(kWatcher));
  h_.Advance(JobNotifier::kAnswerTime - absl::Seconds(1));
  EXPECT_EQ(count(), 0u);
  EXPECT_TRUE(absl::StrContains(h_.Explain(id)->factors(1).text(),
                                "is told first; if it has not taken"))
      << h_.Explain(id)->DebugString();
  h_.Advance(absl::Seconds(1));
  EXPECT_EQ(count(), 1u);
}

TEST_F(JobNotifierTest, AWatcherThatIsGoneIsWaitedForShortly) {
  RecordingListener listener;
  const WatchId watch = Watch(&listener);
  Transferred(Request(kWatcher));
  h_.Advance(absl::Seconds(20));
  h_.manager().StopWatch(watch);
  h_.RunUntilIdle();
  h_.Advance(JobNotifier::kComeBackTime - absl::Seconds(1));
  EXPECT_EQ(count(), 0u);
  h_.Advance(absl::Seconds(1));
  EXPECT_EQ(count(), 1u);
}

TEST_F(JobNotifierTest, AWatcherThatComesBackIsWaitedForAgain) {
  const std::string id = Transferred(Request(kWatcher));
  h_.Advance(JobNotifier::kComeBackTime / 2);
  RecordingListener listener;
  Watch(&listener);
  h_.Advance(JobNotifier::kComeBackTime);
  EXPECT_EQ(count(), 0u);
  Tell(id, /*taken=*/true);
  h_.Advance(JobNotifier::kAnswerTime);
  EXPECT_EQ(count(), 0u);
}

TEST_F(JobNotifierTest, ARestartGivesTheWatcherTimeToComeBack) {
  RecordingListener listener;
  Watch(&listener);
  const std::string id = Transferred(Request(kWatcher));
  h_.KillAndRestart();
  EXPECT_EQ(count(), 0u);
  RecordingListener again;
  Watch(&again);
  h_.Advance(JobNotifier::kComeBackTime * 2);
  EXPECT_EQ(count(), 0u);
  Tell(id, /*taken=*/true);
  h_.Advance(JobNotifier::kAnswerTime);
  EXPECT_EQ(count(), 0u);
}

TEST_F(JobNotifierTest, AWatchOfAnotherUserIsNotTheJobsWatcher) {
  h_.caller = {1001, 1001, false};
  RecordingListener listener;
  Watch(&listener);
  h_.caller = {1000, 1000, false};
  Transferred(Request(kWatcher));
  h_.Advance(JobNotifier::kComeBackTime);
  EXPECT_EQ(count(), 1u);
}

TEST_F(JobNotifierTest, WithoutItsWatcherTheCommandRunsAtOnce) {
  RecordingListener listener;
  Watch(&listener);
  const std::string id = Transferred(Request(kWatcher));
  EXPECT_TRUE(h_.Update(Update(id, "notify_watcher")).ok());
  h_.RunUntilIdle();
  EXPECT_EQ(count(), 1u);
}

TEST_F(JobNotifierTest, WhatAWatcherTookNoLaterCommandIsRunFor) {
  RecordingListener listener;
  Watch(&listener);
  v1::CreateJobRequest request = Request(kWatcher);
  request.mutable_job()->clear_notify_command();
  const std::string id = Transferred(request);
  Tell(id, /*taken=*/true);
  v1::UpdateJobRequest update = Update(id, "notify_command");
  update.mutable_job()->mutable_notify_command()->set_program("/bin/late");
  EXPECT_TRUE(h_.Update(update).ok());
  h_.Advance(absl::Hours(1));
  EXPECT_EQ(count(), 0u);
}

TEST_F(JobNotifierTest, AnAnswerToAnOldNotificationIsNothingToTheNewOne) {
  RecordingListener listener;
  Watch(&listener);
  const std::string id = Run(Request(kWatcher));
  h_.engine.Fail(0, FatalFailure());
  h_.RunUntilIdle();
  v1::AnswerNotificationRequest old;
  old.set_job_id(id);
  old.set_number(Notification(id).number());
  old.set_watcher_id(kWatcher);
  old.set_taken(true);
  EXPECT_TRUE(h_.Resume(id).ok());
  h_.engine.Fail(1, FatalFailure());
  h_.RunUntilIdle();
  EXPECT_GT(Notification(id).number(), old.number());
  EXPECT_FALSE(h_.Answer(old)->notification().delivered());
  h_.Advance(JobNotifier::kAnswerTime);
  EXPECT_EQ(count(), 1u);
}

TEST_F(JobNotifierTest, AnswersAreOfWatchersAndOfTheJobsUsers) {
  const std::string id = Transferred(Request());
  v1::AnswerNotificationRequest answer;
  answer.set_job_id(id);
  answer.set_number(Notification(id).number());
  answer.set_taken(true);
  absl::Status refused = h_.Answer(answer).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorDetailOf(refused).field(), "watcher_id");
  answer.set_watcher_id(std::string(65, 'x'));
  refused = h_.Answer(answer).status();
  EXPECT_EQ(ErrorDetailOf(refused).field(), "watcher_id");
  answer.set_watcher_id(kWatcher);
  h_.caller = {1001, 1001, false};
  EXPECT_EQ(h_.Answer(answer).status().code(), absl::StatusCode::kNotFound);

  RecordingListener listener;
  v1::WatchJobsRequest request;
  request.set_watcher_id(std::string(65, 'x'));
  h_.manager().WatchJobs(h_.caller, request, &listener);
  h_.RunUntilIdle();
  ASSERT_TRUE(listener.end.has_value());
  EXPECT_EQ(ErrorDetailOf(*listener.end).field(), "watcher_id");
}

TEST_F(JobNotifierTest, ExplainTellsHowTheCommandEndedAndWhenItComesAgain) {
  const std::string id = Transferred(Request());
  h_.commands.Begin(0);
  h_.RunUntilIdle();
  EXPECT_TRUE(absl::StrContains(h_.Explain(id)->factors(1).text(),
                                "The notify command /usr/bin/notify runs"));
  h_.commands.End(0, Exited(3));
  h_.RunUntilIdle();
  const v1::ExplainJobResponse told = *h_.Explain(id);
  const v1::Factor& factor = told.factors(1);
  EXPECT_TRUE(absl::StrContains(factor.text(),
                                "exited with status 3 (run 1, begun at "))
      << factor.text();
  EXPECT_TRUE(absl::StrContains(factor.text(), "it is run again at "))
      << factor.text();
  EXPECT_EQ(factor.policy(), "limits.minimum_retry_delay_background_seconds");
  EXPECT_EQ(told.next_action_time().seconds(),
            Notification(id).next_run_time().seconds());
  EXPECT_TRUE(h_.Complete(id).ok());
  EXPECT_TRUE(absl::StrContains(h_.Explain(id)->factors(0).text(),
                                "it is not run again"));
}

}  // namespace
}  // namespace convoy
