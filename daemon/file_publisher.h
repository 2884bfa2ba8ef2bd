#ifndef CONVOY_DAEMON_FILE_PUBLISHER_H_
#define CONVOY_DAEMON_FILE_PUBLISHER_H_

#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/commit_queue.h"
#include "daemon/file_work.h"
#include "daemon/job_life.h"
#include "daemon/job_state.h"
#include "daemon/job_table.h"
#include "daemon/owner_files.h"
#include "peer/base/ids.h"
#include "peer/contents.h"

namespace convoy {

// By its own rules, the job's contents may be given to peers.
bool GivesToPeers(const Job& job);

// Ends jobs: gives whole files their names, and removes what nobody needs any
// more. Tells the engine which contents are kept for peers, and which are not.
//
// What survives a crash at any instant:
// 1. Names are given before ACKNOWLEDGED is stored: after a crash in between
// Complete can
//    be called again, and finds what it did.
// 2. Temporary files are removed after the final state is stored, and their
// paths are
//    forgotten only when they are gone: what is left is removed at the next
//    start.
//
// Belongs to the control executor.
class FilePublisher {
 public:
  struct Ended {
    bool partial = false;
    // Could not be removed.
    std::vector<std::string> left_over_paths;
  };
  using Then = absl::AnyInvocable<void(absl::StatusOr<Ended>) &&>;

  // Not owned.
  FilePublisher(JobTable& table, CommitQueue& commits, FileWork& work,
                OwnerFiles& files, Contents& contents, JobLife& life)
      : table_(table),
        commits_(commits),
        work_(work),
        files_(files),
        contents_(contents),
        life_(life) {}

  // Applies kComplete. On an error the job stays what it was (a running one is
  // queued again), and files that have their names keep them. REQUIRES of all:
  // the job is not busy, and its state allows it.
  void Complete(JobEntry* entry, Then then);
  // Applies `event`, which leads to CANCELLED.
  void Cancel(JobEntry* entry, JobEvent event, Then then);
  // Removes what is left of a final job.
  void CleanUp(JobEntry* entry);
  // Peers get the job's whole files no more, once its newest change is durable.
  // Files that have their names are others' to judge.
  void Withdraw(const Job& job);
  // The same of one file.
  void Withdraw(const JobFile& file);

 private:
  void PublishNext(const JobId& id, Then then);
  void OnPublished(const JobId& id, const std::vector<int>& indexes,
                   const std::vector<absl::Status>& results, Then then);
  void Acknowledge(JobEntry* entry, Then then);
  // From now on peers get the file by the cache's rules.
  void Keep(const Job& job, const JobFile& file);
  // When the final state is durable.
  void RemoveWhenDurable(const JobId& id, Ended ended, Then then);
  void RemoveNext(const JobId& id, Ended ended, int from, Then then);
  // Forgets what is gone. Returns the paths of the rest.
  std::vector<std::string> Forget(const JobId& id,
                                  const std::vector<int>& indexes,
                                  const std::vector<absl::Status>& results);

  JobTable& table_;
  CommitQueue& commits_;
  FileWork& work_;
  OwnerFiles& files_;
  Contents& contents_;
  JobLife& life_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_FILE_PUBLISHER_H_
