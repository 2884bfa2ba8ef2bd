// Origins, machines and networks that fail, in the middle of a swarm of real
// daemons.

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/swarm_site.h"

namespace convoy::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;

// Until the origin has sent so much. False: not within kPatience.
bool WaitForOrigin(const Nginx& origin, std::int64_t bytes) {
  return Eventually([&] { return origin.BodyBytesSent() >= bytes; });
}

// Whether each byte of the file is on one of the machines.
bool HaveAll(SwarmSite& site, const std::vector<std::string>& ids,
             const PublishedFile& file) {
  std::vector<bool> there(static_cast<std::size_t>(file.layout.count()));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    grpc::ClientContext context;
    v1::GetFilledRangesRequest request;
    request.set_job_id(ids[i]);
    v1::GetFilledRangesResponse filled;
    const grpc::Status status =
        site.machine(static_cast<int>(i))
            .jobs()
            .GetFilledRanges(&context, request, &filled);
    EXPECT_TRUE(status.ok()) << status.error_message();
    const std::int64_t length = file.layout.piece_length();
    for (const v1::FileRange& range : filled.ranges()) {
      const std::int64_t end = range.offset_bytes() + range.length_bytes();
      for (std::size_t piece = 0; piece < there.size(); ++piece) {
        const std::int64_t begin = static_cast<std::int64_t>(piece) * length;
        there[piece] = there[piece] ||
                       (range.offset_bytes() <= begin &&
                        std::min(begin + length, file.layout.size()) <= end);
      }
    }
  }
  return std::find(there.begin(), there.end(), false) == there.end();
}

std::vector<std::string> BeginAll(SwarmSite& site, int machines,
                                  const PublishedFile& file) {
  std::vector<std::string> ids;
  for (int i = 0; i < machines; ++i) ids.push_back(site.Begin(i, file));
  return ids;
}

TEST(SwarmOriginFaultTest, OriginThatDiesWhenItsPeersHaveAllIsNotMissed) {
  // The origin is faster than the LAN, but not so fast that machines have all
  // before they meet.
  SwarmSite site(SlowOrigin("700k"));
  const PublishedFile file = site.Serve("a.bin", 12 * kMiB);
  site.StartMachines(3, {{"bandwidth.lan_download_bytes_per_second", "1000000"},
                         {"http.max_connections_per_host", "2"}});
  const std::vector<std::string> ids = BeginAll(site, 3, file);
  ASSERT_TRUE(Eventually([&] { return HaveAll(site, ids, file); }));
  site.origin().Stop();
  // One may have fetched all that the origin sent; then the others need it.
  int waiting = 0;
  for (int i = 0; i < 3; ++i) {
    const auto job = site.machine(i).Get(ids[i]);
    waiting += job->state() == v1::JOB_STATE_TRANSFERRED ? 0 : 1;
  }
  EXPECT_GE(waiting, 2);
  for (int i = 0; i < 3; ++i) {
    const v1::Job job = site.End(i, ids[i], file);
    EXPECT_EQ(job.error_count(), 0) << job.DebugString();
  }
}

TEST(SwarmOriginFaultTest, OriginThatDiesTooEarlyIsWaitedFor) {
  SwarmSite site(SlowOrigin("150k"));
  const PublishedFile file = site.Serve("a.bin", 12 * kMiB);
  site.StartMachines(2, {{"http.max_connections_per_host", "2"}});
  const std::vector<std::string> ids = BeginAll(site, 2, file);
  ASSERT_TRUE(WaitForOrigin(site.origin(), 5 * kMiB));
  site.origin().Stop();
  const std::int64_t before = site.origin().BodyBytesSent();
  for (int i = 0; i < 2; ++i) {
    const auto job =
        site.machine(i).WaitFor(ids[i], {v1::JOB_STATE_TRANSIENT_ERROR});
    ASSERT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(job->error().detail().reason(), v1::ERROR_REASON_CONNECT_FAILURE)
        << job->error().DebugString();
    EXPECT_THAT(job->error().detail().url(), HasSubstr(file.url));
    EXPECT_GE(job->progress().transferred_bytes(), 4 * kMiB);
  }
  // Slow as it was: else each has all that is missing before they meet.
  site.origin().Start();
  for (int i = 0; i < 2; ++i) site.End(i, ids[i], file);
  EXPECT_LE(before + site.origin().BodyBytesSent(), 12 * kMiB * 3 / 2);
}

