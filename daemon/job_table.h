#ifndef CONVOY_DAEMON_JOB_TABLE_H_
#define CONVOY_DAEMON_JOB_TABLE_H_

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "daemon/job.h"
#include "daemon/job_run.h"
#include "daemon/needed_by.h"
#include "peer/base/ids.h"

namespace convoy {

// A job and what is known of it beyond what is stored. Made and destroyed by
// JobTable.
struct JobEntry {
  // Never null. Another object after a failed commit, when the job was read
  // back.
  std::unique_ptr<Job> job;
  // Null: no transfer.
  std::unique_ptr<JobRun> run;
  // Calls that wait until `busy` ends.
  std::vector<absl::AnyInvocable<void() &&>> waiting_calls;
  // Place among the queued jobs of its priority; 0: it is not among the waiting
  // ones and gets a new one when it next is.
  std::uint64_t turn = 0;
  // A file of it was transferred since watchers were told.
  bool file_transferred = false;
  // What watchers saw last.
  std::uint64_t published_revision = 0;
  v1::JobState published_state = v1::JOB_STATE_UNSPECIFIED;
  // Its files are being given their names, or removed: nothing else may happen
  // to the job until that ends.
  bool busy = false;
  // Is in JobTable::waiting() or waiting_for_peers().
  bool waiting = false;
  // Of a job with needed_by that is active: how far it may go for its bytes.
  // Changes only while it does not wait.
  std::optional<NeededByPlan> needed;
  // Monotonic time until which no size is assumed of files that nobody has told
  // the size of.
  absl::Duration asking_until;
  // Bytes per second that its origins have shown; 0: nothing yet.
  std::int64_t origin_rate = 0;
  // When that was last looked at (monotonic), and the bytes by then.
  absl::Duration origin_rate_time = absl::InfiniteDuration();
  std::int64_t origin_rate_bytes = 0;
  // Time without progress so far, up to `stalled_since`.
  absl::Duration stalled_for;
  // Monotonic time since which more of it passes; InfiniteDuration: none does.
  absl::Duration stalled_since = absl::InfiniteDuration();
  // Monotonic time up to which Job.download_time is counted; InfiniteDuration:
  // it does not grow.
  absl::Duration downloading_since = absl::InfiniteDuration();
};

// As urgent as a foreground job: it is one, or its needed_by is near.
inline bool IsUrgent(const JobEntry& entry) {
  return IsForeground(*entry.job) ||
         (entry.needed.has_value() &&
          entry.needed->phase == NeededByPhase::kForeground);
}
inline v1::JobPriority PriorityOf(const JobEntry& entry) {
  return IsUrgent(entry) ? v1::JOB_PRIORITY_FOREGROUND : entry.job->priority;
}

// There is time: only peers are asked. Such a job takes no place that a job
// which moves could have.
inline bool WaitsForPeers(const JobEntry& entry) {
  return entry.needed.has_value() &&
         entry.needed->phase == NeededByPhase::kPeers;
}

// All jobs and the orders in which they are looked at.
//
// Invariants: 1. each entry's job is in each index exactly once; 2. by_owner()
// and the counts follow owner and state, which change only through this class.
//
// Belongs to the control executor. Entries do not move.
class JobTable {
 public:
  using BySequence = absl::btree_map<std::uint64_t, JobEntry*>;
  using ByOwner = absl::btree_map<std::pair<uid_t, std::uint64_t>, JobEntry*>;
  // Queued jobs that do not run, in the order in which they get their turn.
  struct Earlier {
    bool operator()(const JobEntry* a, const JobEntry* b) const;
  };
  using Waiting = std::set<JobEntry*, Earlier>;

  JobTable() = default;
  JobTable(const JobTable&) = delete;
  JobTable& operator=(const JobTable&) = delete;

  // REQUIRES: id and sequence are new.
  JobEntry* Insert(std::unique_ptr<Job> job);
  void Erase(JobEntry* entry);
  // Null: no such job.
  JobEntry* Find(const JobId& id) const;

  // The job as it was read back from the store; not waiting.
  void Replace(JobEntry* entry, std::unique_ptr<Job> job);
  void SetState(JobEntry* entry, v1::JobState state);
  void SetOwner(JobEntry* entry, const JobOwner& owner);
  // Puts the job among the waiting ones, with its old turn or at the end, or
  // takes it out. Its priority must not change while it is there.
  void SetWaiting(JobEntry* entry, bool waiting);

  const BySequence& by_sequence() const { return by_sequence_; }
  const ByOwner& by_owner() const { return by_owner_; }
  // Without those that wait for peers.
  const Waiting& waiting() const { return waiting_; }
  const Waiting& waiting_for_peers() const { return waiting_for_peers_; }

  std::size_t size() const { return by_id_.size(); }
  std::int64_t CountInState(v1::JobState state) const;
  // Not in a final state.
  std::int64_t live_count() const { return live_count_; }
  std::int64_t LiveCountOf(uid_t uid) const;
  // For the next job made.
  std::uint64_t NextSequence() { return ++last_sequence_; }

 private:
  // `by` is 1 or -1.
  void Count(const Job& job, int by);
  void Index(JobEntry* entry);
  void Unindex(JobEntry* entry);

  absl::flat_hash_map<JobId, std::unique_ptr<JobEntry>> by_id_;
  BySequence by_sequence_;
  ByOwner by_owner_;
  Waiting waiting_;
  Waiting waiting_for_peers_;
  std::array<std::int64_t, v1::JobState_ARRAYSIZE> state_counts_ = {};
  std::int64_t live_count_ = 0;
  absl::flat_hash_map<uid_t, std::int64_t> live_counts_;
  std::uint64_t last_sequence_ = 0;
  std::uint64_t last_turn_ = 0;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_TABLE_H_
