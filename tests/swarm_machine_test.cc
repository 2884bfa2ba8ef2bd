// A machine of the site that is in trouble itself: a full disk, a clock that is
// set, a process that does not run for a while. The others do not feel it, and
// it ends right when the trouble is over.

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"
#include "tests/fake_calendar.h"
#include "tests/swarm_site.h"
#include "tests/temp_dir.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

// Takes all that is left on its disk.
void FillUp(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
  const std::string page(4096, 'x');
  while (write(file.get(), page.data(), page.size()) > 0) {
  }
  EXPECT_EQ(errno, ENOSPC);
}

TEST(SwarmMachineTest, FullDiskOfOneMachineIsItsOwnTrouble) {
  SwarmSite site(SlowOrigin("2m"));
  const PublishedFile file = site.Serve("a.bin", 12 * kMiB);
  site.StartMachines(3, {{"http.max_connections_per_host", "2"}});
  const std::string disk = site.Local("disk");
  ASSERT_EQ(mkdir(disk.c_str(), 0755), 0);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=4m") != 0) {
    GTEST_SKIP() << "this machine does not let the test mount a small disk";
  }
  const std::string first = site.Begin(1, file);
  const std::string second = site.Begin(2, file);
  const auto job =
      site.machine(0).Run({File(file.url, absl::StrCat(disk, "/a.bin"))});
  EXPECT_TRUE(job.ok()) << job.status();
  if (job.ok()) {
    EXPECT_EQ(job->state(), v1::JOB_STATE_ERROR);
    EXPECT_EQ(job->error().detail().reason(), v1::ERROR_REASON_DISK_FULL);
    for (int i = 1; i < 3; ++i) {
      const v1::Job other = site.End(i, i == 1 ? first : second, file);
      EXPECT_EQ(other.error_count(), 0) << other.DebugString();
    }
    // However long it takes to meet them again.
    WriteFile(site.machine(0).config_file(),
              "swarm:\n  origin_delay_background_seconds: 3600\n"
              "  background_min_bytes_per_second: 0\n");
    grpc::ClientContext context;
    v1::ReloadConfigResponse reloaded;
    EXPECT_TRUE(
        site.machine(0).admin().ReloadConfig(&context, {}, &reloaded).ok());
    EXPECT_EQ(reloaded.mistakes_size(), 0) << reloaded.DebugString();
    const std::int64_t sent = site.origin().BodyBytesSent();
    EXPECT_EQ(mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
    EXPECT_TRUE(site.machine(0).Resume(job->id()).ok());
    const auto done =
        site.machine(0).WaitFor(job->id(), {v1::JOB_STATE_TRANSFERRED});
    EXPECT_TRUE(done.ok()) << done.status();
    EXPECT_TRUE(site.machine(0).Complete(job->id()).ok());
    EXPECT_TRUE(HasBytes(absl::StrCat(disk, "/a.bin"), file.bytes));
    // The others have all of it by now.
    EXPECT_LE(site.origin().BodyBytesSent() - sent, kMiB);
  }
  site.machine(0).Kill();
  EXPECT_EQ(umount(disk.c_str()), 0);
}

// There was room for the file when it was begun. It takes and gives until then.
TEST(SwarmMachineTest, DiskThatFillsUpInTheMiddleIsItsMachinesOwnTrouble) {
  SwarmSite site(SlowOrigin("300k"));
  // Large enough to be fetched for seconds: nginx sends the first 300 kB of an
  // answer at once.
  constexpr std::int64_t kLarge = 48 * kMiB;
  const PublishedFile file = site.Serve("a.bin", kLarge);
  site.StartMachines(3, {{"http.max_connections_per_host", "2"}});
  const std::string disk = site.Local("disk");
  ASSERT_EQ(mkdir(disk.c_str(), 0755), 0);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=96m") != 0) {
    GTEST_SKIP() << "this machine does not let the test mount a small disk";
  }
  const auto created =
      site.machine(0).Create({File(file.url, absl::StrCat(disk, "/a.bin"))});
  EXPECT_TRUE(created.ok()) << created.status();
  if (created.ok()) {
    const std::string id = created->id();
    EXPECT_TRUE(site.machine(0).Resume(id).ok());
    const std::string first = site.Begin(1, file);
    const std::string second = site.Begin(2, file);
    const auto some = site.machine(0).WaitForBytes(id, 3 * kMiB);
    EXPECT_TRUE(some.ok()) << some.status();
    const std::string ballast = disk + "/ballast";
    FillUp(ballast);
    const auto failed = site.machine(0).WaitFor(id, {v1::JOB_STATE_ERROR});
    EXPECT_TRUE(failed.ok()) << failed.status();
    if (failed.ok()) {
      EXPECT_EQ(failed->error().detail().reason(), v1::ERROR_REASON_DISK_FULL);
      EXPECT_LT(failed->progress().transferred_bytes(), kLarge);
    }
    for (int i = 1; i < 3; ++i) {
      const v1::Job other = site.End(i, i == 1 ? first : second, file);
      EXPECT_EQ(other.error_count(), 0) << other.DebugString();
    }
    // With room again it ends right, and the others have what it lacks.
    EXPECT_EQ(unlink(ballast.c_str()), 0);
    EXPECT_TRUE(site.machine(0).Resume(id).ok());
    const auto done = site.machine(0).WaitFor(id, {v1::JOB_STATE_TRANSFERRED});
    EXPECT_TRUE(done.ok()) << done.status();
    EXPECT_TRUE(site.machine(0).Complete(id).ok());
    EXPECT_TRUE(HasBytes(absl::StrCat(disk, "/a.bin"), file.bytes));
    EXPECT_LE(site.origin().BodyBytesSent(), kLarge * 3 / 2);
  }
  site.machine(0).Kill();
  EXPECT_EQ(umount(disk.c_str()), 0);
}

