#ifndef CONVOY_CLIENT_JOB_WATCHER_H_
#define CONVOY_CLIENT_JOB_WATCHER_H_

#include <memory>

#include "absl/time/time.h"
#include "client/client_options.h"
#include "client/job_observer.h"
#include "convoy/v1/job_service.pb.h"
#include "peer/base/executor.h"

namespace convoy {

struct WatchOptions {
  // Where the observer is called; not owned, must outlive the watcher. nullptr:
  // a thread of the watcher.
  Executor* executor = nullptr;
  // How long the daemon may be away, after the first news from it, before the
  // watch ends with UNAVAILABLE.
  absl::Duration give_up_after = absl::InfiniteDuration();
  // The wait before a lost connection is tried again; doubles up to
  // `max_retry`.
  absl::Duration first_retry = absl::Milliseconds(100);
  absl::Duration max_retry = absl::Seconds(2);
};

// Follows jobs for as long as it lives: opens a stream of the JobService, tells
// the observer, and opens the stream again when the daemon restarts.
//
// An error of the daemon ends the watch: OnEnd gets it. So does a daemon that
// cannot be reached at the beginning (IsDaemonUnreachable). After that, a lost
// connection is OnDisconnected and tried again.
//
// Threads: one that reads the stream, and the executor. Thread-safe.
class JobWatcher {
 public:
  // One job. Ends with OK after a final state.
  static std::unique_ptr<JobWatcher> WatchJob(const ClientOptions& client,
                                              v1::WatchJobRequest request,
                                              JobObserver& observer,
                                              WatchOptions options = {});
  // All jobs that the request selects. Ends only by Cancel or an error.
  static std::unique_ptr<JobWatcher> WatchJobs(const ClientOptions& client,
                                               v1::WatchJobsRequest request,
                                               JobObserver& observer,
                                               WatchOptions options = {});
  // Makes a job and follows it until its files have their names: JobService's
  // Fetch. Gives the request an id if it has none: with it the job is taken up
  // again after a restart. Ends with OK after ACKNOWLEDGED, with the job's
  // error after ERROR, with CANCELLED after CANCELLED.
  static std::unique_ptr<JobWatcher> Fetch(const ClientOptions& client,
                                           v1::FetchRequest request,
                                           JobObserver& observer,
                                           WatchOptions options = {});

  // Cancels, and waits: the observer is not called afterwards. Not from an
  // observer's call.
  ~JobWatcher();
  JobWatcher(const JobWatcher&) = delete;
  JobWatcher& operator=(const JobWatcher&) = delete;

  // Ends the watch, not the job. OnEnd comes if it has not come yet. Any
  // thread, also from the observer.
  void Cancel();

 private:
  class Impl;
  explicit JobWatcher(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

// ACKNOWLEDGED or CANCELLED.
bool IsFinalState(v1::JobState state);

}  // namespace convoy

#endif  // CONVOY_CLIENT_JOB_WATCHER_H_
