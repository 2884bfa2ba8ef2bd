#ifndef CONVOY_DAEMON_JOB_RUNNER_H_
#define CONVOY_DAEMON_JOB_RUNNER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "daemon/commit_queue.h"
#include "daemon/file_work.h"
#include "daemon/job_run.h"
#include "daemon/job_table.h"
#include "daemon/owner_files.h"
#include "daemon/settings.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/transfer_engine.h"

namespace convoy {

// Runs the transfers of files: opens what they need with the owner's rights,
// starts them from their checkpoints, keeps their newest news, and stops them.
//
// A temporary file is made only after its path is on disk in the store, so that
// none is ever left over that nobody knows of.
//
// Belongs to the control executor.
class JobRunner final : private FileRunListener {
 public:
  class Observer {
   public:
    virtual ~Observer() = default;
    // `run->news` is new; `before` is what it was. May stop the run.
    virtual void OnFileNews(JobEntry* entry, FileRun* run,
                            const TransferNews& before) = 0;
    // The file does not run any more; the job has the last news.
    virtual void OnFileEnd(JobEntry* entry, int file_index,
                           TransferEnd end) = 0;
    // What was fetched of it is void, also for those who read it just now.
    virtual void OnFileReset(JobEntry* entry, int file_index) = 0;
  };

  struct Parts {  // Not owned.
    const Clock* clock;
    Executor* control;
    JobTable* table;
    CommitQueue* commits;
    FileWork* work;
    OwnerFiles* files;
    TransferEngine* engine;
    const Settings* settings;
  };

  JobRunner(const Parts& parts, Observer& observer)
      : parts_(parts), observer_(observer) {}

  // REQUIRES: the job has a run, and the file is pending in it.
  void Start(JobEntry* entry, int file_index);
  // The file is pending again. Keeps the newest checkpoint.
  void Stop(JobEntry* entry, int file_index);
  // Stops all and ends the run. No effect without one.
  void StopJob(JobEntry* entry);
  // As StopJob, and nothing of the newest news is kept.
  void DropJob(JobEntry* entry);
  // Begins the running file, or all running files, anew from the checkpoints:
  // what they are made of has changed.
  void Restart(JobEntry* entry, int file_index);
  void RestartJob(JobEntry* entry);
  // The same for running files that ask a URL which http.blocked_urls matches
  // now.
  void RestartBlocked(JobEntry* entry);

  // The whole file's bytes are void: it is fetched anew, into a new temporary
  // file. REQUIRES: it does not run.
  void Forget(JobEntry* entry, int file_index);

  // Takes the newest news into the job's files. True: something was new.
  bool Fold(JobEntry* entry);

  // Received by all transfers so far.
  const SourceCounts& received() const { return received_; }

 private:
  struct Opening;
  struct Opened;

  void OnRunNews(FileRun* run, const TransferNews& news) override;
  void OnRunCheckpointVoid(FileRun* run) override;
  void OnRunEnd(FileRun* run, TransferEnd end) override;

  // Null: has ended.
  FileRun* Find(std::uint64_t run_id) const;
  void Open(FileRun* run);
  void OnOpened(std::uint64_t run_id, Opened opened);
  // The file has `identity` now, or none any more ({0, 0}): what was fetched
  // into another one is gone.
  void SetIdentity(JobEntry* entry, int file_index,
                   const FileIdentity& identity);
  TransferSpec MakeSpec(const JobEntry& entry, const JobFile& file,
                        Opened opened) const;
  // How long its peers and cheap hours are waited for.
  void SetDelays(const JobEntry& entry, TransferSpec* spec) const;
  // A URL of the file, or one that the origin named, is blocked.
  bool AsksBlocked(const JobFile& file, const TransferNews& news) const;
  void FoldRun(JobEntry* entry, FileRun* run);
  void End(FileRun* run, TransferEnd end);
  // Takes the run out, silenced; what it holds is destroyed by a later task,
  // for a transfer may be calling just now.
  void Retire(JobEntry* entry, int file_index);

  const Parts parts_;
  Observer& observer_;
  absl::flat_hash_map<std::uint64_t, FileRun*> by_id_;
  std::uint64_t last_id_ = 0;
  SourceCounts received_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_RUNNER_H_
