// Peers that may not be used, contents that may not be told of, and manifests
// that cannot be believed: real daemons.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"
#include "peer/beacon.h"
#include "peer/manifest.h"
#include "proto/error_detail.h"
#include "tests/hostile_peer.h"
#include "tests/swarm_site.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kMiB = 1 << 20;

// What ExplainJob says of peers of the LAN while the job's bytes come: asked
// until they are refused.
v1::SourceExplanation LanPeers(TestDaemon& daemon, const std::string& id) {
  const auto job = daemon.WaitFor(id, {v1::JOB_STATE_TRANSFERRING});
  EXPECT_TRUE(job.ok()) << job.status();
  v1::SourceExplanation last;
  const absl::Time give_up = absl::Now() + kPatience;
  while (absl::Now() < give_up) {
    const auto explained = daemon.Explain(id);
    EXPECT_TRUE(explained.ok()) << explained.status();
    if (!explained.ok()) break;
    for (const v1::SourceExplanation& source : explained->sources()) {
      if (source.kind() != v1::SourceExplanation::KIND_LAN_PEERS) continue;
      last = source;
      if (source.use() == v1::SourceExplanation::USE_REFUSED) return last;
    }
    if (explained->state() != v1::JOB_STATE_TRANSFERRING) break;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return last;
}

// Somebody who listens to what the beacon tells.
class Spy : private BeaconListener {
 public:
  explicit Spy(int beacon_port) {
    BeaconOptions options;
    options.machine = 4711;
    options.tcp_port = 1;
    options.beacon_port = beacon_port;
    options.rules.interfaces = {"lo"};
    BeaconListener* const self = this;
    auto beacon = Beacon::Start(std::move(options), clock_, self);
    EXPECT_TRUE(beacon.ok()) << beacon.status();
    if (beacon.ok()) beacon_ = *std::move(beacon);
  }
  // Asks for the content. Whether anybody answers within `time`.
  bool Finds(const std::string& info_hash, absl::Duration time) {
    beacon_->Want(info_hash);
    const absl::Time give_up = absl::Now() + time;
    const MutexLock lock(&mutex_);
    while (!found_ && absl::Now() < give_up) {
      changed_.WaitFor(&mutex_, give_up - absl::Now());
    }
    return found_;
  }

 private:
  void OnFound(const BeaconFound&) override {
    const MutexLock lock(&mutex_);
    found_ = true;
    changed_.NotifyAll();
  }
  void OnAsked(const std::string&) override {}
  void OnNetwork(const std::shared_ptr<const PeerFilter>&) override {}

  RealClock clock_;
  Mutex mutex_;
  CondVar changed_;
  bool found_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<Beacon> beacon_;
};

TEST(SwarmRefusalTest, SpyHearsOfContentsThatAreShared) {
  SwarmSite site;
  const PublishedFile file = site.Serve("a.bin", 4 * kMiB);
  site.StartMachine();
  site.Adopt(0, file);
  Spy spy(site.beacon_port());
  EXPECT_TRUE(spy.Finds(file.info_hash, kPatience));
}

TEST(SwarmRefusalTest, PrivateJobsAreNeitherAnnouncedNorGiven) {
  SwarmSite site(SlowOrigin("200k"));
  const PublishedFile file = site.Serve("a.bin", 4 * kMiB);
  site.StartMachines(2);
  HostilePeer::Script script;
  script.on_welcome = [](HostileLink&) {};
  HostilePeer peer(site.Against(0, file, script));
  v1::Job secret;
  secret.set_private_(true);
  const std::string id = site.Begin(0, file, secret);
  Spy spy(site.beacon_port());
  EXPECT_FALSE(spy.Finds(file.info_hash, absl::Seconds(2)));
  const v1::SourceExplanation peers = LanPeers(site.machine(0), id);
  EXPECT_EQ(peers.use(), v1::SourceExplanation::USE_REFUSED);
  EXPECT_THAT(peers.reason(), HasSubstr("private"));
  site.Hurry(0, id);
  ASSERT_TRUE(site.machine(0).WaitFor(id, {v1::JOB_STATE_TRANSFERRED}).ok());
  // Nor does it give what it has.
  const v1::Job other = site.Run(1, file);
  EXPECT_EQ(other.progress().source_bytes().lan_bytes(), 0);
  const v1::Job job = site.End(0, id, file);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), 0);
  EXPECT_EQ(peer.counts().welcomes, 0);
  EXPECT_GT(peer.counts().dials, 0);
}

