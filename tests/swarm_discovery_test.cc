// Peers that no beacon tells of: those of a tracker, and those of other peers.
// Multicast reaches nobody here.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/swarm_net.h"
#include "tests/swarm_site.h"
#include "tests/test_daemon.h"
#include "tests/tracker.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

class SwarmDiscoveryTest : public ::testing::Test {
 protected:
  static constexpr int kMachines = 3;

  void SetUp() override {
    const std::string why_not = SwarmNet::WhyNot();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    net_ = std::make_unique<SwarmNet>(kMachines + 1);
    for (int i = 0; i <= kMachines; ++i) net_->Deafen(i);
    site_ = std::make_unique<SwarmSite>(net_.get());
    file_ = site_->Serve("a.bin", 8 * kMiB);
  }

  // Takes nothing from the origin.
  static SwarmSite::Settings Alone(SwarmSite::Settings settings) {
    const SwarmSite::Settings alone = FromPeersAlone();
    settings.insert(settings.end(), alone.begin(), alone.end());
    return settings;
  }
  // Machine `other`, if machine `of` is connected with it.
  std::optional<v1::SwarmPeer> PeerOf(int of, int other) {
    for (const v1::SwarmPeer& peer : site_->Peers(of, file_)) {
      const std::string address = net_->address(other + 1) + ":";
      if (absl::StartsWith(peer.address(), address)) return peer;
    }
    return std::nullopt;
  }

  std::unique_ptr<SwarmNet> net_;
  std::unique_ptr<SwarmSite> site_;
  PublishedFile file_;
};

TEST_F(SwarmDiscoveryTest, ATrackerTellsMachinesOfEachOther) {
  const Tracker tracker(net_->address(0), net_->network_namespace(0));
  const SwarmSite::Settings tracked = {
      {"swarm.download_mode", "internet"},
      {"swarm.trackers", tracker.announce_url()}};
  site_->StartMachine(tracked);
  site_->StartMachine(Alone(tracked));
  // Without the tracker nobody is found.
  site_->StartMachine({{"swarm.download_mode", "internet"}});
  site_->Run(0, file_);
  EXPECT_TRUE(
      Eventually([&] { return tracker.PeerCount(file_.info_hash) > 0; }));

  const v1::SourceBytes alone = site_->Run(2, file_).progress().source_bytes();
  EXPECT_EQ(alone.lan_bytes() + alone.internet_bytes(), 0);
  EXPECT_EQ(alone.origin_bytes(), 8 * kMiB);
  const v1::SourceBytes found = site_->Run(1, file_).progress().source_bytes();
  EXPECT_EQ(found.origin_bytes(), 0);
  EXPECT_EQ(found.lan_bytes() + found.internet_bytes(), 8 * kMiB);
}

TEST_F(SwarmDiscoveryTest, ATrackerIsNotAskedInModeLan) {
  const Tracker tracker(net_->address(0), net_->network_namespace(0));
  const SwarmSite::Settings trackers = {
      {"swarm.trackers", tracker.announce_url()}};
  site_->StartMachines(2, trackers);
  site_->Run(0, file_);
  const v1::Job job = site_->Run(1, file_);
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 8 * kMiB);
  EXPECT_EQ(tracker.PeerCount(file_.info_hash), 0);
}

TEST_F(SwarmDiscoveryTest, TheTrackerOfAManifestIsAskedInModeInternet) {
  Tracker tracker(net_->address(0), net_->network_namespace(0));
  site_->Amend(&file_, tracker.announce_url(), /*is_private=*/false);
  const SwarmSite::Settings internet = {{"swarm.download_mode", "internet"}};
  site_->StartMachine(internet);
  site_->StartMachine(Alone(internet));
  site_->Run(0, file_);
  EXPECT_TRUE(tracker.WaitForSeeds(file_.info_hash, 1, kPatience));
  const v1::SourceBytes found = site_->Run(1, file_).progress().source_bytes();
  EXPECT_EQ(found.origin_bytes(), 0);
  EXPECT_EQ(found.lan_bytes() + found.internet_bytes(), 8 * kMiB);
}

TEST_F(SwarmDiscoveryTest, TheTrackerOfAManifestIsNotAskedInOtherModes) {
  const Tracker tracker(net_->address(0), net_->network_namespace(0));
  site_->Amend(&file_, tracker.announce_url(), /*is_private=*/false);
  site_->StartMachine();
  site_->StartMachine({{"swarm.download_mode", "group"}});
  for (const int machine : {0, 1}) {
    const v1::Job job = site_->Run(machine, file_);
    EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 8 * kMiB);
  }
  EXPECT_EQ(tracker.PeerCount(file_.info_hash), 0);
}

// BEP 27: of the two trackers, the manifest's is the one that may know.
TEST_F(SwarmDiscoveryTest, PeersOfAPrivateManifestAreThoseOfItsTracker) {
  Tracker tracker(net_->address(0), net_->network_namespace(0));
  const Tracker other(net_->address(0), net_->network_namespace(0));
  site_->Amend(&file_, tracker.announce_url(), /*is_private=*/true);
  const SwarmSite::Settings internet = {
      {"swarm.download_mode", "internet"},
      {"swarm.trackers", other.announce_url()}};
  site_->StartMachine(internet);
  site_->StartMachine(Alone(internet));
  const std::string first = site_->Begin(0, file_);
  ASSERT_TRUE(
      site_->machine(0).WaitFor(first, {v1::JOB_STATE_TRANSFERRED}).ok());
  EXPECT_TRUE(tracker.WaitForSeeds(file_.info_hash, 1, kPatience));
  const v1::SourceBytes found = site_->Run(1, file_).progress().source_bytes();
  EXPECT_EQ(found.origin_bytes(), 0);
  EXPECT_EQ(found.lan_bytes() + found.internet_bytes(), 8 * kMiB);
  EXPECT_EQ(other.PeerCount(file_.info_hash), 0);
  site_->End(0, first, file_);
}

// Machine 0 asks the two others by name; they ask nobody. It hardly gives, and
// it hardly takes, so it goes on to know both.
TEST_F(SwarmDiscoveryTest, APeerTellsOfOtherPeers) {
  site_->StartMachine(
      Alone({{"swarm.peers", site_->beacon_address(1)},
             {"swarm.peers", site_->beacon_address(2)},
             {"bandwidth.lan_upload_bytes_per_second", "20000"},
             {"bandwidth.lan_download_bytes_per_second", "40000"}}));
  site_->StartMachine();
  site_->StartMachine(Alone({}));
  site_->Run(1, file_);
  const std::string teller = site_->Begin(0, file_);
  EXPECT_TRUE(Eventually([&] { return PeerOf(0, 1).has_value(); }));

  const std::string id = site_->Begin(2, file_);
  std::int64_t from_known = 0;
  std::int64_t from_told = 0;
  EXPECT_TRUE(Eventually([&] {
    if (const auto known = PeerOf(2, 0)) from_known = known->bytes_from();
    if (const auto told = PeerOf(2, 1)) from_told = told->bytes_from();
    return from_told > 0;
  }));
  const v1::Job job = site_->End(2, id, file_);
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  // By then the one that it was told of had given nearly all.
  EXPECT_TRUE(Eventually(
      [&] { return site_->Stats(1, file_).bytes_to_lan_peers() >= 5 * kMiB; }));
  EXPECT_LE(from_known, 4 * kMiB);
  EXPECT_TRUE(site_->machine(0).Cancel(teller).ok());
}

}  // namespace
}  // namespace convoy::testing
