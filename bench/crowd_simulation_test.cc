#include "bench/crowd_simulation.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace convoy::bench {
namespace {

struct Size {
  int machines;
  std::uint32_t seed;
  int pieces = 512;  // Which the origin sends once in 10.7 s.
  // Bounds that machines need in all, with the time to find each other and to
  // spread the last pieces.
  double time = 1.03;
};

class CrowdSimulationTest : public ::testing::TestWithParam<Size> {
 protected:
  static Crowd CrowdOf(const Size& size) {
    Crowd crowd;
    crowd.machines = size.machines;
    crowd.seed = size.seed;
    crowd.pieces = size.pieces;
    return crowd;
  }
  // Everybody gets everything, with few copies, soon.
  static CrowdResult Run(const Crowd& crowd, double time) {
    const CrowdResult result = SimulateCrowd(crowd);
    EXPECT_TRUE(result.done);
    EXPECT_GE(result.copies, 0.999);
    EXPECT_LE(result.copies, 1.02);
    EXPECT_LE(absl::FDivDuration(result.time, result.bound), time);
    return result;
  }

  Crowd crowd_ = CrowdOf(GetParam());
  const double time_ = GetParam().time;
};

TEST_P(CrowdSimulationTest, TheOriginSendsOneCopyToAtMostMaxClaimers) {
  const CrowdResult result = Run(crowd_, time_);
  EXPECT_LE(result.fetch_at_once, crowd_.options.max_claimers);
}

TEST_P(CrowdSimulationTest, TheCapIsThatOfTheSettings) {
  crowd_.options.max_claimers = 2;
  EXPECT_LE(Run(crowd_, time_).fetch_at_once, 2);
}

TEST_P(CrowdSimulationTest, MachinesThatDieAndComeBackCostLittle) {
  crowd_.churn = true;
  // Where the others are done earlier: they are back 5 s after half time, and
  // take what they lack in half a second.
  const double bound = static_cast<double>(crowd_.piece_length) *
                       crowd_.pieces / crowd_.origin_rate;
  const CrowdResult result =
      Run(crowd_, std::max(time_ + 0.03, 0.5 + 5.5 / bound));
  // Of those that stand by, the next ones take the places.
  EXPECT_LE(result.fetch_at_once, crowd_.options.max_claimers + 1);
}

TEST_P(CrowdSimulationTest, SlowMachinesHoldNobodyUp) {
  crowd_.slow = 1.0 / 3;
  const CrowdResult result = Run(crowd_, time_ + 0.03);
  EXPECT_LE(result.fetch_at_once, crowd_.options.max_claimers);
}

TEST_P(CrowdSimulationTest, MachinesThatStallHoldNobodyUpForLong) {
  crowd_.stalled = 0.2;
  Run(crowd_, time_ + 0.1);
}

std::string NameOf(const ::testing::TestParamInfo<Size>& info) {
  return absl::StrCat("Of", info.param.machines, "Seed", info.param.seed);
}

// Of the last one not everybody is connected with everybody.
INSTANTIATE_TEST_SUITE_P(Crowds, CrowdSimulationTest,
                         ::testing::Values(Size{8, 1}, Size{8, 2}, Size{8, 3},
                                           Size{24, 1}, Size{24, 2},
                                           Size{100, 1, 256, 1.12}),
                         &NameOf);

// Against which the above is something.
TEST(CrowdWithoutClaimsTest, TheOriginSendsMore) {
  Crowd crowd;
  crowd.machines = 24;
  crowd.claims = false;
  EXPECT_GT(SimulateCrowd(crowd).copies, 1.3);
}

}  // namespace
}  // namespace convoy::bench
