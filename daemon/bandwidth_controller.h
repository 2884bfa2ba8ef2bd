#ifndef CONVOY_DAEMON_BANDWIDTH_CONTROLLER_H_
#define CONVOY_DAEMON_BANDWIDTH_CONTROLLER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "daemon/link_rate.h"
#include "peer/bandwidth_plan.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/swarm_settings.h"
#include "peer/transfer_engine.h"

namespace convoy {

// Tells the engine which limits of bandwidth hold: at the start, when the
// schedule changes them, and when transfers show what the link carries. A clock
// that was set, or a time zone's rule, is noticed within a minute.
//
// All on the executor; may be destroyed when that has stopped, too.
class BandwidthController {
 public:
  struct Parts {  // Not owned.
    const Clock* clock;
    Executor* executor;
    TransferEngine* engine;
  };

  BandwidthController(const Parts& parts, BandwidthPlan plan);
  BandwidthController(const BandwidthController&) = delete;
  BandwidthController& operator=(const BandwidthController&) = delete;

  // Limits hold when it returns. Call once.
  void Start();
  // Another plan holds when it returns.
  void SetPlan(BandwidthPlan plan);
  // What percentages are of, where the link's rate is not configured. 0:
  // nothing has been seen yet, or nothing asks for it.
  std::int64_t measured_link() const { return planned_link_; }

 private:
  // Brings all up to date, and does so again in time.
  void Update();
  // Whether bytes have come.
  bool Measure();
  // The plan must be asked again.
  bool IsDue(absl::Time now) const;
  void Apply(const BandwidthLimits& limits);

  const Parts parts_;
  BandwidthPlan plan_;

  LinkRate link_;
  std::int64_t measured_bytes_ = 0;
  std::int64_t planned_link_ = 0;
  absl::Time planned_at_ = absl::InfinitePast();
  BandwidthPlan::Moment moment_;
  std::optional<BandwidthLimits> applied_;
  // Of the timer; another one for each plan.
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_BANDWIDTH_CONTROLLER_H_
