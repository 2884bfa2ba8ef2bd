#include "daemon/needed_by.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace convoy {
namespace {

constexpr std::int64_t kMega = 1'000'000;

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error))
      << error;
  return time;
}

class NeededByTest : public ::testing::Test {
 protected:
  NeededByPlan Plan(const std::string& now) {
    NeededByInput input;
    input.now = At(now);
    input.needed_by = At("2026-11-27T06:00:10Z");  // A Friday.
    input.remaining_bytes = remaining_;
    input.origin_rate = rate_;
    input.plan = &*plan_;
    input.reached = reached_;
    return PlanNeededBy(input);
  }
  void Limit(std::int64_t background, const std::string& schedule) {
    BandwidthPlan::Settings settings;
    settings.background.bytes_per_second = background;
    if (!schedule.empty()) {
      settings.schedule.push_back(*ParseBandwidthHours(schedule));
    }
    plan_.emplace(settings, absl::UTCTimeZone());
  }

  std::int64_t remaining_ = 3600 * kMega;  // An hour.
  std::int64_t rate_ = kMega;
  NeededByPhase reached_ = NeededByPhase::kPeers;
  std::optional<BandwidthPlan> plan_ =
      BandwidthPlan(BandwidthPlan::Settings(), absl::UTCTimeZone());
};

TEST_F(NeededByTest, MovesToTheOriginAndToForegroundAsLateAsItSafelyCan) {
  const NeededByPlan early = Plan("2026-11-26T12:00:00Z");
  EXPECT_EQ(early.phase, NeededByPhase::kPeers);
  EXPECT_EQ(early.to_origin, At("2026-11-27T03:00:00Z"));
  EXPECT_EQ(early.to_foreground, At("2026-11-27T04:30:00Z"));
  EXPECT_EQ(early.next, early.to_origin);

  EXPECT_EQ(Plan("2026-11-27T02:59:59Z").phase, NeededByPhase::kPeers);
  const NeededByPlan later = Plan("2026-11-27T03:00:00Z");
  EXPECT_EQ(later.phase, NeededByPhase::kOrigin);
  EXPECT_EQ(later.next, early.to_foreground);
  EXPECT_EQ(Plan("2026-11-27T04:29:59Z").phase, NeededByPhase::kOrigin);
  const NeededByPlan last = Plan("2026-11-27T04:30:00Z");
  EXPECT_EQ(last.phase, NeededByPhase::kForeground);
  EXPECT_EQ(last.next, absl::InfiniteFuture());
}

TEST_F(NeededByTest, BytesThatPeersHaveGivenAreWaitedForLonger) {
  remaining_ /= 10;
  EXPECT_EQ(Plan("2026-11-27T03:00:00Z").to_origin, At("2026-11-27T05:42:00Z"));
}

TEST_F(NeededByTest, ASlowOriginIsAskedEarlier) {
  rate_ /= 4;
  EXPECT_EQ(Plan("2026-11-26T12:00:00Z").to_origin, At("2026-11-26T18:00:00Z"));
}

TEST_F(NeededByTest, WhoIsAtTheOriginStaysThere) {
  reached_ = NeededByPhase::kOrigin;
  EXPECT_EQ(Plan("2026-11-27T02:00:00Z").phase, NeededByPhase::kOrigin);
  EXPECT_EQ(Plan("2026-11-27T04:30:00Z").phase, NeededByPhase::kForeground);
  reached_ = NeededByPhase::kForeground;
  EXPECT_EQ(Plan("2026-11-27T02:00:00Z").phase, NeededByPhase::kForeground);
  reached_ = NeededByPhase::kCheapHours;
  EXPECT_EQ(Plan("2026-11-27T02:00:00Z").phase, NeededByPhase::kPeers);
}

TEST_F(NeededByTest, WhatIsTooLateIsUrgent) {
  EXPECT_EQ(Plan("2026-11-27T06:00:10Z").phase, NeededByPhase::kForeground);
  EXPECT_EQ(Plan("2026-11-28T00:00:00Z").phase, NeededByPhase::kForeground);
  remaining_ *= 1000;
  EXPECT_EQ(Plan("2026-11-26T12:00:00Z").phase, NeededByPhase::kForeground);
}

