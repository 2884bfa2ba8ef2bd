// Limits of bandwidth that are changed while bytes move, counted on the limited
// machine's cable: from one second after the daemon has read them they hold.

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/swarm_net.h"
#include "tests/swarm_site.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
// Bytes per second.
constexpr std::int64_t kHigh = 4'000'000;
constexpr std::int64_t kLow = 200'000;
// What may come at once, whatever the limit: what the kernel holds for each
// connection, a read that is ahead, headers, what is told to peers. A quarter
// of what the high limit gives in a second.
constexpr std::int64_t kSlack = 1'000'000;

class BandwidthTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string why_not = SwarmNet::WhyNot();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    net_ = std::make_unique<SwarmNet>(3);
    site_ = std::make_unique<SwarmSite>(net_.get());
    // Twenty seconds of the high limit, seven minutes of the low one.
    file_ = site_->Serve("a.bin", 80 * kMiB);
  }

  static std::string RateOf(const std::string& key, std::int64_t rate) {
    return absl::StrCat(key, ": ", rate);
  }
  // Keys of `bandwidth`, of machine `limited_` of the site; in force when this
  // returns.
  void Limit(const std::string& keys) {
    TestDaemon& daemon = site_->machine(limited_);
    WriteFile(daemon.config_file(), absl::StrCat("bandwidth: {", keys, "}\n"));
    grpc::ClientContext context;
    v1::ReloadConfigResponse response;
    const grpc::Status status =
        daemon.admin().ReloadConfig(&context, {}, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    ASSERT_EQ(response.mistakes_size(), 0) << response.DebugString();
  }
  // What the limit is for: what machine 0 gets, or what machine 1 gives.
  std::int64_t Moved() const {
    return limited_ == 0 ? net_->ReceivedBytes(1) : net_->SentBytes(2);
  }
  // What is measured is what comes in a time.
  static void Pass(absl::Duration time) {
    const absl::Time end = absl::Now() + time;
    ASSERT_TRUE(Eventually([end] { return absl::Now() >= end; }));
  }
  // Bytes move at more than the low limit.
  void WaitForMuch() {
    const std::int64_t before = Moved();
    ASSERT_TRUE(
        Eventually([&] { return Moved() - before > 2 * kMiB + kSlack; }));
  }

  // Two that are no neighbours; machine 0 takes all from machine 1.
  void StartFarMachines() {
    for (const int machine : {1, 2}) net_->LeaveLan(machine);
    const SwarmSite::Settings settings = {
        {"swarm.download_mode", "internet"},
        {"swarm.peers", site_->beacon_address(1)}};
    SwarmSite::Settings alone = FromPeersAlone();
    alone.insert(alone.end(), settings.begin(), settings.end());
    site_->StartMachine(alone);
    site_->StartMachine(settings);
    site_->Adopt(1, file_);
  }

  void ExpectChangesHoldWithinASecond(const std::string& key) {
    ExpectChangesHoldWithinASecond(RateOf(key, kHigh), RateOf(key, kLow));
  }
  // Keys that make kHigh and kLow of one job's bytes. REQUIRES: bytes come
  // without another limit.
  void ExpectChangesHoldWithinASecond(const std::string& high,
                                      const std::string& low) {
    Limit(high);
    WaitForMuch();
    Limit(low);
    Pass(absl::Seconds(1));
    // Three seconds, of which each would have 4 MB under the old limit.
    const absl::Time begin = absl::Now();
    std::int64_t bytes = Moved();
    Pass(absl::Seconds(3));
    const std::int64_t slow = Moved() - bytes;
    const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
    EXPECT_LE(static_cast<double>(slow),
              seconds * kLow * kWireBytesPerByte + kSlack);
    // libtorrent's peers rest until what came too fast is made up for.
    EXPECT_TRUE(Eventually([&] { return Moved() - bytes > kLow / 2; }));

    Limit(high);
    bytes = Moved();
    // At the low limit it would take 40 s.
    EXPECT_TRUE(Eventually([&] { return Moved() - bytes > 2 * kHigh; },
                           absl::Seconds(15)))
        << Moved() - bytes;
  }

  std::unique_ptr<SwarmNet> net_;
  std::unique_ptr<SwarmSite> site_;
  PublishedFile file_;
  int limited_ = 0;
};

