#ifndef CONVOY_CLIENT_JOB_OBSERVER_H_
#define CONVOY_CLIENT_JOB_OBSERVER_H_

#include "absl/status/status.h"
#include "convoy/v1/job.pb.h"

namespace convoy {

// Told what a JobWatcher sees. The calls come one at a time, on the watcher's
// executor.
class JobObserver {
 public:
  virtual ~JobObserver() = default;

  // A job as it is now. States in between may be skipped, the newest never is.
  virtual void OnJob(const v1::Job& job) = 0;
  // WatchJobs: all jobs that are there have been given. Comes again after each
  // reconnection; a job that was not given in between is gone.
  virtual void OnSynced() {}
  // The connection is lost, once for each loss; the watcher tries to get it
  // back.
  virtual void OnDisconnected(const absl::Status& /*why*/) {}
  // The last call. OK: the job reached its end. CANCELLED: JobWatcher::Cancel,
  // or the fetched job was cancelled.
  virtual void OnEnd(const absl::Status& status) = 0;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_JOB_OBSERVER_H_