// BEP 27.
TEST(SwarmRefusalTest, PrivateManifestsAreNotToldByTheBeacon) {
  SwarmSite site(SlowOrigin("200k"));
  PublishedFile file = site.Serve("a.bin", 4 * kMiB);
  site.Amend(&file, "http://127.0.0.1:9/announce", /*is_private=*/true);
  site.StartMachine({{"swarm.download_mode", "internet"}});
  const std::string id = site.Begin(0, file);
  ASSERT_TRUE(site.machine(0).WaitForBytes(id, 1).ok());
  EXPECT_FALSE(Spy(site.beacon_port()).Finds(file.info_hash, absl::Seconds(2)));
  site.Hurry(0, id);
  ASSERT_TRUE(site.machine(0).WaitFor(id, {v1::JOB_STATE_TRANSFERRED}).ok());
  EXPECT_EQ(site.Stats(0, file).download_mode(), v1::DOWNLOAD_MODE_INTERNET);
  EXPECT_FALSE(Spy(site.beacon_port()).Finds(file.info_hash, absl::Seconds(2)));
  // Nor is it kept for others.
  site.End(0, id, file);
  EXPECT_FALSE(Spy(site.beacon_port()).Finds(file.info_hash, absl::Seconds(2)));
  const absl::Status adopted = site.TryAdopt(0, file);
  EXPECT_EQ(ErrorDetailOf(adopted).reason(), v1::ERROR_REASON_BLOCKED_BY_POLICY)
      << adopted;
}

TEST(SwarmRefusalTest, PrivateManifestsHaveNoPeersInTheLan) {
  SwarmSite site(SlowOrigin("200k"));
  PublishedFile file = site.Serve("a.bin", 4 * kMiB);
  site.Amend(&file, "http://127.0.0.1:9/announce", /*is_private=*/true);
  site.StartMachine();
  const std::string id = site.Begin(0, file);
  const v1::SourceExplanation peers = LanPeers(site.machine(0), id);
  EXPECT_EQ(peers.use(), v1::SourceExplanation::USE_REFUSED);
  EXPECT_THAT(peers.reason(), HasSubstr("BEP 27"));
  site.Hurry(0, id);
  ASSERT_TRUE(site.machine(0).WaitFor(id, {v1::JOB_STATE_TRANSFERRED}).ok());
  EXPECT_FALSE(Spy(site.beacon_port()).Finds(file.info_hash, absl::Seconds(2)));
  site.End(0, id, file);
}

TEST(SwarmRefusalTest, HttpOnlyAsksNoPeers) {
  SwarmSite site(SlowOrigin("200k"));
  const PublishedFile file = site.Serve("a.bin", 4 * kMiB);
  site.StartMachines(2);
  site.Adopt(0, file);
  v1::Job http_only;
  http_only.set_download_mode(v1::DOWNLOAD_MODE_HTTP_ONLY);
  const std::string id = site.Begin(1, file, http_only);
  const v1::SourceExplanation peers = LanPeers(site.machine(1), id);
  EXPECT_EQ(peers.use(), v1::SourceExplanation::USE_REFUSED);
  EXPECT_THAT(peers.reason(), HasSubstr("http_only"));
  site.Hurry(1, id);
  const v1::Job job = site.End(1, id, file);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), 0);
}

TEST(SwarmRefusalTest, InterfaceThatDoesNotExistMeansNoPeers) {
  SwarmSite site(SlowOrigin("200k"));
  const PublishedFile file = site.Serve("a.bin", 4 * kMiB);
  site.StartMachine();
  site.StartMachine({{"swarm.interfaces", "nosuch0"}});
  site.Adopt(0, file);
  const std::string id = site.Begin(1, file);
  const v1::SourceExplanation peers = LanPeers(site.machine(1), id);
  EXPECT_EQ(peers.use(), v1::SourceExplanation::USE_REFUSED);
  EXPECT_THAT(peers.reason(), HasSubstr("nosuch0"));
  EXPECT_EQ(peers.policy(), "swarm.interfaces");
  site.Hurry(1, id);
  const v1::Job job = site.End(1, id, file);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), 0);
  // It is not listened there either.
  EXPECT_FALSE(DialFrom("127.0.0.1", site.port(1)).valid());
}

