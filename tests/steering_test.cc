// Which of peers, origin and mirrors a job takes its bytes from, by policy.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/swarm_net.h"
#include "tests/swarm_site.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

// A factor or a source names the key.
bool Names(const v1::ExplainJobResponse& explained, const std::string& key) {
  for (const v1::Factor& factor : explained.factors()) {
    if (factor.policy() == key) return true;
  }
  for (const v1::SourceExplanation& source : explained.sources()) {
    if (source.policy() == key) return true;
  }
  return false;
}

TEST(SteeringTest, WhatPeersGiveTooSlowlyComesFromTheOrigin) {
  // Slow enough to be seen while it gives.
  SwarmSite site(SlowOrigin("200k"));
  const PublishedFile file = site.Serve("image", 8 * kMiB);
  // Would take 80 s.
  site.StartMachine({{"bandwidth.lan_upload_bytes_per_second", "100000"}});
  site.Adopt(0, file);
  site.StartMachine({{"swarm.origin_delay_background_seconds", "3600"}});
  const std::string id = site.Begin(1, file);
  const std::string key = "swarm.background_min_bytes_per_second";
  const v1::ExplainJobResponse explained = site.machine(1).ExplainUntil(
      id, [&key](const v1::ExplainJobResponse& now) {
        return Names(now, key) || now.state() == v1::JOB_STATE_TRANSFERRED;
      });
  EXPECT_TRUE(Names(explained, key)) << explained.DebugString();
  const v1::Job job = site.End(1, id, file);
  EXPECT_GT(job.progress().source_bytes().lan_bytes(), 0);
  EXPECT_GT(job.progress().source_bytes().origin_bytes(), 4 * kMiB);
}

TEST(SteeringTest, WhilePeersAreWaitedForTheDelayIsNamed) {
  SwarmSite site;
  const PublishedFile file = site.Serve("image", 4 * kMiB);
  site.StartMachine(FromPeersAlone());
  const std::string id = site.Begin(0, file);
  const std::string key = "swarm.origin_delay_background_seconds";
  const v1::ExplainJobResponse explained = site.machine(0).ExplainUntil(
      id,
      [&key](const v1::ExplainJobResponse& now) { return Names(now, key); });
  EXPECT_TRUE(absl::StrContains(explained.summary(),
                                "waiting for peers before the origin"))
      << explained.summary();
  site.StartMachine();
  site.Adopt(1, file);
  const v1::Job job = site.End(0, id, file);
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), 4 * kMiB);
}

TEST(SteeringTest, MachinesThatShareTakeOneCopyFromACacheHost) {
  SwarmSite site;
  Nginx::Options slices;
  slices.http =
      "proxy_cache_path @DIR@/cache keys_zone=site:1m;\n"
      "proxy_cache site;\n"
      "proxy_cache_lock on;\n"
      "proxy_cache_valid 200 206 1h;\n";
  // Slow enough for the machines to meet.
  slices.location =
      "limit_rate 150k;\n"
      "slice 1m;\n"
      "proxy_set_header Host $http_host;\n"
      "proxy_set_header Range $slice_range;\n"
      "proxy_cache_key $http_host$request_uri$slice_range;\n"
      "proxy_pass http://$http_host$request_uri;\n";
  Nginx cache(slices);
  const std::string url = cache.Url("");
  const PublishedFile file = site.Serve("image", 8 * kMiB);
  site.StartMachines(3, {{"cache_host.hosts", url.substr(0, url.size() - 1)}});
  std::vector<std::string> jobs;
  for (int i = 0; i < 3; ++i) jobs.push_back(site.Begin(i, file));
  std::int64_t from_cache = 0;
  std::int64_t from_peers = 0;
  for (int i = 0; i < 3; ++i) {
    const v1::Job job = site.End(i, jobs[static_cast<std::size_t>(i)], file);
    from_cache += job.progress().source_bytes().cache_host_bytes();
    from_peers += job.progress().source_bytes().lan_bytes();
    EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  }
  EXPECT_GE(from_cache, 8 * kMiB);
  EXPECT_LE(from_cache, 10 * kMiB);
  EXPECT_GE(from_peers, 14 * kMiB);
}

class OriginsWordTest : public ::testing::Test {
 protected:
  static TestDaemon::Options Plain() {
    TestDaemon::Options options;
    options.settings = {{"swarm.download_mode", "http_only"}};
    return options;
  }
  static std::string Serve(Nginx& origin, const std::string& bytes) {
    WriteFile(origin.root() + "/image", bytes);
    return origin.Url("image");
  }
  std::string Local() const { return destination_.path() + "/image"; }

  TempDir destination_;
};