TEST_F(NeededByTest, NothingMissingIsNeverUrgent) {
  remaining_ = 0;
  EXPECT_EQ(Plan("2026-11-27T06:00:00Z").phase, NeededByPhase::kForeground);
  EXPECT_EQ(Plan("2026-11-27T05:59:00Z").phase, NeededByPhase::kPeers);
}

// Background rates are a tenth until 20:00, and not limited at night.
TEST_F(NeededByTest, CheapHoursAreUsedWhileThereIsTime) {
  Limit(0, "mon-sun 06:00-20:00 background=100000");
  const NeededByPlan day = Plan("2026-11-26T12:00:00Z");
  EXPECT_EQ(day.phase, NeededByPhase::kPeers);
  EXPECT_EQ(day.next, At("2026-11-26T20:00:00Z"));
  const NeededByPlan night = Plan("2026-11-26T20:00:00Z");
  // All hours that are left are cheap: that is no reason to begin.
  EXPECT_EQ(night.phase, NeededByPhase::kPeers);
}

TEST_F(NeededByTest, LimitsOfTheDayMakeTheOriginComeEarlier) {
  Limit(0, "mon-sun 06:00-20:00 background=100000");
  NeededByInput input;
  input.needed_by = At("2026-11-27T18:00:00Z");
  input.remaining_bytes = 3600 * kMega;
  input.origin_rate = kMega;
  input.plan = &*plan_;
  input.now = At("2026-11-26T22:00:00Z");
  const NeededByPlan night = PlanNeededBy(input);
  // 12 h at a tenth bring 1.2 of 3 hours' bytes; the rest is for the night.
  EXPECT_EQ(night.to_origin, At("2026-11-27T04:11:59Z"));
  EXPECT_EQ(night.phase, NeededByPhase::kPeers);
}

TEST_F(NeededByTest, ACheapHourBetweenDearOnesIsUsed) {
  Limit(100'000, "mon-sun 13:00-14:00 background=0");
  EXPECT_EQ(Plan("2026-11-25T12:00:00Z").phase, NeededByPhase::kPeers);
  EXPECT_EQ(Plan("2026-11-25T12:00:00Z").next, At("2026-11-25T13:00:00Z"));
  const NeededByPlan cheap = Plan("2026-11-25T13:00:00Z");
  EXPECT_EQ(cheap.phase, NeededByPhase::kCheapHours);
  EXPECT_EQ(cheap.next, At("2026-11-25T14:00:00Z"));
}

TEST_F(NeededByTest, LimitsOfTheForegroundMakeItUrgentEarlier) {
  BandwidthPlan::Settings settings;
  settings.foreground.bytes_per_second = kMega / 2;
  settings.background.bytes_per_second = kMega / 2;
  plan_.emplace(settings, absl::UTCTimeZone());
  EXPECT_EQ(Plan("2026-11-26T12:00:00Z").to_foreground,
            At("2026-11-27T03:00:00Z"));
}

// A fake clock runs to the end: whatever the origin then really gives, down to
// two thirds of what it is taken to give, the file is there in time, and not
// earlier than it must.
TEST_F(NeededByTest, ASimulatedNightMeetsItsTime) {
  for (const double truth : {1.0, 0.8, 0.67}) {
    double left = 3600.0 * kMega;
    absl::Time now = At("2026-11-26T20:00:00Z");
    bool waited = false;
    reached_ = NeededByPhase::kPeers;
    while (left > 0 && now < At("2026-11-27T06:00:10Z")) {
      remaining_ = static_cast<std::int64_t>(left);
      const NeededByPlan plan =
          Plan(absl::FormatTime(absl::RFC3339_sec, now, absl::UTCTimeZone()));
      reached_ = plan.phase;
      if (plan.phase == NeededByPhase::kPeers) {
        waited = true;
      } else {
        left -= truth * kMega * 10;
      }
      now += absl::Seconds(10);
    }
    EXPECT_TRUE(waited);
    EXPECT_LE(left, 0) << truth;
    EXPECT_GT(now, At("2026-11-27T03:50:00Z")) << truth;
  }
}

}  // namespace
}  // namespace convoy