// A manifest that cannot be used; the file comes all the same.
class SwarmManifestTest : public ::testing::Test {
 protected:
  SwarmManifestTest() : site_(SlowOrigin("200k")) {
    site_.StartMachines(2);
    file_ = site_.Serve("a.bin", 4 * kMiB);
    other_ = site_.Serve("b.bin", 4 * kMiB + 1);
    // Of the size of the first.
    same_size_ = site_.Serve("c.bin", 4 * kMiB);
  }
  std::string ManifestPath(const PublishedFile& file) {
    return absl::StrCat(site_.origin().root(), "/", file.name, ".torrent");
  }
  // Puts `manifest` beside the file. Fetches it, says why peers were not used.
  std::string FetchWith(const std::string& manifest) {
    site_.origin().Restrain();
    WriteFile(ManifestPath(file_), manifest);
    const std::string id = site_.Begin(0, file_);
    const v1::SourceExplanation peers = LanPeers(site_.machine(0), id);
    EXPECT_EQ(peers.use(), v1::SourceExplanation::USE_REFUSED);
    // The transfer that has no manifest any more may still be beginning.
    v1::JobFile got;
    EXPECT_TRUE(Eventually([&] {
      const auto files = site_.machine(0).Files(id);
      EXPECT_TRUE(files.ok()) << files.status();
      if (files.ok()) got = (*files)[0];
      return got.integrity() == "size and validator of the origin";
    })) << got.DebugString();
    EXPECT_THAT(got.content_id(), IsEmpty());
    site_.Hurry(0, id);
    site_.End(0, id, file_);
    return peers.reason();
  }
  // A job that takes the file by the manifest that it pins alone: how it ends.
  v1::Job FetchMandatory() {
    v1::JobFile file = File(file_.url, site_.Local("mandatory"));
    file.set_required_integrity(v1::INTEGRITY_MANDATORY);
    file.mutable_manifest()->set_info_hash(
        absl::BytesToHexString(file_.info_hash));
    site_.origin().Release();
    const auto job = site_.machine(1).Run({file});
    site_.origin().Restrain();
    EXPECT_TRUE(job.ok()) << job.status();
    if (!job.ok()) return {};
    EXPECT_TRUE(site_.machine(1).Cancel(job->id()).ok());
    return *job;
  }
  // With the right manifest it succeeds.
  void ExpectMandatorySucceeds() {
    const v1::Job job = FetchMandatory();
    EXPECT_EQ(job.state(), v1::JOB_STATE_TRANSFERRED) << job.DebugString();
  }
  void ExpectMandatoryFails() {
    const v1::Job job = FetchMandatory();
    EXPECT_EQ(job.state(), v1::JOB_STATE_ERROR) << job.DebugString();
    EXPECT_EQ(job.error().detail().reason(),
              v1::ERROR_REASON_VALIDATION_FAILED);
    EXPECT_EQ(job.error().detail().field(), "required_integrity");
    EXPECT_EQ(job.error().detail().policy(), "");
  }

  SwarmSite site_;
  PublishedFile file_;
  PublishedFile other_;
  PublishedFile same_size_;
};

TEST_F(SwarmManifestTest, ManifestOfAnotherSizeIsNotUsed) {
  ExpectMandatorySucceeds();
  EXPECT_THAT(FetchWith(ReadFile(ManifestPath(other_))),
              HasSubstr("is of a file of 4194305 bytes; this one has 4194304"));
  ExpectMandatoryFails();
}

TEST_F(SwarmManifestTest, ManifestOfOtherBytesIsNotUsed) {
  ExpectMandatorySucceeds();
  EXPECT_THAT(
      FetchWith(ReadFile(ManifestPath(same_size_))),
      HasSubstr("the pieces at the origin are not those of the manifest"));
  ExpectMandatoryFails();
}

TEST_F(SwarmManifestTest, ManifestThatIsNoneIsNotUsed) {
  ExpectMandatorySucceeds();
  const std::string right = ReadFile(ManifestPath(file_));
  EXPECT_THAT(FetchWith("<html>not found</html>"), HasSubstr("cannot be used"));
  EXPECT_THAT(FetchWith(right.substr(0, right.size() - 100)),
              HasSubstr("cannot be used"));
  EXPECT_THAT(FetchWith(std::string(100'000, 'd')),
              HasSubstr("cannot be used"));
  ExpectMandatoryFails();
}

TEST_F(SwarmManifestTest, ManifestOfAFolderIsNotUsed) {
  const std::string folder = absl::StrCat(
      "d4:infod5:filesld6:lengthi4194304e4:pathl6:../../5:a.bineee4:name1:.12:"
      "piece lengthi4194304e6:pieces20:",
      std::string(20, 'h'), "ee");
  EXPECT_THAT(FetchWith(folder), HasSubstr("cannot be used"));
}

}  // namespace
}  // namespace convoy::testing
