// Daemons of an authenticated group, and one that is not of it.

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/beacon.h"
#include "proto/error_detail.h"
#include "tests/eventually.h"
#include "tests/metainfo_v2.h"
#include "tests/nginx.h"
#include "tests/pem_folder.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;

// Hears that somebody asks who has a content, and says nothing.
class Listener : private BeaconListener {
 public:
  explicit Listener(int beacon_port) {
    BeaconOptions options;
    options.machine = 4711;
    options.beacon_port = beacon_port;
    options.rules.interfaces = {"lo"};
    BeaconListener* const self = this;
    auto beacon = Beacon::Start(std::move(options), clock_, self);
    EXPECT_TRUE(beacon.ok()) << beacon.status();
    if (beacon.ok()) beacon_ = *std::move(beacon);
  }

  // Datagrams. Who has it does not answer those who are not of the group.
  std::int64_t heard() const {
    return static_cast<std::int64_t>(beacon_->counts().datagrams_heard);
  }

 private:
  void OnFound(const BeaconFound&) override {}
  void OnAsked(const std::string&) override {}
  void OnNetwork(const std::shared_ptr<const PeerFilter>&) override {}

  RealClock clock_;
  std::unique_ptr<Beacon> beacon_;
};

v1::SourceExplanation LanPeers(const v1::ExplainJobResponse& explained) {
  for (const v1::SourceExplanation& source : explained.sources()) {
    if (source.kind() == v1::SourceExplanation::KIND_LAN_PEERS) return source;
  }
  return {};
}

bool HasFactor(const v1::ExplainJobResponse& explained,
               const std::string& policy) {
  for (const v1::Factor& factor : explained.factors()) {
    if (factor.policy() == policy) return true;
  }
  return false;
}

class GroupTest : public ::testing::Test {
 protected:
  GroupTest() {
    keys_.MakeAuthority("fleet");
    keys_.MakeAuthority("other");
    WriteFile(origin_.root() + "/a.bin", bytes_);
    WriteFile(slow_.root() + "/a.bin", bytes_);
    Publish(origin_, "a.bin");
  }
  static void Publish(const Nginx& origin, const std::string& name) {
    ProcessOptions publish;
    publish.argv = {Runfile("client/cli/convoy"), "publish",
                    origin.root() + "/" + name, "--url-prefix", origin.Url("")};
    const ProcessResult published = RunProcess(publish);
    EXPECT_EQ(published.exit_code, 0) << published.output;
  }

  using Settings = std::vector<std::pair<std::string, std::string>>;

  // A daemon with a certificate of `authority`; of none: one in the open.
  std::unique_ptr<TestDaemon> StartDaemon(const std::string& name,
                                          const std::string& authority,
                                          const Settings& more = {}) {
    TestDaemon::Options options;
    options.settings = {{"swarm.interfaces", "lo"},
                        {"swarm.listen_port", "0"},
                        {"swarm.beacon_port", std::to_string(beacon_port_)}};
    options.settings.insert(options.settings.end(), more.begin(), more.end());
    if (!authority.empty()) {
      if (!keys_made_) keys_.MakeCertificate(name, authority);
      options.settings.push_back({"group.ca_file", keys_.Path(authority)});
      options.settings.push_back({"group.certificate_file", keys_.Path(name)});
      options.settings.push_back({"group.key_file", keys_.Path(name + "-key")});
    }
    return std::make_unique<TestDaemon>(options);
  }
  std::string Begin(TestDaemon& daemon, const std::string& url,
                    const std::string& name) {
    const absl::StatusOr<v1::Job> job = daemon.Create(
        {File(origin_.Url(url), destination_.path() + "/" + name)});
    if (!job.ok()) {
      ADD_FAILURE() << job.status();
      return "";
    }
    EXPECT_TRUE(daemon.Resume(job->id()).ok());
    return job->id();
  }
  v1::Job Run(TestDaemon& daemon, const std::string& url,
              const std::string& name) {
    const absl::StatusOr<v1::Job> job =
        daemon.Run({File(origin_.Url(url), destination_.path() + "/" + name)});
    if (!job.ok()) {
      ADD_FAILURE() << job.status();
      return {};
    }
    EXPECT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
    EXPECT_TRUE(daemon.Complete(job->id()).ok());
    EXPECT_EQ(ReadFile(destination_.path() + "/" + name), bytes_);
    return *job;
  }

