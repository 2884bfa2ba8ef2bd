#include "daemon/download_policy.h"

#include <memory>
#include <string>
#include <utility>

#include "daemon/config_file.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

Settings With(ConfigOverrides overrides) {
  return *ParseConfig({}, std::move(overrides));
}

// "mode by whom" for a job that asks for `asked`.
std::string Policy(v1::DownloadMode asked, const std::string& configured) {
  Job job;
  job.download_mode = asked;
  const DownloadPolicy policy =
      DownloadPolicyOf(job, With({{kDownloadModeKey, configured}}));
  return std::string(ModeName(policy.mode)) + " by " + policy.by();
}

TEST(DownloadPolicyTest, TheConfigurationIsTheDefault) {
  Job job;
  EXPECT_EQ(DownloadPolicyOf(job, With({})).mode, DownloadMode::kLan);
  for (const std::string mode :
       {"simple", "http_only", "lan", "group", "internet"}) {
    EXPECT_EQ(Policy(v1::DOWNLOAD_MODE_UNSPECIFIED, mode),
              mode + " by swarm.download_mode");
  }
}

TEST(DownloadPolicyTest, AJobMayAskForLess) {
  EXPECT_EQ(Policy(v1::DOWNLOAD_MODE_LAN, "internet"), "lan by job");
  EXPECT_EQ(Policy(v1::DOWNLOAD_MODE_GROUP, "internet"), "group by job");
  EXPECT_EQ(Policy(v1::DOWNLOAD_MODE_HTTP_ONLY, "lan"), "http_only by job");
  EXPECT_EQ(Policy(v1::DOWNLOAD_MODE_SIMPLE, "http_only"), "simple by job");
}

TEST(DownloadPolicyTest, MoreThanTheConfigurationAllowsIsLowered) {
  EXPECT_EQ(Policy(v1::DOWNLOAD_MODE_INTERNET, "lan"),
            "lan by swarm.download_mode");
  EXPECT_EQ(Policy(v1::DOWNLOAD_MODE_LAN, "http_only"),
            "http_only by swarm.download_mode");
  EXPECT_EQ(Policy(v1::DOWNLOAD_MODE_HTTP_ONLY, "simple"),
            "simple by swarm.download_mode");
}

TEST(DownloadPolicyTest, TheSameIsNotMore) {
  const Settings settings = With({{kDownloadModeKey, "group"}});
  Job job;
  EXPECT_FALSE(AsksForMore(job, settings));
  job.download_mode = v1::DOWNLOAD_MODE_GROUP;
  EXPECT_FALSE(AsksForMore(job, settings));
  job.download_mode = v1::DOWNLOAD_MODE_INTERNET;
  EXPECT_TRUE(AsksForMore(job, settings));
  job.download_mode = v1::DOWNLOAD_MODE_SIMPLE;
  EXPECT_FALSE(AsksForMore(job, settings));
}

TEST(DownloadPolicyTest, EachModeHasItsNameInTheContract) {
  for (const DownloadMode mode :
       {DownloadMode::kSimple, DownloadMode::kHttpOnly, DownloadMode::kLan,
        DownloadMode::kGroup, DownloadMode::kInternet}) {
    EXPECT_EQ(ModeName(ToProto(mode)), ModeName(mode));
  }
  EXPECT_EQ(ToProto(DownloadMode::kLan), v1::DOWNLOAD_MODE_LAN);
  EXPECT_EQ(ModeName(v1::DOWNLOAD_MODE_UNSPECIFIED), "");
}

TEST(DownloadPolicyTest, ProofIsNeededIfEitherAsks) {
  JobFile file;
  const Settings any = With({});
  const Settings mandatory = With({{"swarm.integrity", "mandatory"}});
  EXPECT_EQ(DemandedProof(file, any), ProofDemand::kNone);
  EXPECT_EQ(DemandedProof(file, mandatory), ProofDemand::kPolicy);
  file.proof = std::make_unique<FileProof>();
  file.proof->required = v1::INTEGRITY_ANY;
  EXPECT_EQ(DemandedProof(file, any), ProofDemand::kNone);
  EXPECT_EQ(DemandedProof(file, mandatory), ProofDemand::kPolicy);
  file.proof->required = v1::INTEGRITY_MANDATORY;
  EXPECT_EQ(DemandedProof(file, any), ProofDemand::kJob);
  EXPECT_EQ(DemandedProof(file, mandatory), ProofDemand::kPolicy);
}

TEST(DownloadPolicyTest, TheOriginWaitsByPriority) {
  const Settings settings =
      With({{"swarm.origin_delay_foreground_seconds", "3"},
            {"swarm.origin_delay_background_seconds", "70"}});
  Job job;
  for (const v1::JobPriority priority :
       {v1::JOB_PRIORITY_HIGH, v1::JOB_PRIORITY_NORMAL, v1::JOB_PRIORITY_LOW}) {
    job.priority = priority;
    EXPECT_EQ(OriginDelay(job, settings), absl::Seconds(70));
  }
  job.priority = v1::JOB_PRIORITY_FOREGROUND;
  EXPECT_EQ(OriginDelay(job, settings), absl::Seconds(3));
}

TEST(DownloadPolicyTest, CacheHostsAreWaitedForByPriority) {
  const Settings settings =
      With({{"cache_host.fallback_delay_foreground_seconds", "4"},
            {"cache_host.fallback_delay_background_seconds", "-1"}});
  Job job;
  EXPECT_EQ(CacheHostDelay(job, settings), absl::InfiniteDuration());
  job.priority = v1::JOB_PRIORITY_FOREGROUND;
  EXPECT_EQ(CacheHostDelay(job, settings), absl::Seconds(4));
}

TEST(DownloadPolicyTest, BackgroundJobsAloneWantARateOfPeers) {
  const Settings settings =
      With({{"swarm.background_min_bytes_per_second", "700"}});
  Job job;
  EXPECT_EQ(MinPeerRate(job, settings), 700);
  job.priority = v1::JOB_PRIORITY_FOREGROUND;
  EXPECT_EQ(MinPeerRate(job, settings), 0);
}

}  // namespace
}  // namespace convoy
