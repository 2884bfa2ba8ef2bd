// Machines in networks of their own: peers beyond the LAN.

#include <cstdint>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "tests/pem_folder.h"
#include "tests/swarm_net.h"
#include "tests/swarm_site.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kSize = 8 * kMiB;

class SwarmFarTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string why_not = SwarmNet::WhyNot();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    net_ = std::make_unique<SwarmNet>(3);
    for (const int machine : {1, 2}) net_->LeaveLan(machine);
    site_ = std::make_unique<SwarmSite>(net_.get());
    file_ = site_->Serve("a.bin", kSize);
  }

  // Each knows where the other one's beacon is.
  void StartBoth(const SwarmSite::Settings& settings,
                 const SwarmSite::Settings& of_first) {
    SwarmSite::Settings first = settings;
    first.emplace_back("swarm.peers", site_->beacon_address(1));
    first.insert(first.end(), of_first.begin(), of_first.end());
    SwarmSite::Settings second = settings;
    second.emplace_back("swarm.peers", site_->beacon_address(0));
    site_->StartMachine(first);
    site_->StartMachine(second);
  }
  SwarmSite::Settings Member(const std::string& name, const std::string& mode) {
    return {{"swarm.download_mode", mode},
            {"group.ca_file", keys_.Path("fleet")},
            {"group.certificate_file", keys_.Path(name)},
            {"group.key_file", keys_.Path(name + "-key")}};
  }

  PemFolder keys_;
  std::unique_ptr<SwarmNet> net_;
  std::unique_ptr<SwarmSite> site_;
  PublishedFile file_;
};

class SwarmFarGroupTest : public SwarmFarTest {
 protected:
  void SetUp() override {
    SwarmFarTest::SetUp();
    if (IsSkipped()) return;
    keys_.MakeAuthority("fleet");
    keys_.MakeCertificate("member", "fleet");
  }
};

TEST_F(SwarmFarGroupTest, MembersOfOtherNetworksGiveInModeGroup) {
  StartBoth(Member("member", "group"), FromPeersAlone());
  site_->Run(1, file_);
  const v1::SourceBytes bytes = site_->Run(0, file_).progress().source_bytes();
  EXPECT_EQ(bytes.group_bytes(), kSize) << bytes.DebugString();
  EXPECT_EQ(bytes.lan_bytes(), 0);
  EXPECT_EQ(bytes.internet_bytes(), 0);
  EXPECT_EQ(bytes.origin_bytes(), 0);
}

TEST_F(SwarmFarGroupTest, MembersOfOtherNetworksAreNotMetInModeLan) {
  StartBoth(Member("member", "lan"), {});
  site_->Run(1, file_);
  const v1::SourceBytes bytes = site_->Run(0, file_).progress().source_bytes();
  EXPECT_EQ(bytes.origin_bytes(), kSize) << bytes.DebugString();
}

// The job's own bound, where the machine would go further.
TEST_F(SwarmFarGroupTest, AJobOfModeLanTakesNothingFromFarMembers) {
  StartBoth(Member("member", "group"), {});
  site_->Run(1, file_);
  v1::Job near;
  near.set_download_mode(v1::DOWNLOAD_MODE_LAN);
  const std::string id = site_->Begin(0, file_, near);
  const v1::SourceBytes bytes =
      site_->End(0, id, file_).progress().source_bytes();
  EXPECT_EQ(bytes.origin_bytes(), kSize) << bytes.DebugString();
  EXPECT_EQ(bytes.group_bytes(), 0);
}

TEST_F(SwarmFarTest, AJobOfModeLanTakesNothingFromFarPeers) {
  StartBoth({{"swarm.download_mode", "internet"}}, {});
  site_->Adopt(1, file_);
  // As slow as the origin is: a peer that was met would give most of it.
  net_->SetRate(0, 20);
  v1::Job near;
  near.set_download_mode(v1::DOWNLOAD_MODE_LAN);
  const std::string id = site_->Begin(0, file_, near);
  v1::SourceBytes bytes = site_->End(0, id, file_).progress().source_bytes();
  EXPECT_EQ(bytes.origin_bytes(), kSize) << bytes.DebugString();
  EXPECT_EQ(bytes.internet_bytes(), 0);

  const PublishedFile other = site_->Serve("b.bin", kSize);
  site_->Adopt(1, other);
  bytes = site_->Run(0, other).progress().source_bytes();
  EXPECT_GT(bytes.internet_bytes(), kSize / 2) << bytes.DebugString();
}

}  // namespace
}  // namespace convoy::testing
