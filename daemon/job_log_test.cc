#include "daemon/job_log.h"

#include <memory>

#include "gtest/gtest.h"

namespace convoy {
namespace {

Job JobIn(v1::JobState state) {
  Job job;
  job.id = *JobId::Parse("1a2b3c4d-0000-4000-8000-000000000001");
  job.owner.uid = 1000;
  job.display_name = "a name";
  job.state = state;
  job.files.emplace_back().flushed_bytes = 40;
  job.files.emplace_back().flushed_bytes = 2;
  return job;
}

TEST(JobLogTest, SaysWhatCameOfAJob) {
  EXPECT_EQ(JobStateLine(JobIn(v1::JOB_STATE_ACKNOWLEDGED)),
            "job 1a2b3c4d-0000-4000-8000-000000000001 of uid 1000 is "
            "ACKNOWLEDGED: 2 files, 42 bytes");
  EXPECT_EQ(LevelOfState(v1::JOB_STATE_ACKNOWLEDGED), LogLevel::kInfo);
  EXPECT_EQ(LevelOfState(v1::JOB_STATE_CANCELLED), LogLevel::kInfo);
}

TEST(JobLogTest, AnErrorIsAWarningWithItsReason) {
  Job job = JobIn(v1::JOB_STATE_ERROR);
  job.failure = std::make_unique<JobFailure>();
  job.failure->message = "origin.test answered 404";
  EXPECT_EQ(JobStateLine(job),
            "job 1a2b3c4d-0000-4000-8000-000000000001 of uid 1000 is ERROR: "
            "origin.test answered 404");
  EXPECT_EQ(LevelOfState(job.state), LogLevel::kWarning);
  EXPECT_EQ(LevelOfState(v1::JOB_STATE_TRANSIENT_ERROR), LogLevel::kInfo);
}

TEST(JobLogTest, StepsOnTheWayAreForDebugging) {
  EXPECT_EQ(JobStateLine(JobIn(v1::JOB_STATE_CONNECTING)),
            "job 1a2b3c4d-0000-4000-8000-000000000001 of uid 1000 is "
            "CONNECTING");
  EXPECT_EQ(LevelOfState(v1::JOB_STATE_CONNECTING), LogLevel::kDebug);
  EXPECT_EQ(LevelOfState(v1::JOB_STATE_TRANSFERRING), LogLevel::kDebug);
}

}  // namespace
}  // namespace convoy
