#include "bench/crowd_simulation.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace convoy::bench {
namespace {

// 128 MiB, which the origin sends once in 10.7 s.
Crowd CrowdOf(int machines, std::uint32_t seed) {
  Crowd crowd;
  crowd.machines = machines;
  crowd.seed = seed;
  return crowd;
}

struct Size {
  int machines;
  std::uint32_t seed;
  // The most time that machines need to find each other and to spread the last
  // pieces, in bounds.
  double time = 1.03;
};

class CrowdSimulationTest : public ::testing::TestWithParam<Size> {
 protected:
  // Everybody gets everything, with few copies, soon.
  static CrowdResult Run(const Crowd& crowd, double copies, double time) {
    const CrowdResult result = SimulateCrowd(crowd);
    EXPECT_TRUE(result.done);
    // No piece comes from anywhere else.
    EXPECT_GE(result.copies, 0.999);
    EXPECT_LE(result.copies, copies);
    EXPECT_LE(absl::FDivDuration(result.time, result.bound), time);
    return result;
  }

  const Crowd crowd_ = CrowdOf(GetParam().machines, GetParam().seed);
  const double time_ = GetParam().time;
};

TEST_P(CrowdSimulationTest, TheOriginSendsOneCopyToAtMostMaxClaimers) {
  const CrowdResult result = Run(crowd_, 1.02, time_);
  EXPECT_LE(result.fetch_at_once, crowd_.options.max_claimers);
}

TEST_P(CrowdSimulationTest, TheCapIsThatOfTheSettings) {
  Crowd crowd = crowd_;
  crowd.options.max_claimers = 2;
  const CrowdResult result = Run(crowd, 1.02, time_);
  EXPECT_LE(result.fetch_at_once, 2);
}

TEST_P(CrowdSimulationTest, MachinesThatDieAndComeBackCostLittle) {
  Crowd crowd = crowd_;
  crowd.churn = true;
  Run(crowd, 1.02, time_ + 0.03);
}

TEST_P(CrowdSimulationTest, SlowMachinesHoldNobodyUp) {
  Crowd crowd = crowd_;
  crowd.slow = 1.0 / 3;
  const CrowdResult result = Run(crowd, 1.02, time_ + 0.03);
  EXPECT_LE(result.fetch_at_once, crowd.options.max_claimers);
}

TEST_P(CrowdSimulationTest, MachinesThatStallHoldNobodyUpForLong) {
  Crowd crowd = crowd_;
  crowd.stalled = 0.2;
  Run(crowd, 1.02, time_ + 0.1);
}

std::string NameOf(const ::testing::TestParamInfo<Size>& info) {
  return absl::StrCat("Of", info.param.machines, "Seed", info.param.seed);
}

// Of the last ones not everybody is connected with everybody.
INSTANTIATE_TEST_SUITE_P(Crowds, CrowdSimulationTest,
                         ::testing::Values(Size{8, 1}, Size{8, 2}, Size{8, 3},
                                           Size{24, 1}, Size{24, 2},
                                           Size{100, 1, 1.06}),
                         &NameOf);

// Against which the above is something.
TEST(CrowdWithoutClaimsTest, TheOriginSendsMore) {
  Crowd crowd = CrowdOf(24, 1);
  crowd.claims = false;
  EXPECT_GT(SimulateCrowd(crowd).copies, 1.3);
}

}  // namespace
}  // namespace convoy::bench
