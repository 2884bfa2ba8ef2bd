#ifndef CONVOY_DAEMON_METRICS_FAMILIES_H_
#define CONVOY_DAEMON_METRICS_FAMILIES_H_

#include <vector>

#include "daemon/metrics_snapshot.h"
#include "prometheus/metric_family.h"

namespace convoy {

// A snapshot as Prometheus reads it. Names, labels and their values are stable:
// dashboards and alert rules (packaging/) rely on them; docs/operations.md
// explains them. Every value of a label with few values is there from the
// start, so that a rate sees the first one. A pure function but for the
// process's own times and memory, which come from /proc.
std::vector<prometheus::MetricFamily> MetricFamilies(
    const MetricsSnapshot& snapshot);

}  // namespace convoy

#endif  // CONVOY_DAEMON_METRICS_FAMILIES_H_
