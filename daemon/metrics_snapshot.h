#ifndef CONVOY_DAEMON_METRICS_SNAPSHOT_H_
#define CONVOY_DAEMON_METRICS_SNAPSHOT_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "peer/base/delay_histogram.h"
#include "peer/contents.h"

namespace convoy {

// How reading the configuration anew went, since the daemon started.
struct ConfigReloads {
  bool last_successful = true;
  // Of the configuration in force.
  absl::Time last_success_time;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  // Of the files as they were read last.
  std::int64_t mistakes = 0;
};

// What one scrape shows. Values of the past are since the daemon started.
struct MetricsSnapshot {
  // Nobody has to be asked for these.
  absl::Time start_time;
  DelayHistogram::Counts control_delays;
  DelayHistogram::Counts engine_delays;

  // False: the rest was not told in time, and is not shown.
  bool complete = false;
  v1::HostStatistics statistics;
  ConfigReloads config;
  v1::ListDeclaredJobsResponse declared;
  ContentCounts contents;
  std::vector<PeerInfo> peers;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_METRICS_SNAPSHOT_H_
