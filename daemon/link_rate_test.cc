#include "daemon/link_rate.h"

#include <cstdint>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

class LinkRateTest : public testing::Test {
 protected:
  // Traffic at `rate`, with a sample each second.
  void Run(absl::Duration time, std::int64_t rate, std::int64_t limit = 0) {
    for (absl::Duration end = now_ + time; now_ < end;) {
      now_ += absl::Seconds(1);
      total_ += rate;
      link_.Add(now_, total_, limit);
    }
  }

  absl::Duration now_ = absl::Hours(100);
  std::int64_t total_ = 0;
  LinkRate link_;
};

TEST_F(LinkRateTest, IsUnknownBeforeThereWasSteadyTraffic) {
  EXPECT_EQ(link_.rate(), 0);
  Run(absl::Minutes(10), 0);
  for (int i = 0; i < 10; ++i) {
    Run(absl::Seconds(4), 1000);  // A small file.
    Run(absl::Seconds(1), 0);
  }
  EXPECT_EQ(link_.rate(), 0);
  Run(absl::Seconds(6), 1000);
  EXPECT_EQ(link_.rate(), 1000);
}

TEST_F(LinkRateTest, IsTheHighestOfTheDay) {
  Run(absl::Minutes(1), 5000);
  Run(absl::Hours(23), 1000);
  EXPECT_EQ(link_.rate(), 5000);
  Run(absl::Hours(2), 1000);
  EXPECT_EQ(link_.rate(), 1000);
  Run(absl::Minutes(1), 9000);
  EXPECT_EQ(link_.rate(), 9000);
}

TEST_F(LinkRateTest, IsTheMeanOfFiveSeconds) {
  Run(absl::Seconds(1), 1);
  Run(absl::Seconds(1), 21'000);  // What waited in a socket.
  Run(absl::Seconds(4), 1000);
  EXPECT_EQ(link_.rate(), 5000);
}

TEST_F(LinkRateTest, IdleTimeForgetsNothing) {
  Run(absl::Minutes(1), 5000);
  Run(absl::Hours(72), 0);
  EXPECT_EQ(link_.rate(), 5000);
}

TEST_F(LinkRateTest, LimitedTrafficForgetsNothing) {
  Run(absl::Minutes(1), 5000);
  Run(absl::Hours(72), 500, 500);
  EXPECT_EQ(link_.rate(), 5000);
}

TEST_F(LinkRateTest, LimitedTrafficMayShowThatTheLinkIsFaster) {
  Run(absl::Minutes(1), 400);
  Run(absl::Minutes(1), 500, 500);
  EXPECT_EQ(link_.rate(), 500);
}

TEST_F(LinkRateTest, AClassWithoutALimitShowsWhatTheLinkCarries) {
  Run(absl::Minutes(1), 5000);
  // The other class may take 500 of it.
  Run(absl::Hours(26), 1000, 500);
  EXPECT_EQ(link_.rate(), 1000);
}

TEST_F(LinkRateTest, AGapBeginsAnew) {
  Run(absl::Seconds(5), 1000);
  now_ += absl::Hours(1);  // Asleep, while much came.
  total_ += 3600 * 1000;
  Run(absl::Seconds(4), 1000);
  EXPECT_EQ(link_.rate(), 0);
  Run(absl::Seconds(2), 1000);
  EXPECT_EQ(link_.rate(), 1000);
}

}  // namespace
}  // namespace convoy
