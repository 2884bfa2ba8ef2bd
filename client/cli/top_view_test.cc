#include "client/cli/top_view.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/cli/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::ResultOf;
using ::testing::SizeIs;

constexpr std::int64_t kMiB = 1 << 20;

v1::Job Job(const std::string& id, const std::string& name, v1::JobState state,
            std::int64_t rate) {
  v1::Job job;
  job.set_id(id);
  job.set_display_name(name);
  job.set_state(state);
  v1::JobProgress& progress = *job.mutable_progress();
  progress.set_rate_bytes_per_second(rate);
  progress.set_total_bytes(2048 * kMiB);
  progress.set_transferred_bytes(rate * 20);
  progress.mutable_source_bytes()->set_origin_bytes(1 * kMiB);
  progress.mutable_source_bytes()->set_lan_bytes(9 * kMiB);
  return job;
}

// A machine that fetches two files with its neighbours.
HostSnapshot Before() {
  HostSnapshot snapshot;
  snapshot.time = absl::FromUnixSeconds(1'772'000'000);
  snapshot.serving = true;
  v1::HostStatistics& statistics = snapshot.statistics;
  statistics.set_version("0.1.0");
  statistics.mutable_uptime()->set_seconds(11'520);
  (*statistics.mutable_jobs_by_state())["JOB_STATE_TRANSFERRING"] = 2;
  (*statistics.mutable_jobs_by_state())["JOB_STATE_QUEUED"] = 1;
  (*statistics.mutable_jobs_by_state())["JOB_STATE_ACKNOWLEDGED"] = 14;
  statistics.set_origin_bytes(900 * kMiB);
  statistics.set_lan_bytes(7000 * kMiB);
  statistics.set_uploaded_lan_bytes(3000 * kMiB);
  for (int i = 1; i <= 7; ++i) {
    v1::SwarmPeer peer;
    peer.set_kind(v1::PEER_KIND_LAN);
    peer.set_address(absl::StrCat("10.1.0.", i, ":6881"));
    snapshot.peers.push_back(peer);
  }
  snapshot.declared.emplace();
  snapshot.declared->add_jobs()->set_phase(v1::DeclaredJob::PHASE_PRESENT);
  snapshot.declared->add_jobs()->set_phase(v1::DeclaredJob::PHASE_FETCHING);
  snapshot.jobs = {Job("1a2b3c4d-0000-4000-8000-000000000001", "words.bin",
                       v1::JOB_STATE_TRANSFERRING, 11 * kMiB),
                   Job("77aa0012-0000-4000-8000-000000000002", "maps-2026.img",
                       v1::JOB_STATE_TRANSFERRING, 58 * kMiB),
                   Job("9c01fe34-0000-4000-8000-000000000003", "firmware",
                       v1::JOB_STATE_QUEUED, 0)};
  snapshot.jobs[2].mutable_progress()->set_transferred_bytes(512 * kMiB);
  return snapshot;
}

HostSnapshot After() {
  HostSnapshot snapshot = Before();
  snapshot.time += absl::Seconds(2);
  snapshot.statistics.mutable_uptime()->set_seconds(11'522);
  snapshot.statistics.set_origin_bytes(914 * kMiB);
  snapshot.statistics.set_lan_bytes(7124 * kMiB);
  snapshot.statistics.set_uploaded_lan_bytes(3050 * kMiB);
  return snapshot;
}

std::string Golden() {
  std::ifstream file("docs/screens/top.txt");
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

TEST(TopLinesTest, LookAsTheDocumentationShowsThem) {
  const std::vector<std::string> lines =
      TopLines(After(), RatesBetween(Before(), After()), {118, false}, 40,
               absl::UTCTimeZone());
  EXPECT_EQ(absl::StrJoin(lines, "\n") + "\n", Golden());
}

TEST(TopLinesTest, FitEveryTerminal) {
  const auto rates = RatesBetween(Before(), After());
  for (const int width : {20, 40, 79, 119, 200}) {
    for (const int height : {1, 5, 10, 24}) {
      const std::vector<std::string> lines =
          TopLines(After(), rates, {width, false}, height, absl::UTCTimeZone());
      EXPECT_LE(lines.size(), static_cast<std::size_t>(height));
      EXPECT_THAT(
          lines, Each(ResultOf(
                     [](const std::string& line) { return DisplayWidth(line); },
                     ::testing::Le(width))))
          << width << " " << height;
    }
  }
}

TEST(TopLinesTest, ManyJobsAreCounted) {
  HostSnapshot snapshot = After();
  snapshot.jobs.resize(100, snapshot.jobs[0]);
  const std::vector<std::string> lines =
      TopLines(snapshot, RatesBetween(snapshot, snapshot), {100, false}, 20,
               absl::UTCTimeZone());
  EXPECT_THAT(lines, SizeIs(20));
  EXPECT_THAT(lines.back(), HasSubstr("more; see: convoy jobs"));
}

TEST(RatesBetweenTest, ADaemonThatWasStartedAnewHasNoRates) {
  for (const SourceRate& rate : RatesBetween(After(), Before())) {
    EXPECT_EQ(rate.bytes_per_second, 0) << rate.key;
  }
}

TEST(TopToJsonTest, IsOneLineWithRatesAndJobs) {
  EXPECT_THAT(TopToJson(After(), RatesBetween(Before(), After())),
              AllOf(HasSubstr("{\"time\":\"2026-02-25T"),
                    HasSubstr("\"rates\":{\"origin\":7340032,\"mirror\":0"),
                    HasSubstr("\"to_lan\":26214400"),
                    HasSubstr("\"display_name\":\"firmware\""),
                    HasSubstr("\"declared_jobs\":{\"jobs\":["),
                    ::testing::Not(HasSubstr("\n"))));
}

}  // namespace
}  // namespace convoy
