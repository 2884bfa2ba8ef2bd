// Daemons of an authenticated group, and one that is not of it.

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"
#include "tests/nginx.h"
#include "tests/pem_folder.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;

class GroupTest : public ::testing::Test {
 protected:
  GroupTest() {
    keys_.MakeAuthority("fleet");
    keys_.MakeAuthority("other");
    WriteFile(origin_.root() + "/a.bin", bytes_);
    ProcessOptions publish;
    publish.argv = {Runfile("client/cli/convoy"), "publish",
                    origin_.root() + "/a.bin", "--url-prefix", origin_.Url("")};
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
      keys_.MakeCertificate(name, authority);
      options.settings.push_back({"group.ca_file", keys_.Path(authority)});
      options.settings.push_back({"group.certificate_file", keys_.Path(name)});
      options.settings.push_back({"group.key_file", keys_.Path(name + "-key")});
    }
    return std::make_unique<TestDaemon>(options);
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

  const std::string bytes_ = RandomBytes(6 * kMiB, 5);
  const int beacon_port_ = FreePort();
  PemFolder keys_;
  TempDir destination_;
  Nginx origin_;
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

TEST_F(GroupTest, OutsidersGetNothing) {
  auto member = StartDaemon("member", "fleet");
  Run(*member, "a.bin", "1");
  auto stranger = StartDaemon("stranger", "other");
  auto open = StartDaemon("open", "");
  for (TestDaemon* outsider : {stranger.get(), open.get()}) {
    const v1::Job job =
        Run(*outsider, "a.bin", outsider == open.get() ? "2" : "3");
    EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 6 * kMiB);
    EXPECT_EQ(job.progress().source_bytes().lan_bytes(), 0);
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

}  // namespace
}  // namespace convoy::testing