// It holds claims, and its connections stay: nobody is told.
TEST(SwarmMachineTest, MachineThatStandsStillIsNotWaitedFor) {
  SwarmSite site(SlowOrigin("400k"));
  const PublishedFile file = site.Serve("a.bin", 12 * kMiB);
  site.StartMachines(3, {{"http.max_connections_per_host", "2"}});
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(site.Begin(i, file));
  ASSERT_TRUE(site.machine(1).WaitForBytes(ids[1], kMiB).ok());
  ASSERT_EQ(kill(site.machine(1).pid(), SIGSTOP), 0);
  for (const int i : {0, 2}) {
    const v1::Job job = site.End(i, ids[i], file);
    EXPECT_EQ(job.error_count(), 0) << job.DebugString();
  }
  ASSERT_EQ(kill(site.machine(1).pid(), SIGCONT), 0);
  const v1::Job job = site.End(1, ids[1], file);
  EXPECT_EQ(job.error_count(), 0) << job.DebugString();
  EXPECT_LE(site.origin().BodyBytesSent(), 12 * kMiB * 3 / 2);
}

// The calendar of machine 1 is set a day forward, then three days back, while
// it fetches and gives.
TEST(SwarmMachineTest, ClockThatIsSetDisturbsNothing) {
  const std::string why_not = FakeCalendar::WhyNot();
  if (!why_not.empty()) GTEST_SKIP() << why_not;
  SwarmSite site(SlowOrigin("150k"));
  const PublishedFile file = site.Serve("a.bin", 16 * kMiB);
  const std::string calendar = site.Local("calendar");
  // At once: it is read all the time.
  const auto set = [&](const std::string& offset) {
    WriteFile(site.Local("next"), offset);
    ASSERT_EQ(rename(site.Local("next").c_str(), calendar.c_str()), 0);
  };
  set("+0");
  const SwarmSite::Settings settings = {{"http.max_connections_per_host", "2"}};
  site.StartMachine(settings);
  site.StartMachine(settings, FakeCalendar::InFile(calendar));
  std::vector<std::string> ids;
  for (int i = 0; i < 2; ++i) ids.push_back(site.Begin(i, file));
  ASSERT_TRUE(site.machine(1).WaitForBytes(ids[1], kMiB).ok());
  set("+1d");
  const auto early = site.machine(1).Get(ids[1]);
  ASSERT_TRUE(early.ok()) << early.status();
  const auto later = site.machine(1).WaitForBytes(
      ids[1], early->progress().transferred_bytes() + 2 * kMiB);
  ASSERT_TRUE(later.ok()) << later.status();
  // The daemon did see it.
  EXPECT_GT(later->modify_time().seconds(),
            absl::ToUnixSeconds(absl::Now() + absl::Hours(20)));
  set("-3d");
  for (int i = 0; i < 2; ++i) {
    const v1::Job job = site.End(i, ids[i], file);
    EXPECT_EQ(job.error_count(), 0) << job.DebugString();
    EXPECT_GT(job.progress().source_bytes().lan_bytes(), 0);
  }
  EXPECT_LE(site.origin().BodyBytesSent(), 16 * kMiB * 3 / 2);
}

}  // namespace
}  // namespace convoy::testing