TEST_F(BandwidthTest, AChangedLimitHoldsForTheOriginWithinASecond) {
  site_->StartMachine({{"swarm.download_mode", "http_only"}});
  Limit(RateOf("background_bytes_per_second", kHigh));
  const std::string id = site_->Begin(0, file_);
  ExpectChangesHoldWithinASecond("background_bytes_per_second");
  EXPECT_TRUE(site_->machine(0).Cancel(id).ok());
}

TEST_F(BandwidthTest, AChangedPercentageHoldsForAForegroundJobWithinASecond) {
  site_->StartMachine({{"swarm.download_mode", "http_only"}});
  const auto foreground_percent = [](int percent) {
    return absl::StrCat("link_bytes_per_second: ", 5 * kHigh,
                        ", background_bytes_per_second: 1"
                        ", foreground_percent: ",
                        percent);
  };
  static_assert(5 * kHigh / 100 == kLow);
  Limit(foreground_percent(20));
  v1::Job foreground;
  foreground.set_priority(v1::JOB_PRIORITY_FOREGROUND);
  const std::string id = site_->Begin(0, file_, foreground);
  ExpectChangesHoldWithinASecond(foreground_percent(20), foreground_percent(1));
  EXPECT_TRUE(site_->machine(0).Cancel(id).ok());
}

TEST_F(BandwidthTest, AChangedLimitHoldsForPeersOutsideOfTheLanWithinASecond) {
  StartFarMachines();
  Limit(RateOf("background_bytes_per_second", kHigh));
  const std::string id = site_->Begin(0, file_);
  ExpectChangesHoldWithinASecond("background_bytes_per_second");
  const auto job = site_->machine(0).Get(id);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_GT(job->progress().source_bytes().internet_bytes(), 4 * kMiB);
  EXPECT_EQ(job->progress().source_bytes().origin_bytes(), 0);
  EXPECT_TRUE(site_->machine(0).Cancel(id).ok());
}

TEST_F(BandwidthTest, AChangedLimitHoldsForPeersOfTheLanWithinASecond) {
  site_->StartMachine(FromPeersAlone());
  site_->StartMachine();
  site_->Adopt(1, file_);
  Limit(RateOf("lan_download_bytes_per_second", kHigh));
  const std::string id = site_->Begin(0, file_);
  ExpectChangesHoldWithinASecond("lan_download_bytes_per_second");
  EXPECT_TRUE(site_->machine(0).Cancel(id).ok());
}

TEST_F(BandwidthTest, AChangedLimitHoldsForWhatIsGivenInTheLan) {
  limited_ = 1;
  site_->StartMachine(FromPeersAlone());
  site_->StartMachine();
  site_->Adopt(1, file_);
  Limit(RateOf("lan_upload_bytes_per_second", kHigh));
  const std::string id = site_->Begin(0, file_);
  ExpectChangesHoldWithinASecond("lan_upload_bytes_per_second");
  EXPECT_TRUE(site_->machine(0).Cancel(id).ok());
}

TEST_F(BandwidthTest, AChangedLimitHoldsForWhatIsGivenOutsideOfTheLan) {
  limited_ = 1;
  StartFarMachines();
  Limit(RateOf("upload_bytes_per_second", kHigh));
  const std::string id = site_->Begin(0, file_);
  ExpectChangesHoldWithinASecond("upload_bytes_per_second");
  const auto job = site_->machine(0).Get(id);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_GT(job->progress().source_bytes().internet_bytes(), 4 * kMiB);
  EXPECT_TRUE(site_->machine(0).Cancel(id).ok());
}

}  // namespace
}  // namespace convoy::testing
