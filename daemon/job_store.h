#ifndef CONVOY_DAEMON_JOB_STORE_H_
#define CONVOY_DAEMON_JOB_STORE_H_

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/job.h"
#include "peer/base/ids.h"

namespace convoy {

// A request_id that was used (AIP-155).
struct UsedRequest {
  uid_t uid = 0;
  std::string request_id;
  std::string request_digest;  // Of the serialized request.
  JobId job_id;
  absl::Time time;
};

// Jobs on disk. One thread.
//
// Writing is in two steps: Put and Remove stage changes, Commit makes all of
// them durable at once or none. Many calls share one Commit, and so one sync.
// What is staged is applied in order: PutJob of a new job comes before its
// PutFile and PutRequest.
class JobStore {
 public:
  virtual ~JobStore() = default;

  // Calls `on_job` with each job, files included, in `sequence` order.
  virtual absl::Status LoadJobs(
      const std::function<void(std::unique_ptr<Job>)>& on_job) = 0;
  // One job with its files, as last committed; null if there is none.
  virtual absl::StatusOr<std::unique_ptr<Job>> LoadJob(const JobId& id) = 0;

  // Stages the job's own row, without its files.
  virtual void PutJob(const Job& job) = 0;
  // Stages one file of a job.
  virtual void PutFile(const JobId& id, const JobFile& file) = 0;
  // Stages the removal of a job, with files and request ids.
  virtual void RemoveJob(const JobId& id) = 0;
  virtual void PutRequest(const UsedRequest& request) = 0;
  // Stages the removal of requests made before `time`.
  virtual void RemoveRequestsBefore(absl::Time time) = 0;

  // Makes what is staged durable. On an error nothing of it is kept and nothing
  // is staged any more: UNAVAILABLE with reason STORE_UNAVAILABLE.
  virtual absl::Status Commit() = 0;
  // Writes and syncs something that changes nothing. What is staged stays so.
  // Errors of Commit.
  virtual absl::Status CheckWritable() = 0;

  // A request as last committed.
  virtual absl::StatusOr<std::optional<UsedRequest>> FindRequest(
      uid_t uid, const std::string& request_id) = 0;
};

// Opens or makes `path` (mode 0600, WAL, synchronous FULL), and brings an older
// schema up to date. FAILED_PRECONDITION: a newer schema, or a damaged file;
// the message says what to do. One process may have it open.
absl::StatusOr<std::unique_ptr<JobStore>> OpenSqliteJobStore(
    const std::string& path);

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_STORE_H_
