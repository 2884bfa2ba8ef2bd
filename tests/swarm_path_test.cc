// Machines that lose their way to the origin, or to everybody, in the middle of
// a download.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/swarm_net.h"
#include "tests/swarm_site.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kSize = 24 * kMiB;
constexpr int kMachines = 3;

class SwarmPathTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string why_not = SwarmNet::WhyNot();
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    net_ = std::make_unique<SwarmNet>(kMachines + 1);
    // Five seconds for one copy.
    net_->SetRate(0, 40);
    site_ = std::make_unique<SwarmSite>(net_.get());
    file_ = site_->Serve("a.bin", kSize);
    site_->StartMachines(kMachines);
    before_ = net_->SentBytes(0);
    for (int i = 0; i < kMachines; ++i) ids_.push_back(site_->Begin(i, file_));
  }

  // Machine `number` has some of it.
  void WaitForSome(int number) {
    const auto some =
        site_->machine(number).WaitForBytes(ids_[number], kSize / 4);
    ASSERT_TRUE(some.ok()) << some.status();
    ASSERT_LT(some->progress().transferred_bytes(), kSize);
  }
  // What left the origin so far, by its cable.
  double Copies() const {
    return static_cast<double>(net_->SentBytes(0) - before_) /
           kWireBytesPerByte / kSize;
  }

  std::unique_ptr<SwarmNet> net_;
  std::unique_ptr<SwarmSite> site_;
  PublishedFile file_;
  std::vector<std::string> ids_;
  std::int64_t before_ = 0;
};

TEST_F(SwarmPathTest, WhoLosesTheOriginTakesTheRestFromTheOthers) {
  WaitForSome(1);
  net_->Part(2, 0);
  for (int i = 0; i < kMachines; ++i) {
    const v1::Job job = site_->End(i, ids_[i], file_);
    EXPECT_EQ(job.error_count(), 0) << job.DebugString();
  }
  std::printf("%.3f copies\n", Copies());
  EXPECT_LE(Copies(), 1.15);
}

// Its claims are nobody's: the others fetch what it had claimed.
TEST_F(SwarmPathTest, WhoLosesEverybodyIsNotWaitedForAndEndsRightWhenItIsBack) {
  WaitForSome(1);
  net_->Cut(2);
  for (const int i : {0, 2}) {
    const v1::Job job = site_->End(i, ids_[i], file_);
    EXPECT_EQ(job.error_count(), 0) << job.DebugString();
  }
  net_->Join(2);
  site_->End(1, ids_[1], file_);
  std::printf("%.3f copies\n", Copies());
  // It asks the origin until TCP has woken its peers' connections; alone it
  // would take three quarters of the file.
  EXPECT_LE(Copies(), 1.5);
}

TEST_F(SwarmPathTest, AllButOneLoseTheOrigin) {
  WaitForSome(0);
  net_->Part(1, 0);
  net_->Part(3, 0);
  for (int i = 0; i < kMachines; ++i) {
    const v1::Job job = site_->End(i, ids_[i], file_);
    EXPECT_EQ(job.error_count(), 0) << job.DebugString();
  }
  std::printf("%.3f copies\n", Copies());
  EXPECT_LE(Copies(), 1.25);
}

}  // namespace
}  // namespace convoy::testing
