#include "daemon/bandwidth_controller.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/bandwidth_plan.h"
#include "peer/base/fake_executor.h"
#include "peer/fake_transfer_engine.h"
#include "peer/swarm_settings.h"

namespace convoy {
namespace {

class BandwidthControllerTest : public testing::Test {
 protected:
  BandwidthControllerTest() {
    // A Monday.
    clock_.SetNow(At(absl::CivilSecond(2026, 11, 23, 7, 0, 0)));
  }

  static absl::Time At(absl::CivilSecond utc) {
    return absl::FromCivil(utc, absl::UTCTimeZone());
  }
  void Schedule(absl::string_view line) {
    const auto hours = ParseBandwidthHours(line);
    ASSERT_TRUE(hours.ok()) << hours.status();
    settings_.schedule.push_back(*hours);
  }
  void Start() {
    controller_ = std::make_unique<BandwidthController>(
        BandwidthController::Parts{&clock_, &executor_, &engine_},
        BandwidthPlan(settings_, absl::UTCTimeZone()));
    executor_.Post([this] { controller_->Start(); });
    executor_.RunUntilIdle();
  }
  // What background transfers were limited to, in order.
  std::vector<std::int64_t> Applied() const {
    std::vector<std::int64_t> applied;
    for (const BandwidthLimits& limits : engine_.bandwidth()) {
      applied.push_back(limits.background);
    }
    return applied;
  }
  // Bytes come from outside of the LAN, all the time.
  void Receive(absl::Duration time, std::int64_t rate) {
    for (absl::Duration done; done < time; done += absl::Seconds(1)) {
      received_ += rate;
      engine_.SetOutsideBytes(received_);
      executor_.Advance(absl::Seconds(1));
    }
  }

  using Rates = std::vector<std::int64_t>;

  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeTransferEngine engine_;
  BandwidthPlan::Settings settings_;
  std::unique_ptr<BandwidthController> controller_;
  std::int64_t received_ = 0;
};

TEST_F(BandwidthControllerTest, LimitsHoldFromTheStart) {
  settings_.background.bytes_per_second = 70;
  settings_.upload = 9;
  settings_.low_effort_background = false;
  Start();
  ASSERT_EQ(engine_.bandwidth().size(), 1u);
  BandwidthLimits limits;
  limits.background = 70;
  limits.upload = 9;
  limits.low_effort_background = false;
  EXPECT_EQ(engine_.bandwidth()[0], limits);
  // Nothing will change them.
  EXPECT_FALSE(executor_.HasTimers());
}

TEST_F(BandwidthControllerTest, FollowsTheScheduleToTheSecond) {
  Schedule("mon-fri 08:00-18:00 background=10");
  Start();
  executor_.Advance(absl::Minutes(59) + absl::Seconds(59));
  EXPECT_EQ(Applied(), Rates({0}));
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(Applied(), Rates({0, 10}));
  executor_.Advance(absl::Hours(10) - absl::Seconds(1));
  EXPECT_EQ(Applied(), Rates({0, 10}));
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(Applied(), Rates({0, 10, 0}));
  executor_.Advance(absl::Hours(24 * 7));
  EXPECT_EQ(Applied(), Rates({0, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0}));
}

TEST_F(BandwidthControllerTest, NoticesWithinAMinuteThatTheClockWasSet) {
  Schedule("mon-fri 08:00-18:00 background=10");
  Start();
  clock_.SetNow(At(absl::CivilSecond(2026, 11, 23, 12, 0, 0)));
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(Applied(), Rates({0, 10}));
  clock_.SetNow(At(absl::CivilSecond(2026, 11, 23, 6, 0, 0)));
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(Applied(), Rates({0, 10, 0}));
  executor_.Advance(absl::Minutes(119));
  EXPECT_EQ(Applied(), Rates({0, 10, 0, 10}));
}

TEST_F(BandwidthControllerTest, PercentagesFollowTheMeasuredLink) {
  settings_.background.percent = 10;
  Start();
  EXPECT_EQ(Applied(), Rates({0}));
  Receive(absl::Seconds(10), 1000);
  EXPECT_EQ(Applied(), Rates({0, 100}));
  // The limit itself is not taken for the link.
  Receive(absl::Hours(30), 100);
  EXPECT_EQ(Applied(), Rates({0, 100}));
  // Foreground transfers show more.
  Receive(absl::Seconds(12), 2000);
  EXPECT_EQ(Applied().back(), 200);
}

TEST_F(BandwidthControllerTest, PercentagesFollowTheScheduleToo) {
  settings_.background.percent = 10;
  Schedule("mon 08:00-18:00 background=20%");
  Start();
  Receive(absl::Seconds(10), 1000);
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(Applied(), Rates({0, 100, 200}));
}

TEST_F(BandwidthControllerTest, AKnownLinkIsNotMeasured) {
  settings_.link = 500;
  settings_.background.percent = 10;
  Start();
  Receive(absl::Minutes(1), 1000);
  EXPECT_EQ(Applied(), Rates({50}));
}

TEST_F(BandwidthControllerTest, AnotherPlanHoldsAtOnce) {
  settings_.background.bytes_per_second = 10;
  Start();
  BandwidthPlan::Settings other;
  other.background.bytes_per_second = 20;
  controller_->SetPlan(BandwidthPlan(other, absl::UTCTimeZone()));
  EXPECT_EQ(Applied(), Rates({10, 20}));
}

TEST_F(BandwidthControllerTest, OfAnOldPlanNothingComesAnyMore) {
  Schedule("mon-fri 08:00-18:00 background=10");
  Start();
  controller_->SetPlan(
      BandwidthPlan(BandwidthPlan::Settings(), absl::UTCTimeZone()));
  executor_.Advance(absl::Hours(2));
  EXPECT_EQ(Applied(), Rates({0}));
  // And a plan may have a schedule again.
  controller_->SetPlan(BandwidthPlan(settings_, absl::UTCTimeZone()));
  executor_.Advance(absl::Hours(24));
  EXPECT_EQ(Applied(), Rates({0, 10, 0, 10}));
}

TEST_F(BandwidthControllerTest, EndsWithItsTimer) {
  Schedule("mon-fri 08:00-18:00 background=10");
  Start();
  controller_.reset();
  executor_.Advance(absl::Hours(2));
  EXPECT_EQ(Applied(), Rates({0}));
  EXPECT_FALSE(executor_.HasTimers());
}

}  // namespace
}  // namespace convoy
