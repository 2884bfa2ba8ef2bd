// Daemons that exchange pieces with clients of others: aria2, Transmission, and
// one that is libtorrent alone, each on a machine of its own.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/swarm_net.h"
#include "tests/swarm_site.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"
#include "tests/tracker.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kSize = 6'000'017;
// Machines of the net.
constexpr int kOrigin = 0;
constexpr int kDaemon = 1;
constexpr int kForeign = 2;

class ForeignPeerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string why_not = SwarmNet::WhyNot();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    net_ = std::make_unique<SwarmNet>(3);
    site_ = std::make_unique<SwarmSite>(net_.get());
    file_ = site_->Serve("disk.img", kSize);
  }
  void TearDown() override {
    if (HasFailure()) GTEST_LOG_(INFO) << ReadFile(folder_.path() + "/log");
  }

  std::string Torrent() const {
    return absl::StrCat(site_->origin().root(), "/", file_.name, ".torrent");
  }
  std::string Copy() const {
    return absl::StrCat(folder_.path(), "/", file_.name);
  }
  bool HasWhole(Process& client) const {
    return Eventually([&] {
             return !client.Running() || ReadFile(Copy()) == file_.bytes;
           }) &&
           client.Running();
  }
  // Seeds when it has all of the file, or when it finds it in its folder.
  std::unique_ptr<Process> Aria2() const {
    return Start({"/usr/bin/aria2c", "--no-conf", "--dir=" + folder_.path(),
                  "--enable-dht=false", "--enable-dht6=false",
                  "--bt-enable-lpd=true", "--bt-lpd-interface=eth0",
                  "--disable-ipv6", "--follow-torrent=false", "--seed-ratio=0",
                  "--check-integrity", "--listen-port=6999", Torrent()});
  }
  std::unique_ptr<Process> Libtorrent() const {
    return Start({Runfile("bench/plain_libtorrent"), Torrent(), folder_.path(),
                  folder_.path() + "/done", "--tuned"});
  }
  std::unique_ptr<Process> Transmission(const Tracker& tracker) const {
    const std::string& url = tracker.announce_url();
    const std::string torrent = folder_.path() + "/tracked.torrent";
    WriteFile(torrent, absl::StrCat("d8:announce", url.size(), ":", url,
                                    ReadFile(Torrent()).substr(1)));
    WriteFile(folder_.path() + "/settings.json",
              absl::StrCat(R"({"dht-enabled": false, "lpd-enabled": false,
                               "pex-enabled": false, "utp-enabled": false,
                               "port-forwarding-enabled": false,
                               "bind-address-ipv4": ")",
                           net_->address(kForeign), "\"}"));
    return Start({"/usr/bin/transmission-cli", "-g", folder_.path(), "-w",
                  folder_.path(), "-M", "-p", "6998", torrent});
  }
  // The daemon gave all of it, by its own count and on its cable.
  void ExpectAllGiven() {
    EXPECT_TRUE(Eventually([this] { return Given() >= kSize; })) << Given();
    EXPECT_LE(Given(), kSize * 11 / 10);
    EXPECT_GE(net_->SentBytes(kDaemon), kSize);
  }
  std::int64_t Given() { return site_->Stats(0, file_).bytes_to_lan_peers(); }

  std::unique_ptr<SwarmNet> net_;
  std::unique_ptr<SwarmSite> site_;
  PublishedFile file_;
  TempDir folder_;

 private:
  std::unique_ptr<Process> Start(const std::vector<std::string>& argv) const {
    ProcessOptions options;
    options.argv = argv;
    options.network_namespace = net_->network_namespace(kForeign);
    options.output_path = folder_.path() + "/log";
    return std::make_unique<Process>(options);
  }
};

TEST_F(ForeignPeerTest, Aria2FindsADaemonThatSeedsAndTakesAllFromIt) {
  site_->StartMachine();
  site_->Run(0, file_);
  site_->origin().Stop();
  const auto aria2 = Aria2();
  EXPECT_TRUE(HasWhole(*aria2));
  ExpectAllGiven();
}

TEST_F(ForeignPeerTest, DaemonFindsAria2ThatSeedsAndTakesAllFromIt) {
  site_->StartMachine(FromPeersAlone());
  const std::string id = site_->Begin(0, file_);
  ASSERT_TRUE(
      site_->machine(0)
          .WaitFor(id, {v1::JOB_STATE_TRANSFERRING, v1::JOB_STATE_CONNECTING})
          .ok());
  WriteFile(Copy(), file_.bytes);
  const std::int64_t before = net_->SentBytes(kForeign);
  const auto aria2 = Aria2();
  const v1::Job job = site_->End(0, id, file_);
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), kSize);
  EXPECT_GE(net_->SentBytes(kForeign) - before, kSize);
}

// libtorrent, for version 2 (BEP 52): neither of the others knows that.

TEST_F(ForeignPeerTest, LibtorrentTakesAllOfVersion2FromADaemonThatSeeds) {
  site_->UseVersion2(&file_);
  site_->StartMachine();
  site_->Run(0, file_);
  site_->origin().Stop();
  const auto libtorrent = Libtorrent();
  EXPECT_TRUE(HasWhole(*libtorrent));
  ExpectAllGiven();
}

TEST_F(ForeignPeerTest, DaemonTakesAllOfVersion2FromLibtorrentThatSeeds) {
  site_->UseVersion2(&file_);
  site_->StartMachine(FromPeersAlone());
  const std::string id = site_->Begin(0, file_);
  ASSERT_TRUE(
      site_->machine(0)
          .WaitFor(id, {v1::JOB_STATE_TRANSFERRING, v1::JOB_STATE_CONNECTING})
          .ok());
  WriteFile(Copy(), file_.bytes);
  const std::int64_t before = net_->SentBytes(kForeign);
  const auto libtorrent = Libtorrent();
  const v1::Job job = site_->End(0, id, file_);
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), kSize);
  EXPECT_GE(net_->SentBytes(kForeign) - before, kSize);
}

TEST_F(ForeignPeerTest, TransmissionTakesAllFromADaemonThatATrackerKnows) {
  const Tracker tracker(net_->address(kOrigin),
                        net_->network_namespace(kOrigin));
  site_->StartMachine({{"swarm.download_mode", "internet"},
                       {"swarm.trackers", tracker.announce_url()}});
  site_->Run(0, file_);
  ASSERT_TRUE(
      Eventually([&] { return tracker.PeerCount(file_.info_hash) > 0; }));
  site_->origin().Stop();
  const auto transmission = Transmission(tracker);
  EXPECT_TRUE(HasWhole(*transmission));
  ExpectAllGiven();
}

}  // namespace
}  // namespace convoy::testing