TEST(SwarmMachineFaultTest, MachineThatIsKilledComesBackAndTheOthersDoNotWait) {
  SwarmSite site(SlowOrigin("200k"));
  const PublishedFile file = site.Serve("a.bin", 16 * kMiB);
  site.StartMachines(3, {{"http.max_connections_per_host", "2"}});
  const std::vector<std::string> ids = BeginAll(site, 3, file);
  const auto moment =
      absl::Milliseconds(500 + absl::ToUnixMicros(absl::Now()) % 3000);
  SCOPED_TRACE(absl::StrCat("killed after ", absl::FormatDuration(moment)));
  site.machine(1).KillAfter(moment);
  site.End(0, ids[0], file);
  site.End(2, ids[2], file);

  site.machine(1).Start();
  const v1::Job job = site.End(1, ids[1], file);
  EXPECT_EQ(job.error_count(), 0) << job.DebugString();
  EXPECT_LE(site.origin().BodyBytesSent(), 16 * kMiB * 3 / 2);
}

TEST(SwarmMachineFaultTest, RangesAreSharedWithThoseWhoWantAll) {
  SwarmSite site(SlowOrigin("200k"));
  const PublishedFile file = site.Serve("a.bin", 12 * kMiB + 1000);
  site.StartMachines(3, {{"http.max_connections_per_host", "2"}});
  v1::JobFile part = File(file.url, site.Local("part"));
  v1::FileRange* range = part.add_ranges();
  range->set_offset_bytes(kMiB / 2 + 5);
  range->set_length_bytes(3 * kMiB);
  range = part.add_ranges();
  range->set_offset_bytes(8 * kMiB + 77);
  const auto created = site.machine(0).Create({part});
  ASSERT_TRUE(created.ok()) << created.status();
  ASSERT_TRUE(site.machine(0).Resume(created->id()).ok());
  const std::string first = site.Begin(1, file);
  const std::string second = site.Begin(2, file);

  const auto job = site.machine(0).WaitFor(
      created->id(), {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_GT(job->progress().source_bytes().lan_bytes(), 0);
  ASSERT_TRUE(site.machine(0).Complete(job->id()).ok());
  EXPECT_TRUE(
      HasBytes(site.Local("part"), file.bytes.substr(kMiB / 2 + 5, 3 * kMiB) +
                                       file.bytes.substr(8 * kMiB + 77)));
  site.End(1, first, file);
  site.End(2, second, file);
  EXPECT_LE(site.origin().BodyBytesSent(), 12 * kMiB * 3 / 2);
}

TEST(SwarmMachineFaultTest, EachFileOfAJobIsShared) {
  SwarmSite site;
  std::vector<PublishedFile> files;
  for (int i = 0; i < 3; ++i) {
    files.push_back(
        site.Serve(absl::StrCat("file", i),
                   static_cast<std::size_t>(3 * kMiB + i * 100'000)));
  }
  site.StartMachine();
  site.StartMachine(FromPeersAlone());
  for (int machine = 0; machine < 2; ++machine) {
    std::vector<v1::JobFile> wanted;
    for (const PublishedFile& file : files) {
      wanted.push_back(
          File(file.url, site.Local(absl::StrCat(file.name, ".", machine))));
    }
    const auto job = site.machine(machine).Run(wanted);
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
    if (machine == 1) {
      EXPECT_EQ(job->progress().source_bytes().origin_bytes(), 0);
    }
    ASSERT_TRUE(site.machine(machine).Complete(job->id()).ok());
    for (const PublishedFile& file : files) {
      EXPECT_TRUE(HasBytes(site.Local(absl::StrCat(file.name, ".", machine)),
                           file.bytes));
    }
  }
}

}  // namespace
}  // namespace convoy::testing
