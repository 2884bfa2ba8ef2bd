// Jobs that are needed by some time: what their transfers are started with, and
// when that changes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "daemon/job_manager_testing.h"
#include "daemon/proto_time.h"

namespace convoy {
namespace {

using ::testing::HasSubstr;

// 720 seconds at the rate that is assumed.
constexpr std::int64_t kSize = 180'000'000;

class JobNeedsTest : public ::testing::Test {
 protected:
  // A resumed job of one file, needed `after` from now.
  std::string Make(absl::Duration after,
                   v1::JobPriority priority = v1::JOB_PRIORITY_NORMAL,
                   std::int64_t size = kSize) {
    v1::CreateJobRequest request;
    request.mutable_job()->set_display_name("job");
    request.mutable_job()->set_priority(priority);
    needed_by_ = h_.clock.Now() + after;
    SetTime(needed_by_, request.mutable_job()->mutable_needed_by());
    v1::JobFile* const file = request.add_files();
    file->set_remote_url("http://origin.example/f");
    file->set_local_path("/f");
    if (size > 0) file->set_expected_size_bytes(size);
    const auto job = h_.Create(request);
    EXPECT_TRUE(job.ok()) << job.status();
    EXPECT_TRUE(h_.Resume(job->id()).ok());
    return job->id();
  }
  const TransferSpec& Newest() { return h_.engine.spec(h_.engine.count() - 1); }
  void AdvanceTo(absl::Time time) { h_.Advance(time - h_.clock.Now()); }

