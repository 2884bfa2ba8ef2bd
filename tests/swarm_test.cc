// Daemons of one machine that get files together, from a real nginx.

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::AnyOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;

constexpr std::int64_t kMiB = 1 << 20;

class SwarmTest : public ::testing::Test {
 protected:
  SwarmTest() : beacon_port_(FreePort()) {}

  // A daemon that meets peers on loopback.
  std::unique_ptr<TestDaemon> StartDaemon(
      std::vector<std::pair<std::string, std::string>> more = {}) {
    TestDaemon::Options options;
    options.settings = {
        {"swarm.interfaces", "lo"},
        {"swarm.listen_port", "0"},
        {"swarm.beacon_port", std::to_string(beacon_port_)},
    };
    options.settings.insert(options.settings.end(), more.begin(), more.end());
    return std::make_unique<TestDaemon>(options);
  }
  std::string Serve(Nginx& origin, const std::string& name, std::size_t size) {
    const std::string bytes = RandomBytes(size, size);
    WriteFile(origin.root() + "/" + name, bytes);
    return bytes;
  }
  void Publish(Nginx& origin, const std::string& name) {
    ProcessOptions options;
    options.argv = {Runfile("client/cli/convoy"), "publish",
                    origin.root() + "/" + name, "--url-prefix", origin.Url("")};
    const ProcessResult result = RunProcess(options);
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }
  std::string Local(const std::string& name) const {
    return destination_.path() + "/" + name;
  }

  const int beacon_port_;
  TempDir destination_;
};

TEST_F(SwarmTest, ThreeMachinesTakeOneCopyFromTheOrigin) {
  Nginx::Options slow;
  slow.rate = "500k";
  Nginx origin(slow);
  const std::string bytes = Serve(origin, "a.bin", 24 * kMiB);
  Publish(origin, "a.bin");
  std::vector<std::unique_ptr<TestDaemon>> daemons;
  for (int i = 0; i < 3; ++i) daemons.push_back(StartDaemon());
  const std::int64_t before = origin.BodyBytesSent();

  std::vector<std::future<absl::StatusOr<v1::Job>>> jobs;
  for (int i = 0; i < 3; ++i) {
    jobs.push_back(std::async(std::launch::async, [&, i] {
      return daemons[i]->Run(
          {File(origin.Url("a.bin"), Local(absl::StrCat("a", i)))});
    }));
  }
  std::int64_t from_origin = 0;
  std::int64_t from_peers = 0;
  for (int i = 0; i < 3; ++i) {
    const absl::StatusOr<v1::Job> job = jobs[i].get();
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
    ASSERT_TRUE(daemons[i]->Complete(job->id()).ok());
    EXPECT_EQ(ReadFile(Local(absl::StrCat("a", i))), bytes);
    from_origin += job->progress().source_bytes().origin_bytes();
    from_peers += job->progress().source_bytes().lan_bytes();
  }
  EXPECT_LE(from_origin, 24 * kMiB * 115 / 100);
  EXPECT_GE(from_peers, 24 * kMiB * 185 / 100);
  EXPECT_LE(origin.BodyBytesSent() - before, 24 * kMiB * 115 / 100);
}

TEST_F(SwarmTest, WhatOneMachineHasOthersDoNotAskTheOriginFor) {
  Nginx origin;
  const std::string bytes = Serve(origin, "a.bin", 8 * kMiB);
  Publish(origin, "a.bin");
  auto first = StartDaemon();
  auto job = first->Run({File(origin.Url("a.bin"), Local("first"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_EQ(job->progress().source_bytes().origin_bytes(), 8 * kMiB);

  auto second = StartDaemon(FromPeersAlone());
  job = second->Run({File(origin.Url("a.bin"), Local("second"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_EQ(job->progress().source_bytes().origin_bytes(), 0);
  EXPECT_EQ(job->progress().source_bytes().lan_bytes(), 8 * kMiB);
  ASSERT_TRUE(second->Complete(job->id()).ok());
  EXPECT_EQ(ReadFile(Local("second")), bytes);
}

}  // namespace
}  // namespace convoy::testing
