#include "peer/connection_ramp.h"

#include <gtest/gtest.h>

namespace convoy {
namespace {

// Feeds intervals with `rate(connections)` bytes until the ramp has settled.
template <typename Rate>
int Settle(ConnectionRamp* ramp, Rate rate) {
  for (int i = 0; i < 100 && !ramp->settled(); ++i) {
    ramp->OnInterval(rate(ramp->target()));
  }
  EXPECT_TRUE(ramp->settled());
  return ramp->target();
}

TEST(ConnectionRampTest, BeginsWithOne) {
  EXPECT_EQ(ConnectionRamp(4).target(), 1);
}

TEST(ConnectionRampTest, StaysAtOneWhenTheLinkIsFull) {
  ConnectionRamp ramp(8);
  EXPECT_EQ(Settle(&ramp, [](int) { return 1000; }), 1);
}

TEST(ConnectionRampTest, GoesToTheMaximumWhenEachConnectionIsLimited) {
  ConnectionRamp ramp(4);
  EXPECT_EQ(Settle(&ramp, [](int n) { return 1000 * n; }), 4);
}

TEST(ConnectionRampTest, StopsWhereTheLinkIsFull) {
  ConnectionRamp ramp(16);
  EXPECT_EQ(Settle(&ramp, [](int n) { return n < 5 ? 1000 * n : 5000; }), 5);
}

TEST(ConnectionRampTest, DropsAConnectionThatBringsLittle) {
  ConnectionRamp ramp(16);
  EXPECT_EQ(Settle(&ramp, [](int n) { return n == 1 ? 1000 : 1100; }), 1);
}

TEST(ConnectionRampTest, GivesANewConnectionOneIntervalToStart) {
  ConnectionRamp ramp(2);
  ramp.OnInterval(10);
  EXPECT_EQ(ramp.target(), 1);
  ramp.OnInterval(1000);
  EXPECT_EQ(ramp.target(), 2);
  ramp.OnInterval(500);
  EXPECT_EQ(ramp.target(), 2);
  ramp.OnInterval(2000);
  EXPECT_EQ(ramp.target(), 2);
  EXPECT_TRUE(ramp.settled());
}

TEST(ConnectionRampTest, StaysBelowALimitAndNeverBelowOne) {
  ConnectionRamp ramp(16);
  ramp.OnInterval(1000);
  ramp.OnInterval(1000);
  ramp.Limit(0);
  EXPECT_EQ(ramp.target(), 1);
  EXPECT_TRUE(ramp.settled());
}

}  // namespace
}  // namespace convoy
