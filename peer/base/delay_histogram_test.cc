#include "peer/base/delay_histogram.h"

#include "gtest/gtest.h"

namespace convoy {
namespace {

TEST(DelayHistogramTest, CountsEachDelayInTheFirstBucketThatHoldsIt) {
  DelayHistogram histogram;
  histogram.Observe(absl::ZeroDuration());
  histogram.Observe(absl::Milliseconds(1));  // A bound belongs to its bucket.
  histogram.Observe(absl::Milliseconds(3));
  histogram.Observe(absl::Seconds(9));
  histogram.Observe(absl::Minutes(1));
  const DelayHistogram::Counts counts = histogram.Read();
  EXPECT_EQ(counts.buckets[0], 2);
  EXPECT_EQ(counts.buckets[1], 1);
  EXPECT_EQ(counts.buckets[6], 1);
  EXPECT_EQ(counts.buckets[7], 1);
  EXPECT_EQ(counts.sum, absl::Milliseconds(69'004));
}

}  // namespace
}  // namespace convoy
