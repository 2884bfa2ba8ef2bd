#ifndef CONVOY_DAEMON_WATCH_HUB_H_
#define CONVOY_DAEMON_WATCH_HUB_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "convoy/v1/job.pb.h"

namespace convoy {

// Names a watch. 0 is never given out.
using WatchId = std::uint64_t;

// One stream of snapshots. Called on the control executor; must not block, nor call
// the manager from inside.
class WatchListener {
 public:
  virtual ~WatchListener() = default;
  // The newest snapshot of a job. Keep the newest per job until it can be sent.
  virtual void OnJob(std::shared_ptr<const v1::Job> job) = 0;
  // WatchJobs: all jobs that were there have been given.
  virtual void OnSynced() = 0;
  // Last call. OK after a final state.
  virtual void OnEnd(absl::Status status) = 0;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_WATCH_HUB_H_
