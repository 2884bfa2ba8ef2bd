#include "daemon/metrics_collector.h"

#include <future>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "peer/base/clock.h"
#include "peer/base/serial_executor.h"
#include "peer/fake_transfer_engine.h"

namespace convoy {
namespace {

class MetricsCollectorTest : public ::testing::Test {
 protected:
  MetricsCollector::Parts Parts() {
    MetricsCollector::Parts parts;
    parts.control = &control_;
    parts.control_delays = &control_.delays();
    parts.engine = &engine_;
    parts.clock = &clock_;
    parts.statistics = [this](v1::HostStatistics* statistics) {
      EXPECT_TRUE(control_.IsCurrent());
      statistics->set_origin_bytes(11);
    };
    return parts;
  }

  const RealClock clock_{};
  FakeTransferEngine engine_;
  SerialExecutor control_{"control"};
};

TEST_F(MetricsCollectorTest, AsksTheControlThreadAndTheEngine) {
  MetricsCollector::Parts parts = Parts();
  parts.config = [] {
    ConfigReloads reloads;
    reloads.failed = 2;
    return reloads;
  };
  parts.declared = [] {
    v1::ListDeclaredJobsResponse response;
    response.add_jobs()->set_name("maps");
    return response;
  };
  const MetricsSnapshot snapshot =
      MetricsCollector(std::move(parts), absl::Minutes(1)).Collect();
  EXPECT_TRUE(snapshot.complete);
  EXPECT_EQ(snapshot.statistics.origin_bytes(), 11);
  EXPECT_EQ(snapshot.config.failed, 2);
  EXPECT_EQ(snapshot.declared.jobs_size(), 1);
  EXPECT_LE(snapshot.start_time, clock_.Now());
}

TEST_F(MetricsCollectorTest, DoesNotWaitForAThreadThatHangs) {
  const MetricsCollector collector(Parts(), absl::Milliseconds(5));
  std::promise<void> go;
  control_.Post([&] { go.get_future().wait(); });
  const MetricsSnapshot hung = collector.Collect();
  EXPECT_FALSE(hung.complete);
  go.set_value();
  // The late answer finds nobody, and harms nobody.
  EXPECT_TRUE(MetricsCollector(Parts(), absl::Minutes(1)).Collect().complete);
}

TEST_F(MetricsCollectorTest, GivesUpAfterTheStop) {
  const MetricsCollector collector(Parts(), absl::Milliseconds(5));
  control_.Stop();
  EXPECT_FALSE(collector.Collect().complete);
}

}  // namespace
}  // namespace convoy
