// A file that is larger than the memory a daemon may take, from one daemon to
// another.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"
#include "tests/process.h"
#include "tests/swarm_site.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kSize = 400 * kMiB;

// Holes, and in each MiB a number, so that no piece is like another.
void WriteSparse(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
  ASSERT_EQ(ftruncate(file.get(), kSize), 0);
  for (std::int64_t at = 0; at < kSize; at += kMiB) {
    ASSERT_EQ(pwrite(file.get(), &at, sizeof(at), at),
              static_cast<ssize_t>(sizeof(at)));
  }
}

// The peak is of all memory that is the process's own or is mapped: a mapped
// file counts as far as it was read or written.
TEST(SwarmMemoryTest, AFileOf400MiBTakesNoMoreMemoryThanASmallOne) {
  SwarmSite site;
  ASSERT_NO_FATAL_FAILURE(WriteSparse(site.origin().root() + "/a.bin"));
  const PublishedFile file = site.Publish("a.bin");
  const TempDir memory(MemoryFolder());
  TestDaemon& holder = site.StartMachine();
  TestDaemon& taker = site.StartMachine(FromPeersAlone());
  site.Adopt(0, file);
  const std::string copy = memory.path() + "/a.bin";
  const auto job = taker.Run({File(file.url, copy)});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_EQ(job->progress().source_bytes().lan_bytes(), kSize);
  ASSERT_TRUE(taker.Complete(job->id()).ok());
  const ProcessResult compared =
      RunProcess({{"/usr/bin/cmp", copy, site.origin().root() + "/a.bin"}});
  EXPECT_EQ(compared.exit_code, 0) << compared.output;
  const std::int64_t given = UseOf(holder.pid()).peak_memory_bytes;
  const std::int64_t taken = UseOf(taker.pid()).peak_memory_bytes;
  std::printf("peak memory: %lld MiB who gives, %lld MiB who takes\n",
              static_cast<long long>(given / kMiB),
              static_cast<long long>(taken / kMiB));
  // As in swarm_poison_test, with 24 MiB.
  EXPECT_LE(given, 150 * kMiB);
  EXPECT_LE(taken, 150 * kMiB);
}

}  // namespace
}  // namespace convoy::testing
