#ifndef CONVOY_DAEMON_METRICS_COLLECTOR_H_
#define CONVOY_DAEMON_METRICS_COLLECTOR_H_

#include <functional>

#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "daemon/metrics_snapshot.h"
#include "peer/base/clock.h"
#include "peer/base/delay_histogram.h"
#include "peer/base/executor.h"
#include "peer/transfer_engine.h"

namespace convoy {

// Asks the control thread and the engine for what a scrape shows, when it is
// asked itself; does nothing in between. Thread-safe.
class MetricsCollector {
 public:
  // How long a scrape waits for them.
  static constexpr absl::Duration kPatience = absl::Seconds(2);

  struct Parts {  // Not owned; must outlive the collector and the executor.
    Executor* control = nullptr;
    const DelayHistogram* control_delays = nullptr;
    TransferEngine* engine = nullptr;
    const Clock* clock = nullptr;
    // Called on the control executor. Empty: there is nothing to tell.
    std::function<void(v1::HostStatistics*)> statistics;
    std::function<ConfigReloads()> config;
    std::function<v1::ListDeclaredJobsResponse()> declared;
  };

  // The daemon's start time is that of this call.
  explicit MetricsCollector(Parts parts, absl::Duration patience = kPatience);

  // Blocks until the answers are there, at most for the patience. REQUIRES: not
  // on the control executor, nor on the engine's.
  MetricsSnapshot Collect() const;

 private:
  const Parts parts_;
  const absl::Duration patience_;
  const absl::Time start_time_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_METRICS_COLLECTOR_H_