  static Nginx::Options Slow(const std::string& rate = "100k") {
    Nginx::Options options;
    options.rate = rate;
    return options;
  }

  const std::string bytes_ = RandomBytes(6 * kMiB, 5);
  const int beacon_port_ = FreePort();
  PemFolder keys_;
  // The certificates are there: none is made.
  bool keys_made_ = false;
  TempDir destination_;
  Nginx origin_;
  Nginx slow_{Slow()};
};

TEST_F(GroupTest, MembersGiveEachOtherWhatTheyHave) {
  auto first = StartDaemon("first", "fleet");
  auto second = StartDaemon("second", "fleet", FromPeersAlone());
  EXPECT_EQ(Run(*first, "a.bin", "1").progress().source_bytes().origin_bytes(),
            6 * kMiB);
  const v1::Job job = Run(*second, "a.bin", "2");
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), 6 * kMiB);
}

TEST_F(GroupTest, MembersShareAContentOfVersion2) {
  WriteFile(origin_.root() + "/a.bin.torrent",
            MetainfoV2Of(origin_.root() + "/a.bin", 256 << 10));
  auto first = StartDaemon("first", "fleet");
  auto second = StartDaemon("second", "fleet", FromPeersAlone());
  Run(*first, "a.bin", "1");
  const v1::Job job = Run(*second, "a.bin", "2");
  const auto files = second->Files(job.id());
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ((*files)[0].integrity(),
            "pieces of a manifest given by an unauthenticated origin");
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), 6 * kMiB);
}

TEST_F(GroupTest, OutsidersGetNothing) {
  auto member = StartDaemon("member", "fleet");
  Run(*member, "a.bin", "1");
  // All that these could have comes from peers.
  const Listener listener(beacon_port_);
  std::map<std::string, std::unique_ptr<TestDaemon>> outsiders;
  std::map<std::string, std::string> jobs;
  for (const auto& [name, authority] :
       {std::pair("stranger", "other"), std::pair("open", "")}) {
    outsiders[name] = StartDaemon(name, authority, FromPeersAlone());
    const std::int64_t before = listener.heard();
    jobs[name] = Begin(*outsiders[name], "a.bin", name);
    EXPECT_TRUE(Eventually([&] { return listener.heard() > before; }))
        << name << " never asked";
  }
  // Meanwhile one of the group gets all.
  auto second = StartDaemon("second", "fleet", FromPeersAlone());
  EXPECT_EQ(Run(*second, "a.bin", "2").progress().source_bytes().lan_bytes(),
            6 * kMiB);
  for (const auto& [name, outsider] : outsiders) {
    const auto job = outsider->Get(jobs[name]);
    ASSERT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(job->progress().transferred_bytes(), 0) << name;
    const auto explained = outsider->Explain(jobs[name]);
    ASSERT_TRUE(explained.ok()) << explained.status();
    const v1::SourceExplanation lan = LanPeers(*explained);
    EXPECT_EQ(lan.use(), v1::SourceExplanation::USE_IDLE) << name;
    EXPECT_EQ(lan.reason(), "no machine that has or wants it is known") << name;
    EXPECT_EQ(HasFactor(*explained, "group.ca_file"), name == "stranger");
    EXPECT_TRUE(HasFactor(*explained, "swarm.origin_delay_background_seconds"));
  }
}

TEST_F(GroupTest, MembersShareAUrlThatNobodyPublished) {
  WriteFile(origin_.root() + "/b.bin", bytes_);
  auto first = StartDaemon("first", "fleet");
  auto second = StartDaemon("second", "fleet", FromPeersAlone());
  Run(*first, "b.bin", "1");
  const v1::Job job = Run(*second, "b.bin", "2");
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), 6 * kMiB);
}

// Four members that begin at the same time.
class GroupCrowdTest : public GroupTest {
 protected:
  static constexpr std::int64_t kSize = 16 * kMiB;
  static constexpr int kMembers = 4;