  ManagerHarness h_;
  absl::Time needed_by_;
};

TEST_F(JobNeedsTest, WaitsForPeersThenGoesToTheOriginThenToTheForeground) {
  const std::string id = Make(absl::Hours(2));
  ASSERT_EQ(h_.engine.count(), 1u);
  EXPECT_GT(Newest().origin_delay, absl::Hours(2));
  EXPECT_GT(Newest().plain_delay, absl::Hours(2));
  EXPECT_FALSE(Newest().foreground);
  const auto explained = h_.Explain(id);
  ASSERT_TRUE(explained.ok());
  EXPECT_THAT(explained->summary(), HasSubstr("waits for peers"));
  EXPECT_THAT(explained->ShortDebugString(),
              HasSubstr("needed by 2023-11-15T00:13:20Z: its origins are asked "
                        "from 2023-11-14T23:37:10Z on, and at foreground rates "
                        "from 2023-11-14T23:55:10Z on"));

  AdvanceTo(needed_by_ - absl::Seconds(2180));
  EXPECT_EQ(h_.engine.count(), 1u);
  AdvanceTo(needed_by_ - absl::Seconds(2165));
  ASSERT_EQ(h_.engine.count(), 2u);
  EXPECT_FALSE(h_.engine.running(0));
  EXPECT_EQ(Newest().origin_delay, absl::ZeroDuration());
  EXPECT_EQ(Newest().plain_delay, absl::ZeroDuration());
  EXPECT_FALSE(Newest().foreground);

  // Nothing comes: that is a slow origin, and the job hurries.
  AdvanceTo(needed_by_ - absl::Seconds(1080));
  ASSERT_GE(h_.engine.count(), 3u);
  EXPECT_TRUE(Newest().foreground);
  EXPECT_THAT(h_.Explain(id)->ShortDebugString(),
              HasSubstr("as urgent as foreground jobs"));
}

TEST_F(JobNeedsTest, BytesOfPeersPutTheOriginOff) {
  Make(absl::Hours(2));
  TransferNews news = FakeTransferEngine::Progress(kSize / 2, kSize);
  news.origin_bytes = 0;
  news.lan_bytes = kSize / 2;
  h_.engine.SendNews(0, news);
  AdvanceTo(needed_by_ - absl::Seconds(1200));
  EXPECT_EQ(h_.engine.count(), 1u);
  AdvanceTo(needed_by_ - absl::Seconds(1080));
  EXPECT_EQ(h_.engine.count(), 2u);
}

TEST_F(JobNeedsTest, TheOriginIsAskedForTheSizeBeforeOneIsAssumed) {
  Make(absl::Minutes(5), v1::JOB_PRIORITY_NORMAL, /*size=*/0);
  ASSERT_EQ(h_.engine.count(), 1u);
  EXPECT_GT(Newest().plain_delay, absl::Hours(2));
  h_.engine.SendNews(0, FakeTransferEngine::Progress(0, 1'000'000));
  h_.Advance(absl::Minutes(4));
  EXPECT_EQ(h_.engine.count(), 1u);
  h_.Advance(absl::Seconds(40));
  EXPECT_EQ(Newest().plain_delay, absl::ZeroDuration());
}

TEST_F(JobNeedsTest, AnOriginThatDoesNotTellTheSizeIsNotWaitedFor) {
  Make(absl::Minutes(5), v1::JOB_PRIORITY_NORMAL, /*size=*/0);
  EXPECT_GT(Newest().plain_delay, absl::Hours(2));
  h_.Advance(absl::Seconds(11));
  EXPECT_EQ(Newest().plain_delay, absl::ZeroDuration());
  EXPECT_TRUE(Newest().foreground);
  // And where there is no time to ask, none is lost.
  Make(absl::Seconds(50), v1::JOB_PRIORITY_NORMAL, /*size=*/0);
  EXPECT_TRUE(Newest().foreground);
}

TEST_F(JobNeedsTest, WaitingIsNotBeingStuck) {
  const std::string id = Make(absl::Hours(24 * 10));
  h_.Advance(absl::Hours(24 * 5));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
}

TEST_F(JobNeedsTest, WhoWaitsForPeersTakesNoPlaceFromOthers) {
  h_.settings.config.mutable_scheduler()->set_max_running_jobs(1);
  const std::string waiting = Make(absl::Hours(2));
  const std::string next = Make(absl::Hours(2));
  EXPECT_EQ(h_.StateOf(waiting), v1::JOB_STATE_CONNECTING);
  // As many as may run may wait.
  EXPECT_EQ(h_.StateOf(next), v1::JOB_STATE_QUEUED);
  ASSERT_TRUE(h_.Cancel(next).ok());
  v1::HostStatistics statistics;
  h_.manager().FillStatistics(&statistics);
  EXPECT_EQ(statistics.running_jobs(), 0);
  EXPECT_EQ(statistics.running_files(), 0);

  const std::string other = h_.CreateRunning({"/other"});
  EXPECT_EQ(h_.StateOf(other), v1::JOB_STATE_CONNECTING);
  EXPECT_EQ(h_.StateOf(waiting), v1::JOB_STATE_CONNECTING);
  h_.manager().FillStatistics(&statistics);
  EXPECT_EQ(statistics.running_jobs(), 1);
  EXPECT_EQ(statistics.running_files(), 1);

  // Its time has come: it is one of those that move.
  AdvanceTo(needed_by_ - absl::Seconds(2165));
  EXPECT_EQ(h_.StateOf(waiting), v1::JOB_STATE_CONNECTING);
  EXPECT_EQ(h_.StateOf(other), v1::JOB_STATE_QUEUED);
}

TEST_F(JobNeedsTest, PercentagesAreOfTheLinkThatWasMeasured) {
  h_.settings.config.mutable_bandwidth()->set_background_percent(50);
  // Half of it is less than what the origin is assumed to give: three times 900
  // seconds.
  h_.measured_link = 400'000;
  const std::string id = Make(absl::Hours(2));
  AdvanceTo(needed_by_ - absl::Seconds(2730));
  EXPECT_EQ(h_.engine.count(), 1u);
  AdvanceTo(needed_by_ - absl::Seconds(2700));
  EXPECT_EQ(Newest().origin_delay, absl::ZeroDuration());
  TransferNews news = FakeTransferEngine::Progress(kSize / 2, kSize);
  news.connections = 1;
  h_.engine.SendNews(h_.engine.count() - 1, news);
  EXPECT_THAT(h_.Explain(id)->ShortDebugString(),
              HasSubstr("50% of what the link carries"));
}

TEST_F(JobNeedsTest, AnUrgentJobGoesBeforeOthers) {
  h_.settings.config.mutable_scheduler()->set_max_running_jobs(1);
  h_.CreateRunning({"/other"}, v1::JOB_PRIORITY_HIGH);
  const std::string id = Make(absl::Seconds(30));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_CONNECTING);
  EXPECT_TRUE(Newest().foreground);
}

TEST_F(JobNeedsTest, ForegroundJobsDoNotWait) {
  Make(absl::Hours(2), v1::JOB_PRIORITY_FOREGROUND);
  EXPECT_EQ(Newest().origin_delay, absl::ZeroDuration());
  EXPECT_TRUE(Newest().foreground);
}

TEST_F(JobNeedsTest, UpdateJobChangesIt) {
  const std::string id = Make(absl::Hours(2));
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(id);
  request.mutable_update_mask()->add_paths("needed_by");
  const auto job = h_.Update(request);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_FALSE(job->has_needed_by());
  EXPECT_EQ(Newest().origin_delay, absl::ZeroDuration());
  EXPECT_EQ(Newest().plain_delay, absl::ZeroDuration());
}

TEST_F(JobNeedsTest, ARestartPlansItAnew) {
  const std::string id = Make(absl::Hours(2));
  h_.KillAndRestart();
  EXPECT_EQ(h_.Get(id)->needed_by().seconds(), absl::ToUnixSeconds(needed_by_));
  EXPECT_GT(Newest().plain_delay, absl::Hours(2));
}

TEST_F(JobNeedsTest, TimesThatMakeNoSenseAreRefused) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("job");
  request.mutable_job()->mutable_needed_by()->set_seconds(-1);
  EXPECT_FALSE(h_.Create(request).ok());
  request.mutable_job()->mutable_needed_by()->set_seconds(1LL << 40);
  EXPECT_FALSE(h_.Create(request).ok());
}

}  // namespace
}  // namespace convoy