TEST_F(OriginsWordTest, AMirrorThatItNamesGivesWhatItDoesNot) {
  const std::string bytes = RandomBytes(3 * kMiB, 1);
  Nginx mirror;
  const std::string mirror_url = Serve(mirror, bytes);
  // It tells what the file is, and gives nothing of it.
  Nginx::Options broken;
  broken.location = absl::StrCat(
      "add_header Link '<", mirror_url, ">; rel=duplicate; pri=1' always;\n",
      "if ($http_range != 'bytes=0-0') { return 503; }\n");
  Nginx origin(broken);
  const std::string url = Serve(origin, bytes);
  TestDaemon daemon(Plain());
  const auto job = daemon.Run({File(url, Local())});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_EQ(job->progress().source_bytes().mirror_bytes(), 3 * kMiB);
  ASSERT_TRUE(daemon.Complete(job->id()).ok());
  EXPECT_TRUE(HasBytes(Local(), bytes));
  const auto explained = daemon.Explain(job->id());
  ASSERT_TRUE(explained.ok());
  bool shown = false;
  for (const v1::SourceExplanation& source : explained->sources()) {
    shown = shown || (source.kind() == v1::SourceExplanation::KIND_MIRROR &&
                      source.bytes() == 3 * kMiB);
  }
  EXPECT_TRUE(shown) << explained->DebugString();
}

TEST_F(OriginsWordTest, TheDigestOfAnHttpsOriginIsChecked) {
  Nginx::Options options;
  options.tls = true;
  options.location =
      "add_header Digest "
      "'SHA-256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' "
      "always;\n";
  Nginx origin(options);
  const std::string url = Serve(origin, RandomBytes(200'000, 1));
  TestDaemon daemon(Plain());
  v1::Job wanted;
  wanted.mutable_http()->mutable_tls()->set_ca_file(origin.certificate_path());
  const auto job = daemon.Run({File(url, Local())}, wanted);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), v1::JOB_STATE_ERROR) << job->DebugString();
  EXPECT_EQ(job->error().detail().reason(), v1::ERROR_REASON_VALIDATION_FAILED);
}

// Two machines, of which one takes the other for no machine of its LAN.
TEST(BudgetTest, PeersOutsideOfTheLanAndTheOriginShareOneLimit) {
  const std::string why_not = SwarmNet::WhyNot();
  if (!why_not.empty()) GTEST_SKIP() << why_not;
  constexpr int kFar = 0;
  constexpr int kHere = 1;
  SwarmNet net(2);
  Nginx::Options options;
  options.address = net.address(kFar);
  options.network_namespace = net.network_namespace(kFar);
  options.parent_folder = net.folder(kFar);
  Nginx origin(options);
  const std::string shared = RandomBytes(9 * kMiB, 1);
  const std::string plain = RandomBytes(9 * kMiB, 2);
  WriteFile(origin.root() + "/shared", shared);
  WriteFile(origin.root() + "/plain", plain);
  ProcessOptions publish;
  publish.argv = {Runfile("client/cli/convoy"), "publish",
                  origin.root() + "/shared", "--url-prefix", origin.Url("")};
  ASSERT_EQ(RunProcess(publish).exit_code, 0);

  // An address without a network: nobody is on the link.
  const std::string here = net.address(kHere);
  const std::string space = net.network_namespace(kHere);
  for (const std::vector<std::string>& step :
       std::vector<std::vector<std::string>>{
           {"addr", "flush", "dev", "eth0"},
           {"addr", "add", here + "/32", "dev", "eth0"},
           {"route", "add", net.address(kFar) + "/32", "dev", "eth0", "src",
            here}}) {
    std::vector<std::string> argv = {"/usr/sbin/ip", "-n", space};
    argv.insert(argv.end(), step.begin(), step.end());
    const ProcessResult result = RunProcess({argv});
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }
  const auto start =
      [&net](int machine,
             std::vector<std::pair<std::string, std::string>> settings) {
        TestDaemon::Options daemon;
        daemon.settings = std::move(settings);
        daemon.settings.emplace_back("swarm.download_mode", "internet");
        daemon.settings.emplace_back("swarm.allowed_networks", "0.0.0.0/0");
        daemon.network_namespace = net.network_namespace(machine);
        daemon.parent_folder = net.folder(machine);
        return std::make_unique<TestDaemon>(daemon);
      };
  const auto far = start(kFar, {});
  const auto have =
      far->Run({File(origin.Url("shared"), net.folder(kFar) + "/shared")});
  ASSERT_TRUE(have.ok()) << have.status();
  ASSERT_EQ(have->state(), v1::JOB_STATE_TRANSFERRED) << have->DebugString();

  constexpr std::int64_t kLimit = 3 * kMiB;
  const auto daemon = start(
      kHere, {{"bandwidth.background_bytes_per_second", absl::StrCat(kLimit)},
              {"swarm.background_min_bytes_per_second", "0"},
              {"swarm.origin_delay_background_seconds", "600"},
              {"swarm.peers", net.address(kFar) + ":6772"}});
  const absl::Time begin = absl::Now();
  const auto job =
      daemon->Run({File(origin.Url("shared"), net.folder(kHere) + "/shared"),
                   File(origin.Url("plain"), net.folder(kHere) + "/plain")});
  const absl::Duration took = absl::Now() - begin;
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  const v1::SourceBytes& from = job->progress().source_bytes();
  EXPECT_EQ(from.internet_bytes(), 9 * kMiB) << from.DebugString();
  EXPECT_EQ(from.origin_bytes(), 9 * kMiB);
  // 18 MiB at 3 MiB/s; with a limit for each, it took 3 s.
  EXPECT_GE(took, absl::Seconds(5));
  EXPECT_LE(took, absl::Seconds(60));
}

}  // namespace
}  // namespace convoy::testing
