#include "daemon/job_notification.h"

#include <memory>

#include "convoy/v1/job.pb.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

class JobNotificationTest : public testing::Test {
 protected:
  JobNotificationTest() {
    auto command = std::make_shared<v1::NotifyCommand>();
    command->set_program("/bin/true");
    MutableExtras(&job_).notify_command = std::move(command);
  }

  bool Enter(v1::JobState state) {
    job_.state = state;
    ++job_.revision;
    return EnterState(&job_);
  }

  Job job_;
};

TEST_F(JobNotificationTest, OnlyTransferredAndErrorAreToldOf) {
  for (const v1::JobState state :
       {v1::JOB_STATE_SUSPENDED, v1::JOB_STATE_QUEUED, v1::JOB_STATE_CONNECTING,
        v1::JOB_STATE_TRANSFERRING, v1::JOB_STATE_TRANSIENT_ERROR}) {
    EXPECT_FALSE(Enter(state));
    EXPECT_EQ(job_.notification, nullptr);
  }
  EXPECT_TRUE(Enter(v1::JOB_STATE_ERROR));
  EXPECT_EQ(job_.notices_due, kNotifyError);
  EXPECT_EQ(job_.notification->number(), 7);
  EXPECT_EQ(job_.notification->state(), v1::JOB_STATE_ERROR);
}

TEST_F(JobNotificationTest, AJobThatNobodyIsToldOfHasNone) {
  MutableExtras(&job_).notify_command = nullptr;
  EXPECT_FALSE(Enter(v1::JOB_STATE_TRANSFERRED));
  EXPECT_EQ(job_.notification, nullptr);
  MutableExtras(&job_).notify_watcher = "w";
  EXPECT_FALSE(Enter(v1::JOB_STATE_ERROR));
  EXPECT_NE(job_.notification, nullptr);
  EXPECT_EQ(job_.notices_due, 0u);
}

TEST_F(JobNotificationTest, FlagsDecideWhatTheCommandIsRunFor) {
  job_.notify_flags = kNotifyTransferred;
  EXPECT_FALSE(Enter(v1::JOB_STATE_ERROR));
  EXPECT_TRUE(Enter(v1::JOB_STATE_TRANSFERRED));
  job_.notify_flags = kNotifyTransferred | kNotifyDisable;
  EXPECT_FALSE(CallsForCommand(job_));
}

TEST_F(JobNotificationTest, AFirstRunStaysOwedWhenTheJobGoesOn) {
  Enter(v1::JOB_STATE_ERROR);
  Enter(v1::JOB_STATE_QUEUED);
  EXPECT_EQ(job_.notices_due, kNotifyError);
  EXPECT_EQ(job_.notification, nullptr);
  Enter(v1::JOB_STATE_TRANSFERRED);
  EXPECT_EQ(job_.notices_due, kNotifyError | kNotifyTransferred);
  Enter(v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_EQ(job_.notices_due, kNotifyError | kNotifyTransferred);
  EXPECT_FALSE(CallsForCommand(job_));
}

TEST_F(JobNotificationTest, WhatAWatcherWasToBeToldIsPastWithTheState) {
  MutableExtras(&job_).notify_watcher = "w";
  Enter(v1::JOB_STATE_ERROR);
  Enter(v1::JOB_STATE_QUEUED);
  EXPECT_EQ(job_.notices_due, 0u);
  Enter(v1::JOB_STATE_TRANSFERRED);
  Enter(v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_EQ(job_.notices_due, 0u);
}

TEST_F(JobNotificationTest, AJobThatCompletesItselfIsToldOfAllTheSame) {
  MutableExtras(&job_).notify_watcher = "w";
  job_.complete_when_transferred = true;
  Enter(v1::JOB_STATE_TRANSFERRED);
  Enter(v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_EQ(job_.notices_due, kNotifyTransferred);
}

TEST_F(JobNotificationTest, RepeatsEndWithTheState) {
  for (const v1::JobState next :
       {v1::JOB_STATE_SUSPENDED, v1::JOB_STATE_CANCELLED}) {
    Enter(v1::JOB_STATE_ERROR);
    job_.notification->set_command_runs(1);
    job_.notification->mutable_next_run_time()->set_seconds(1);
    EXPECT_TRUE(CallsForCommand(job_));
    EXPECT_FALSE(Enter(next));
    EXPECT_EQ(job_.notices_due, 0u);
    EXPECT_FALSE(CallsForCommand(job_));
  }
  // What it answered can still be seen.
  ASSERT_NE(job_.notification, nullptr);
  EXPECT_FALSE(job_.notification->has_next_run_time());
}

TEST_F(JobNotificationTest, WhatIsDeliveredIsDone) {
  Enter(v1::JOB_STATE_TRANSFERRED);
  job_.notification->mutable_next_run_time()->set_seconds(1);
  Deliver(&job_);
  EXPECT_EQ(job_.notices_due, 0u);
  EXPECT_FALSE(CallsForCommand(job_));
  EXPECT_FALSE(job_.notification->has_next_run_time());
}

}  // namespace
}  // namespace convoy
