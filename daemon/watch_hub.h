#ifndef CONVOY_DAEMON_WATCH_HUB_H_
#define CONVOY_DAEMON_WATCH_HUB_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "daemon/caller.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/ids.h"

namespace convoy {

// Names a watch. 0 is never given out.
using WatchId = std::uint64_t;

// One stream of snapshots. Called on the control executor; must not block, nor
// call the manager from inside.
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

// What a watch wants to see.
struct WatchFilter {
  bool all_users = false;
  // Bits 1 << JobState.
  unsigned states = ~0u;
  // WatchJobsRequest.watcher_id.
  std::string watcher_id;
};

// A job as it is in the store now.
struct JobChange {
  JobId id;
  uid_t owner = 0;
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;
  // The state before the change.
  v1::JobState old_state = v1::JOB_STATE_UNSPECIFIED;
  // More than progress: it is sent at once.
  bool urgent = false;
};

// Brings snapshots to watchers: changes at once, progress at most once per
// interval of each watch, the newest never lost. A snapshot is made once for
// all watchers of a change, and not at all without one.
//
// Belongs to the control executor.
class WatchHub {
 public:
  // Null: no such job.
  using SnapshotOf =
      std::function<std::shared_ptr<const v1::Job>(const JobId&)>;

  enum class Kind {
    kJob,
    kFetch,
    kTiedFetch,  // The job is cancelled if the caller goes away.
    kJobs,
  };

  // `on_watchers` is called from inside other calls when a watch with a
  // watcher_id has come or gone. May be null.
  WatchHub(const Clock& clock, Executor& executor, SnapshotOf snapshot_of,
           std::function<void()> on_watchers = nullptr);
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  // A watch that sees nothing yet. The listener is not called from inside.
  WatchId Open(Kind kind, const Caller& caller, absl::Duration interval,
               WatchListener* listener);
  // Not kJobs: says which job it is for.
  void Bind(WatchId id, const JobId& job);
  // Then: sends the job as it is, and from now on its changes. The watch ends
  // after a final state; that of a fetch also after ERROR, with the job's
  // error, and with CANCELLED after CANCELLED.
  void Attach(WatchId id);
  // kJobs: from now on changes are sent.
  void Select(WatchId id, const WatchFilter& filter);
  // kJobs: the job as it is, if the watch wants it.
  void Offer(WatchId id, const JobChange& job);
  void Synced(WatchId id);

  // No effect when there is no such watch (any more).
  void Stop(WatchId id);
  void End(WatchId id, absl::Status status);
  // Ends the fetches of a job.
  void EndFetches(const JobId& job, const absl::Status& status);
  // Ends all watches of a job.
  void EndJob(const JobId& job, const absl::Status& status);
  void EndAll(const absl::Status& status);

  bool IsOpen(WatchId id) const { return watches_.count(id) > 0; }
  // The job of an open kTiedFetch, once it is bound.
  std::optional<JobId> TiedJob(WatchId id) const;
  // A kJobs watch of that watcher_id sees the owner's jobs.
  bool HasWatcher(const std::string& watcher_id, uid_t owner) const;
  int size() const { return static_cast<int>(watches_.size()); }

  void Publish(const JobChange& change);

 private:
  using Snapshot = std::shared_ptr<const v1::Job>;

  struct Watch {
    WatchId id = 0;
    Kind kind = Kind::kJob;
    Caller caller;
    absl::Duration interval;
    WatchListener* listener = nullptr;
    JobId job;
    WatchFilter filter;
    bool attached = false;
    // When progress of a job was last sent, for jobs that have sent some.
    absl::flat_hash_map<JobId, absl::Duration> sent;
    // Progress that has to wait.
    std::map<JobId, Snapshot> held;
    // When held progress is next sent; InfiniteDuration: nothing is held.
    absl::Duration due = absl::InfiniteDuration();
  };

  Watch* Find(WatchId id);
  bool Wants(const Watch& watch, const JobChange& change) const;
  // Sends it now or holds it.
  void Take(Watch* watch, const JobChange& change, const Snapshot& snapshot);
  // May end the watch.
  void Send(Watch* watch, const JobId& job, Snapshot snapshot);
  void SetDue(Watch* watch, absl::Duration due);
  void SendHeld(Watch* watch);
  void Arm();
  void OnTimer();

  const Clock& clock_;
  Executor& executor_;
  const SnapshotOf snapshot_of_;
  const std::function<void()> on_watchers_;
  WatchId last_id_ = 0;
  absl::flat_hash_map<WatchId, std::unique_ptr<Watch>> watches_;
  absl::flat_hash_map<JobId, absl::flat_hash_set<WatchId>> by_job_;
  std::set<WatchId> selecting_;  // kJobs.
  std::set<std::pair<absl::Duration, WatchId>> by_due_;
  Executor::TimerId timer_ = 0;
  absl::Duration timer_due_ = absl::InfiniteDuration();
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_WATCH_HUB_H_
