#ifndef CONVOY_DAEMON_NEEDED_BY_H_
#define CONVOY_DAEMON_NEEDED_BY_H_

#include <cstdint>

#include "absl/time/time.h"
#include "peer/bandwidth_plan.h"

namespace convoy {

// When a job that is needed by some time stops waiting for peers and cheap
// hours. Pure.

// Bytes per second that an origin is taken to give, until it has shown what it
// gives: 2 Mbit/s.
constexpr std::int64_t kAssumedOriginRate = 250'000;
// Of a file whose size nobody knows yet.
constexpr std::int64_t kAssumedFileSize = std::int64_t{1} << 30;

enum class NeededByPhase {
  kPeers,       // From peers alone.
  kCheapHours,  // From the origin too: no later hour is cheaper.
  kOrigin,      // From the origin too: there is no more time to wait.
  kForeground,  // Likewise, as foreground jobs are.
};

struct NeededByInput {
  absl::Time now;
  absl::Time needed_by;
  std::int64_t remaining_bytes = 0;
  // What the origin gives where no limit holds it back: as measured, else as
  // assumed. Above 0.
  std::int64_t origin_rate = kAssumedOriginRate;
  // Which limits hold when. Not owned, never null.
  const BandwidthPlan* plan = nullptr;
  // As BandwidthPlan::At takes it.
  std::int64_t measured_link = 0;
  // The phase so far: who has gone to the origin because time ran out stays
  // there, though what is missing becomes less.
  NeededByPhase reached = NeededByPhase::kPeers;
};

struct NeededByPlan {
  NeededByPhase phase = NeededByPhase::kForeground;
  // When the origin is asked at the latest: what is missing then takes a third
  // of the time left, at background rates.
  absl::Time to_origin;
  // When the job becomes as urgent as a foreground one: what is missing then
  // takes two thirds of the time left. Not before to_origin.
  absl::Time to_foreground;
  // When the phase changes, if no more bytes come until then. InfiniteFuture:
  // never.
  absl::Time next;
};

NeededByPlan PlanNeededBy(const NeededByInput& input);

}  // namespace convoy

#endif  // CONVOY_DAEMON_NEEDED_BY_H_
