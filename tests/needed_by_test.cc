// Jobs that are needed by some time: the daemon waits for peers and cheap hours
// as long as it safely can, and is done in time.

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "tests/fake_calendar.h"
#include "tests/nginx.h"
#include "tests/swarm_net.h"
#include "tests/swarm_site.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;

TEST(NeededByTest, ASlowOriginIsAskedLateAndDoneInTime) {
  // 500,000 bytes take three seconds, one more than is assumed.
  Nginx::Options slow;
  slow.location = "limit_rate 150k;";
  Nginx origin(slow);
  const std::string bytes = RandomBytes(500'000, 3);
  WriteFile(origin.root() + "/f", bytes);
  TempDir folder;
  const TestDaemon::Options options;
  TestDaemon daemon(options);

  v1::Job job;
  // 24 s in which it is seen waiting, then 16 in which it is fetched.
  const absl::Time needed_by = absl::Now() + absl::Seconds(40);
  job.mutable_needed_by()->set_seconds(absl::ToUnixSeconds(needed_by));
  v1::JobFile file = File(origin.Url("f"), folder.path() + "/f");
  file.set_expected_size_bytes(500'000);
  const auto made = daemon.Create({file}, job);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->needed_by().seconds(), absl::ToUnixSeconds(needed_by));
  ASSERT_TRUE(daemon.Resume(made->id()).ok());

  // It has asked what the file is, and waits.
  ASSERT_TRUE(daemon.WaitFor(made->id(), {v1::JOB_STATE_CONNECTING}).ok());
  auto explained = daemon.Explain(made->id());
  ASSERT_TRUE(explained.ok());
  EXPECT_THAT(explained->ShortDebugString(), HasSubstr("needed by"));
  EXPECT_THAT(explained->ShortDebugString(), HasSubstr("are asked from"));
  EXPECT_TRUE(explained->has_next_action_time());

  const auto begun = daemon.WaitForBytes(made->id(), 1);
  ASSERT_TRUE(begun.ok()) << begun.status();
  // 10 s of margin and three times two seconds.
  EXPECT_GT(absl::Now(), needed_by - absl::Seconds(18));
  explained = daemon.Explain(made->id());
  EXPECT_THAT(explained->ShortDebugString(), HasSubstr("needed by"));

  const auto done = daemon.WaitFor(
      made->id(), {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->state(), v1::JOB_STATE_TRANSFERRED);
  EXPECT_LT(absl::Now(), needed_by);
  ASSERT_TRUE(daemon.Complete(made->id()).ok());
  EXPECT_TRUE(ReadFile(folder.path() + "/f") == bytes);
}

// The origin would have been asked nine minutes later.
TEST(NeededByTest, APeerThatComesInTimeSparesTheOrigin) {
  SwarmSite site;
  const PublishedFile file = site.Serve("image", 1 << 20);
  // Not even a slow peer is a reason to ask the origin.
  site.StartMachine({{"swarm.background_min_bytes_per_second", "0"}});
  v1::Job job;
  job.mutable_needed_by()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 570);
  const std::string id = site.Begin(0, file, job);
  site.machine(0).ExplainUntil(id, [](const v1::ExplainJobResponse& now) {
    return absl::StrContains(now.summary(), "waits for peers") &&
           now.has_next_action_time();
  });
  site.StartMachine();
  site.Adopt(1, file);
  const v1::Job done = site.End(0, id, file);
  EXPECT_EQ(done.progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(done.progress().source_bytes().lan_bytes(), 1 << 20);
}

// Nights are cheap, and one begins 40 seconds after the daemon.
TEST(NeededByTest, CheapHoursAreWaitedFor) {
  const std::string why_not = FakeCalendar::WhyNot();
  if (!why_not.empty()) GTEST_SKIP() << why_not;
  const Nginx origin;
  WriteFile(origin.root() + "/f", RandomBytes(500'000, 5));
  TempDir folder;
  TestDaemon::Options options;
  options.environment = FakeCalendar::From("2026-03-02 21:59:20");
  options.settings = {
      {"bandwidth.schedule", "mon-sun 08:00-22:00 background=1000"}};
  TestDaemon daemon(options);
  const absl::Time night =
      absl::FromCivil(absl::CivilHour(2026, 3, 2, 22), absl::UTCTimeZone());
  v1::Job job;
  job.mutable_needed_by()->set_seconds(
      absl::ToUnixSeconds(night + absl::Hours(48)));
  v1::JobFile file = File(origin.Url("f"), folder.path() + "/f");
  file.set_expected_size_bytes(500'000);
  const auto made = daemon.Create({file}, job);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_TRUE(daemon.Resume(made->id()).ok());
  const v1::ExplainJobResponse explained =
      daemon.ExplainUntil(made->id(), [](const v1::ExplainJobResponse& now) {
        return absl::StrContains(now.summary(), "waits for peers and cheaper");
      });
  EXPECT_EQ(explained.next_action_time().seconds(), absl::ToUnixSeconds(night));
  EXPECT_EQ(explained.factors(0).policy(), "bandwidth.schedule");
  EXPECT_EQ(explained.factors(0).provider(), "command line");

  const auto done = daemon.WaitFor(
      made->id(), {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->state(), v1::JOB_STATE_TRANSFERRED);
  // The calendar's, as the daemon sees it. By day it would take 8 minutes.
  EXPECT_GE(done->transfer_complete_time().seconds(),
            absl::ToUnixSeconds(night));
  EXPECT_LT(done->transfer_complete_time().seconds(),
            absl::ToUnixSeconds(night + absl::Minutes(5)));
}

// On a LAN of its own, where background bytes are few: late enough to spare the
// link, and in time.
TEST(NeededByTest, AnEndThatIsNearMakesItAForegroundJob) {
  const std::string why_not = SwarmNet::WhyNot();
  if (!why_not.empty()) GTEST_SKIP() << why_not;
  SwarmNet net(2);
  Nginx::Options server;
  server.address = net.address(0);
  server.network_namespace = net.network_namespace(0);
  server.parent_folder = net.folder(0);
  const Nginx origin(server);
  constexpr std::int64_t kBytes = 3'000'000;
  WriteFile(origin.root() + "/f", RandomBytes(kBytes, 6));
  TestDaemon::Options options;
  options.network_namespace = net.network_namespace(1);
  options.parent_folder = net.folder(1);
  options.settings = {{"bandwidth.background_bytes_per_second", "50000"}};
  TestDaemon daemon(options);

  v1::Job job;
  // At background rates it takes 60 s. What is missing after 17 of them takes
  // two thirds of the time left at the rate that is assumed of the origin.
  const absl::Time begin = absl::Now();
  job.mutable_needed_by()->set_seconds(absl::ToUnixSeconds(begin) + 40);
  v1::JobFile file = File(origin.Url("f"), net.folder(1) + "/f");
  file.set_expected_size_bytes(kBytes);
  const auto made = daemon.Create({file}, job);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_TRUE(daemon.Resume(made->id()).ok());
  ASSERT_TRUE(daemon.WaitForBytes(made->id(), 200'000).ok());
  EXPECT_GT(absl::Now() - begin, absl::Seconds(2));
  const auto background = daemon.Explain(made->id());
  ASSERT_TRUE(background.ok()) << background.status();
  EXPECT_THAT(background->ShortDebugString(),
              HasSubstr("keep to 50000 bytes per second, for all background "
                        "jobs together"));

  const auto done = daemon.WaitFor(
      made->id(), {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
  const absl::Duration took = absl::Now() - begin;
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->state(), v1::JOB_STATE_TRANSFERRED);
  EXPECT_GT(took, absl::Seconds(10));
  EXPECT_LT(took, absl::Seconds(40));
  ASSERT_TRUE(daemon.Complete(made->id()).ok());
  EXPECT_TRUE(ReadFile(net.folder(1) + "/f") == ReadFile(origin.root() + "/f"));
}

TEST(NeededByTest, WhatIsNeededSoonBeginsAtOnce) {
  const Nginx origin;
  WriteFile(origin.root() + "/f", RandomBytes(500'000, 4));
  TempDir folder;
  TestDaemon daemon;
  v1::Job job;
  // Less than three times the two seconds that are assumed, and the margin.
  const absl::Time needed_by = absl::Now() + absl::Seconds(15);
  job.mutable_needed_by()->set_seconds(absl::ToUnixSeconds(needed_by));
  v1::JobFile file = File(origin.Url("f"), folder.path() + "/f");
  file.set_expected_size_bytes(500'000);
  const auto done = daemon.Run({file}, job);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->state(), v1::JOB_STATE_TRANSFERRED);
  EXPECT_LT(absl::Now(), needed_by);
}

}  // namespace
}  // namespace convoy::testing
