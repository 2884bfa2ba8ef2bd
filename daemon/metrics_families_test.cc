#include "daemon/metrics_families.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/metrics_snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"

namespace convoy {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

MetricsSnapshot Complete() {
  MetricsSnapshot snapshot;
  snapshot.complete = true;
  return snapshot;
}

// The lines of the exposition.
std::vector<std::string> Lines(const MetricsSnapshot& snapshot) {
  return absl::StrSplit(
      prometheus::TextSerializer().Serialize(MetricFamilies(snapshot)), '\n');
}

PeerInfo Peer(PeerKind kind, const std::string& address) {
  PeerInfo peer;
  peer.kind = kind;
  peer.address = address;
  return peer;
}

TEST(MetricFamiliesTest, EveryFamilyHasANameOfItsOwnAndAHelpText) {
  std::set<std::string> names;
  for (const prometheus::MetricFamily& family : MetricFamilies(Complete())) {
    EXPECT_TRUE(names.insert(family.name).second) << family.name;
    EXPECT_GT(family.help.size(), 5u) << family.name;
    EXPECT_FALSE(absl::EndsWith(family.help, ".")) << family.name;
    EXPECT_TRUE(absl::StartsWith(family.name, "convoy_") ||
                absl::StartsWith(family.name, "process_"))
        << family.name;
    EXPECT_EQ(absl::EndsWith(family.name, "_total"),
              family.type == prometheus::MetricType::Counter)
        << family.name;
  }
  EXPECT_GT(names.size(), 20u);
}

TEST(MetricFamiliesTest, BytesAreToldBySource) {
  MetricsSnapshot snapshot = Complete();
  snapshot.statistics.set_origin_bytes(1);
  snapshot.statistics.set_mirror_bytes(2);
  snapshot.statistics.set_cache_host_bytes(4);
  snapshot.statistics.set_lan_bytes(8);
  snapshot.statistics.set_group_bytes(16);
  snapshot.statistics.set_internet_bytes(32);
  snapshot.statistics.set_local_bytes(64);
  snapshot.statistics.set_uploaded_group_bytes(128);
  const std::vector<std::string> lines = Lines(snapshot);
  const std::map<std::string, int> received = {
      {"origin", 1}, {"mirror", 2},    {"cache_host", 4}, {"lan", 8},
      {"group", 16}, {"internet", 32}, {"local", 64}};
  for (const auto& [source, bytes] : received) {
    EXPECT_THAT(lines,
                Contains(absl::StrCat("convoy_received_bytes_total{source=\"",
                                      source, "\"} ", bytes)));
  }
  EXPECT_THAT(lines, Contains("convoy_origin_spared_bytes_total 60"));
  EXPECT_THAT(lines,
              Contains("convoy_uploaded_bytes_total{network=\"group\"} 128"));
  EXPECT_THAT(lines,
              Contains("convoy_uploaded_bytes_total{network=\"lan\"} 0"));
}

TEST(MetricFamiliesTest, JobsAreToldByStateAndFailuresByReason) {
  MetricsSnapshot snapshot = Complete();
  (*snapshot.statistics.mutable_jobs_by_state())["JOB_STATE_TRANSIENT_ERROR"] =
      3;
  (*snapshot.statistics.mutable_failures_by_reason())["DISK_FULL"] = 7;
  const std::vector<std::string> lines = Lines(snapshot);
  EXPECT_THAT(lines, Contains("convoy_jobs{state=\"transient_error\"} 3"));
  EXPECT_THAT(lines,
              Contains("convoy_job_failures_total{reason=\"DISK_FULL\"} 7"));
}

TEST(MetricFamiliesTest, DeclaredJobsAreToldByPhaseAndByName) {
  MetricsSnapshot snapshot = Complete();
  v1::DeclaredJob* job = snapshot.declared.add_jobs();
  job->set_name("maps");
  job->set_phase(v1::DeclaredJob::PHASE_PRESENT);
  job = snapshot.declared.add_jobs();
  job->set_name("a \"quoted\"\nname");
  job->set_phase(v1::DeclaredJob::PHASE_FAILED);
  snapshot.declared.add_mistakes("a.yaml:1: x");
  const std::vector<std::string> lines = Lines(snapshot);
  EXPECT_THAT(lines, Contains("convoy_declared_jobs{phase=\"present\"} 1"));
  EXPECT_THAT(lines, Contains("convoy_declared_jobs{phase=\"waiting\"} 0"));
  EXPECT_THAT(lines, Contains("convoy_declared_job_phase{name=\"maps\","
                              "phase=\"present\"} 1"));
  EXPECT_THAT(lines,
              Contains("convoy_declared_job_phase{name=\"a \\\"quoted\\\"\\n"
                       "name\",phase=\"failed\"} 1"));
  EXPECT_THAT(lines, Contains("convoy_declared_job_mistakes 1"));
}

TEST(MetricFamiliesTest, ThousandsOfDeclaredJobsDoNotMakeAHugeScrape) {
  MetricsSnapshot snapshot = Complete();
  for (int i = 0; i < 5000; ++i) {
    v1::DeclaredJob* job = snapshot.declared.add_jobs();
    job->set_name(absl::StrCat("job-", i));
    job->set_phase(v1::DeclaredJob::PHASE_WAITING);
  }
  const std::vector<std::string> lines = Lines(snapshot);
  EXPECT_LT(lines.size(), 1200u);
  EXPECT_THAT(lines, Contains("convoy_declared_jobs{phase=\"waiting\"} 5000"));
}

TEST(MetricFamiliesTest, PeersAreCountedByAddressAndByConnection) {
  MetricsSnapshot snapshot = Complete();
  snapshot.peers = {Peer(PeerKind::kLan, "10.0.0.1:6881"),
                    Peer(PeerKind::kLan, "10.0.0.1:40000"),
                    Peer(PeerKind::kLan, "[fd00::1]:6881"),
                    Peer(PeerKind::kInternet, "192.0.2.1:6881")};
  const std::vector<std::string> lines = Lines(snapshot);
  EXPECT_THAT(lines, Contains("convoy_peers{network=\"lan\"} 2"));
  EXPECT_THAT(lines, Contains("convoy_peers{network=\"group\"} 0"));
  EXPECT_THAT(lines, Contains("convoy_peers{network=\"internet\"} 1"));
  EXPECT_THAT(lines, Contains("convoy_peer_connections{network=\"lan\"} 3"));
}

TEST(MetricFamiliesTest, BucketsOfDelaysAddUp) {
  MetricsSnapshot snapshot = Complete();
  DelayHistogram histogram;
  histogram.Observe(absl::Microseconds(10));
  histogram.Observe(absl::Milliseconds(50));
  histogram.Observe(absl::Minutes(1));
  snapshot.control_delays = histogram.Read();
  const std::vector<std::string> lines = Lines(snapshot);
  const std::string bucket =
      "convoy_event_loop_delay_seconds_bucket{loop=\"control\",le=\"";
  EXPECT_THAT(lines, Contains(absl::StrCat(bucket, "0.001\"} 1")));
  EXPECT_THAT(lines, Contains(absl::StrCat(bucket, "0.1\"} 2")));
  EXPECT_THAT(lines, Contains(absl::StrCat(bucket, "10\"} 2")));
  EXPECT_THAT(lines, Contains(absl::StrCat(bucket, "+Inf\"} 3")));
  EXPECT_THAT(
      lines,
      Contains("convoy_event_loop_delay_seconds_count{loop=\"control\"} 3"));
}

TEST(MetricFamiliesTest, WhatWasNotToldIsNotShown) {
  MetricsSnapshot snapshot;
  snapshot.statistics.set_origin_bytes(5);
  const std::string text =
      prometheus::TextSerializer().Serialize(MetricFamilies(snapshot));
  EXPECT_THAT(text, AllOf(HasSubstr("convoy_scrape_complete 0"),
                          HasSubstr("convoy_event_loop_delay_seconds_count"),
                          Not(HasSubstr("convoy_received_bytes_total"))));
}

}  // namespace
}  // namespace convoy