  GroupCrowdTest() {
    WriteFile(shared_.root() + "/c.bin", content_);
    for (int i = 0; i < kMembers; ++i) {
      members_.push_back(StartDaemon(absl::StrCat("member", i), "fleet"));
    }
  }
  std::string Local(int member) const {
    return absl::StrCat(destination_.path(), "/c", member);
  }
  void BeginAll() {
    before_ = shared_.BodyBytesSent();
    for (int i = 0; i < kMembers; ++i) {
      const auto job = member(i).Create({File(shared_.Url("c.bin"), Local(i))});
      ASSERT_TRUE(job.ok()) << job.status();
      ids_.push_back(job->id());
    }
    for (int i = 0; i < kMembers; ++i) {
      ASSERT_TRUE(member(i).Resume(id(i)).ok());
    }
  }
  // Each has the right bytes.
  void EndAll() {
    for (int i = 0; i < kMembers; ++i) {
      const auto job = member(i).WaitFor(
          id(i), {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
      ASSERT_TRUE(job.ok()) << job.status();
      ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
      ASSERT_TRUE(member(i).Complete(id(i)).ok());
      EXPECT_EQ(Sha256Hex(ReadFile(Local(i))), Sha256Hex(content_)) << i;
    }
  }
  double Copies() const {
    return static_cast<double>(shared_.BodyBytesSent() - before_) / kSize;
  }
  TestDaemon& member(int i) { return *members_[static_cast<std::size_t>(i)]; }
  const std::string& id(int i) { return ids_[static_cast<std::size_t>(i)]; }

  const std::string content_ = RandomBytes(kSize, 7);
  // Slow enough for them to meet. nginx gives what it may give in a second at
  // once: less than a piece, or short requests seem to be far faster than long
  // ones.
  Nginx shared_{Slow("200k")};
  std::int64_t before_ = 0;
  std::vector<std::unique_ptr<TestDaemon>> members_;
  std::vector<std::string> ids_;
};

TEST_F(GroupCrowdTest, TakesOneCopyThoughAMemberIsKilled) {
  Publish(shared_, "c.bin");
  ASSERT_NO_FATAL_FAILURE(BeginAll());
  const auto half = member(1).WaitForBytes(id(1), kSize / 2);
  ASSERT_TRUE(half.ok()) << half.status();
  EXPECT_LT(half->progress().transferred_bytes(), kSize);
  EXPECT_GT(half->progress().source_bytes().lan_bytes(), 0);
  member(1).Kill();
  member(1).Start();
  ASSERT_NO_FATAL_FAILURE(EndAll());
  EXPECT_LE(Copies(), 1.15);
}

TEST_F(GroupCrowdTest, TakesOneCopyOfAUrlThatNobodyPublished) {
  ASSERT_NO_FATAL_FAILURE(BeginAll());
  ASSERT_NO_FATAL_FAILURE(EndAll());
  EXPECT_LE(Copies(), 1.15);
  const auto files = member(0).Files(id(0));
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ((*files)[0].integrity(),
            "hashes told by machines of the group, size and validator of the "
            "origin");
}

// A signed question must fit into a datagram.
TEST_F(GroupTest, ACertificateThatIsTooLongForTheBeaconIsNamed) {
  std::string names = "subjectAltName=DNS:long";
  for (int i = 0; i < 45; ++i) {
    absl::StrAppend(&names, ",DNS:machine-", i, ".example.org");
  }
  keys_.MakeCertificate("long", "fleet", names);
  keys_made_ = true;
  auto member = StartDaemon("long", "fleet");
  const v1::Job job = Run(*member, "a.bin", "1");
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 6 * kMiB);
  // While its bytes come.
  const absl::StatusOr<v1::Job> slow =
      member->Create({File(slow_.Url("a.bin"), destination_.path() + "/slow")});
  ASSERT_TRUE(slow.ok()) << slow.status();
  ASSERT_TRUE(member->Resume(slow->id()).ok());
  v1::SourceExplanation lan;
  member->ExplainUntil(slow->id(), [&lan](const v1::ExplainJobResponse& said) {
    for (const v1::SourceExplanation& source : said.sources()) {
      if (source.kind() == v1::SourceExplanation::KIND_LAN_PEERS) lan = source;
    }
    return lan.use() == v1::SourceExplanation::USE_REFUSED;
  });
  EXPECT_EQ(lan.use(), v1::SourceExplanation::USE_REFUSED);
  EXPECT_THAT(lan.reason(), HasSubstr("too long for a datagram"));
  EXPECT_EQ(lan.policy(), "group.certificate_file");
  EXPECT_TRUE(member->Cancel(slow->id()).ok());
}

}  // namespace
}  // namespace convoy::testing
