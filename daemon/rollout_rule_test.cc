#include "daemon/rollout_rule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace convoy {
namespace {

const absl::TimeZone kUtc = absl::UTCTimeZone();

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error))
      << error;
  return time;
}

// As systemd makes them: 128 random bits.
std::vector<std::string> MachineIds(int count) {
  std::mt19937_64 random(20261127);
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t high = random();
    ids.push_back(absl::StrFormat("%016x%016x", high, random()));
  }
  return ids;
}

TEST(RolloutRuleTest, RankIsWhatSha256sumSays) {
  // printf 'model\nweb-1' | sha256sum | cut -c1-8, as a part of 2^32.
  EXPECT_EQ(RolloutRank("model", "web-1"), 0x7e79ec9eLL * 10000 >> 32);
  EXPECT_NE(RolloutRank("model", "web-1"), RolloutRank("other", "web-1"));
}

TEST(RolloutSimulationTest, CohortsOf10000MachinesNestAndHaveTheirSize) {
  constexpr int kMachines = 10000;
  const std::vector<std::string> ids = MachineIds(kMachines);
  for (const char* job : {"dictionary", "model-2026-11", "kernel_6.1"}) {
    std::vector<bool> before(kMachines, false);
    for (const int percent : {0, 1, 5, 10, 25, 50, 75, 99, 100}) {
      RolloutRule rule;
      rule.percent = percent * 100;
      int chosen = 0;
      for (int i = 0; i < kMachines; ++i) {
        const bool in = WhyNotSelected(rule, job, {ids[i], {}}).empty();
        EXPECT_TRUE(in || !before[i]) << job << " lost " << ids[i];
        before[i] = in;
        chosen += in ? 1 : 0;
      }
      EXPECT_LE(std::abs(chosen - percent * kMachines / 100), kMachines / 100)
          << job << " at " << percent << " %";
      if (percent == 0 || percent == 100) {
        EXPECT_EQ(chosen, percent * kMachines / 100);
      }
    }
  }
}

// A hash is a fair coin, no better: for one job among 20, half of 10,000
// machines are off by more than 1 % of them, for none of 15,000 by 2 %.
TEST(RolloutSimulationTest, CohortsOfManyJobsAreOffAsAFairCoinIs) {
  constexpr int kMachines = 10000;
  constexpr int kJobs = 100;
  const std::vector<std::string> ids = MachineIds(kMachines);
  double sum = 0;
  double squares = 0;
  for (int job = 0; job < kJobs; ++job) {
    const std::string name = absl::StrFormat("job-%d", job);
    int chosen = 0;
    for (const std::string& id : ids) {
      chosen += RolloutRank(name, id) < 5000 ? 1 : 0;
    }
    const double off = chosen - kMachines / 2;
    sum += off;
    squares += off * off;
    EXPECT_LT(std::abs(off), kMachines / 50) << name;
  }
  EXPECT_LT(std::abs(sum / kJobs), 20);
  // The coin's: 50.
  EXPECT_NEAR(std::sqrt(squares / kJobs), 50, 15);
}

TEST(RolloutSimulationTest, IdsThatLookAlikeAreSpreadToo) {
  for (const int percent : {10, 50}) {
    RolloutRule rule;
    rule.percent = percent * 100;
    int chosen = 0;
    for (int i = 0; i < 10000; ++i) {
      const RolloutMachine machine{absl::StrFormat("web-%05d", i), {}};
      chosen += WhyNotSelected(rule, "dictionary", machine).empty() ? 1 : 0;
    }
    EXPECT_LE(std::abs(chosen - percent * 100), 100) << percent << " %";
  }
}

TEST(RolloutSimulationTest, EachJobHasCanariesOfItsOwn) {
  RolloutRule rule;
  rule.percent = 1000;
  int both = 0;
  for (const std::string& id : MachineIds(10000)) {
    both += WhyNotSelected(rule, "one", {id, {}}).empty() &&
                    WhyNotSelected(rule, "two", {id, {}}).empty()
                ? 1
                : 0;
  }
  // 1 % of all, not the same 10 %.
  EXPECT_NEAR(both, 100, 50);
}

TEST(RolloutRuleTest, LabelsAreAllNeeded) {
  RolloutRule rule;
  rule.labels = {"ring=canary", "site=a"};
  EXPECT_EQ(WhyNotSelected(rule, "j", {"m", {"site=a", "ring=canary"}}), "");
  EXPECT_EQ(WhyNotSelected(rule, "j", {"m", {"site=a"}}),
            "this machine has not the label ring=canary");
}

TEST(RolloutRuleTest, PercentHasUpToTwoDecimals) {
  EXPECT_EQ(*ParsePercent("100"), 10000);
  EXPECT_EQ(*ParsePercent("0.25"), 25);
  EXPECT_EQ(*ParsePercent("2.5"), 250);
  for (const char* wrong :
       {"", "101", "100.01", "-1", "1.234", ".5", "5.", "1e2", "%"}) {
    EXPECT_FALSE(ParsePercent(wrong).ok()) << wrong;
  }
  EXPECT_EQ(PercentText(25), "0.25");
  EXPECT_EQ(PercentText(250), "2.5");
  EXPECT_EQ(PercentText(10000), "100");
}

TEST(RolloutRuleTest, WaitsForNotBeforeAndWindow) {
  RolloutRule rule;
  rule.not_before = At("2026-11-27T12:00:00Z");  // A Friday.
  EXPECT_EQ(NextOpening(rule, At("2026-11-26T00:00:00Z"), kUtc),
            rule.not_before);
  EXPECT_TRUE(HoursAt(rule, rule.not_before, kUtc).open);

  rule.window.push_back(*ParseWeeklyHours("mon-fri 22:00-06:00"));
  EXPECT_EQ(NextOpening(rule, At("2026-11-26T23:00:00Z"), kUtc),
            At("2026-11-27T22:00:00Z"));
  const RolloutHours night = HoursAt(rule, At("2026-11-27T23:00:00Z"), kUtc);
  EXPECT_TRUE(night.open);
  EXPECT_EQ(night.until, At("2026-11-28T06:00:00Z"));
  // Over the weekend.
  EXPECT_EQ(NextOpening(rule, At("2026-11-28T06:00:00Z"), kUtc),
            At("2026-11-30T22:00:00Z"));
}

TEST(RolloutRuleTest, NeighbouringHoursAreOneWindow) {
  RolloutRule rule;
  rule.window = {*ParseWeeklyHours("sat 20:00-24:00"),
                 *ParseWeeklyHours("sun 00:00-04:00")};
  const RolloutHours hours = HoursAt(rule, At("2026-11-28T21:00:00Z"), kUtc);
  EXPECT_TRUE(hours.open);
  EXPECT_EQ(hours.until, At("2026-11-29T04:00:00Z"));

  rule.window = {*ParseWeeklyHours("mon-sun 00:00-12:00"),
                 *ParseWeeklyHours("mon-sun 12:00-24:00")};
  EXPECT_EQ(HoursAt(rule, At("2026-11-28T21:00:00Z"), kUtc).until,
            absl::InfiniteFuture());
}

TEST(RolloutRuleTest, WindowIsInLocalTime) {
  RolloutRule rule;
  rule.window = {*ParseWeeklyHours("mon-sun 22:00-23:00")};
  EXPECT_EQ(
      NextOpening(rule, At("2026-11-27T00:00:00Z"), absl::FixedTimeZone(3600)),
      At("2026-11-27T21:00:00Z"));
}

}  // namespace
}  // namespace convoy
