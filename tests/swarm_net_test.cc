// Machines in network namespaces: who reaches whom, how fast, and what is left.

#include "tests/swarm_net.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/temp_dir.h"

namespace convoy::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kOrigin = 0;
constexpr int kMachine = 1;

class SwarmNetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string why_not = SwarmNet::WhyNot();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    net_ = std::make_unique<SwarmNet>(3);
  }

  // An origin with the file "a".
  std::unique_ptr<Nginx> Serve(const std::string& bytes,
                               int machine = kOrigin) {
    Nginx::Options options;
    options.address = net_->address(machine);
    options.network_namespace = net_->network_namespace(machine);
    options.parent_folder = net_->folder(machine);
    auto origin = std::make_unique<Nginx>(options);
    WriteFile(origin->root() + "/a", bytes);
    return origin;
  }

  // curl on `machine`: the exit code.
  int Fetch(int machine, const std::string& url, const std::string& path,
            int timeout_seconds = 120) {
    const auto process = net_->Start(
        machine, {"/usr/bin/curl", "--silent", "--noproxy", "*", "--max-time",
                  absl::StrCat(timeout_seconds), "--output", path, url});
    return process->Wait(kPatience).value_or(-1);
  }

  // A datagram of 1,000 bytes to a group.
  void Multicast(int machine) {
    const auto process = net_->Start(
        machine,
        {"/bin/bash", "-c", "printf '%01000d' 0 >/dev/udp/239.255.1.1/9"});
    EXPECT_EQ(process->Wait(kPatience), 0);
  }

  std::unique_ptr<SwarmNet> net_;
};

TEST_F(SwarmNetTest, MachinesReachEachOtherAndTheirBytesAreCounted) {
  const std::string bytes = RandomBytes(1'000'000, 1);
  const auto origin = Serve(bytes);
  const std::string path = net_->folder(kMachine) + "/a";
  ASSERT_EQ(Fetch(kMachine, origin->Url("a"), path), 0);
  EXPECT_TRUE(ReadFile(path) == bytes);
  EXPECT_EQ(origin->BodyBytesSent(), 1'000'000);
  for (const std::int64_t counted :
       {net_->SentBytes(kOrigin), net_->ReceivedBytes(kMachine)}) {
    EXPECT_GT(counted, 1'040'000);
    EXPECT_LT(counted, 1'060'000);
  }
  EXPECT_LT(net_->ReceivedBytes(2), 10'000);
}

TEST_F(SwarmNetTest, NothingLeadsOut) {
  const auto process =
      net_->Start(kMachine, {"/usr/sbin/ip", "route", "get", "192.0.2.1"});
  EXPECT_NE(process->Wait(kPatience), 0);
}

TEST_F(SwarmNetTest, RateHolds) {
  const auto origin = Serve(RandomBytes(1'250'000, 1));
  net_->SetRate(kOrigin, 20);
  const absl::Time begin = absl::Now();
  ASSERT_EQ(Fetch(kMachine, origin->Url("a"), "/dev/null"), 0);
  // 20 Mbit/s: half a second, less what the bucket holds.
  EXPECT_GT(absl::Now() - begin, absl::Milliseconds(480));
  const std::int64_t counted = net_->SentBytes(kOrigin);
  net_->SetRate(kOrigin, 1000);
  EXPECT_GE(net_->SentBytes(kOrigin), counted);
}

TEST_F(SwarmNetTest, MachineThatIsCutIsOutOfReachUntilItJoins) {
  const auto origin = Serve("bytes");
  net_->Cut(kMachine);
  EXPECT_NE(Fetch(kMachine, origin->Url("a"), "/dev/null", 1), 0);
  EXPECT_EQ(Fetch(2, origin->Url("a"), "/dev/null"), 0);
  net_->Join(kMachine);
  EXPECT_EQ(Fetch(kMachine, origin->Url("a"), "/dev/null"), 0);
}

TEST_F(SwarmNetTest, MachinesThatArePartedReachAllOthers) {
  const auto origin = Serve("bytes");
  const auto other = Serve("bytes", 2);
  net_->Part(kMachine, kOrigin);
  EXPECT_NE(Fetch(kMachine, origin->Url("a"), "/dev/null", 1), 0);
  EXPECT_EQ(Fetch(kMachine, other->Url("a"), "/dev/null"), 0);
  EXPECT_EQ(Fetch(2, origin->Url("a"), "/dev/null"), 0);
}

TEST_F(SwarmNetTest, MachineThatIsDeafHearsNoMulticast) {
  const std::int64_t before = net_->ReceivedBytes(kMachine);
  Multicast(2);
  EXPECT_GE(net_->ReceivedBytes(kMachine), before + 1000);
  net_->Deafen(kMachine);
  const std::int64_t deaf = net_->ReceivedBytes(kMachine);
  Multicast(2);
  EXPECT_LT(net_->ReceivedBytes(kMachine), deaf + 1000);
  const auto origin = Serve("bytes");
  EXPECT_EQ(Fetch(kMachine, origin->Url("a"), "/dev/null"), 0);
}

TEST_F(SwarmNetTest, MachineThatLeavesTheLanIsReached) {
  const auto origin = Serve("bytes");
  net_->LeaveLan(kMachine);
  EXPECT_EQ(Fetch(kMachine, origin->Url("a"), "/dev/null"), 0);
}

TEST_F(SwarmNetTest, DestructorLeavesNothing) {
  const std::string name = net_->network_namespace(kMachine);
  const std::string folder = net_->folder(kMachine);
  EXPECT_TRUE(Exists(folder));
  EXPECT_THAT(ListFolder("/run/netns"), Contains(name));
  net_.reset();
  EXPECT_FALSE(Exists(folder));
  EXPECT_THAT(ListFolder("/run/netns"), Not(Contains(name)));
}

TEST_F(SwarmNetTest, DeathOfTheProcessLeavesNothing) {
  const TempDir directory;
  const std::string told = directory.path() + "/told";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Dies with a process in a machine.
    SwarmNet net(2);
    const auto sleeper = net.Start(kMachine, {"/bin/sleep", "60"});
    WriteFile(told + ".part", net.folder(kMachine));
    rename((told + ".part").c_str(), told.c_str());
    pause();
    _exit(0);
  }
  ASSERT_TRUE(Eventually([&] { return Exists(told); }));
  const std::string folder = ReadFile(told);
  EXPECT_TRUE(Exists(folder));
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(Eventually([&] { return !Exists(folder); }));
  EXPECT_THAT(ListFolder("/run/netns"),
              Not(Contains(HasSubstr(absl::StrCat("convoy-", child, "-")))));
}

}  // namespace
}  // namespace convoy::testing
