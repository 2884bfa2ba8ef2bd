#ifndef CONVOY_DAEMON_JOB_H_
#define CONVOY_DAEMON_JOB_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job.pb.h"
#include "peer/base/ids.h"
#include "peer/byte_range.h"
#include "peer/http_settings.h"

namespace convoy {

// What a job is, as values. Owned by the control thread (job_manager.h); the
// store writes and reads them (job_store.h). 100,000 of them rest in memory:
// what most jobs do not have is behind a pointer.

struct JobOwner {
  uid_t uid = 0;
  gid_t gid = 0;
  friend bool operator==(const JobOwner& a, const JobOwner& b) {
    return a.uid == b.uid && a.gid == b.gid;
  }
};

// Why a job, or one of its files, failed.
struct JobFailure {
  v1::ErrorDetail detail;
  std::string message;
  std::optional<int> file_index;
  absl::Time time;
};

struct SourceCounts {
  std::int64_t origin = 0;
  std::int64_t mirror = 0;
  std::int64_t local = 0;

  SourceCounts& operator+=(const SourceCounts& other) {
    origin += other.origin;
    mirror += other.mirror;
    local += other.local;
    return *this;
  }
};

// What a file has once it was begun.
struct FileTransferState {
  std::string temporary_path;
  // Device and inode of the temporary file: what is opened later must be it.
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::string checkpoint;  // TransferNews.checkpoint.
  Validator validator;
  std::vector<HttpHeader> response_headers;
  std::string effective_url;
  std::string integrity;
  SourceCounts sources;  // Of all transfers of this file.
};

struct JobFile {
  int index = 0;
  bool transferred =
      false;  // Whole, verified, flushed, under its temporary name.
  bool completed = false;  // Has its final name.
  std::string remote_url;
  std::string local_path;
  std::vector<ByteRange> ranges;
  std::vector<std::string> mirror_urls;
  std::optional<std::int64_t> expected_size;
  std::string expected_sha256;  // 32 bytes, or empty.
  std::optional<std::int64_t> size;
  std::int64_t flushed_bytes = 0;
  std::unique_ptr<FileTransferState> transfer;  // Null: not begun.
};

struct Job {
  JobId id;
  JobOwner owner;
  v1::JobState state = v1::JOB_STATE_SUSPENDED;
  v1::JobPriority priority = v1::JOB_PRIORITY_NORMAL;
  std::uint32_t notify_flags = 3;
  int error_count = 0;
  // Failures in a row without progress: the retry wait grows with it.
  int attempts_without_progress = 0;
  // A Fetch asked for CompleteJob as soon as the job is TRANSFERRED.
  bool complete_when_transferred = false;
  std::string display_name;
  std::string description;
  // Absent: the default of its priority.
  std::optional<absl::Duration> no_progress_timeout;
  std::optional<absl::Duration> minimum_retry_delay;
  // Null: defaults. Secrets included; immutable, shared with snapshots.
  std::shared_ptr<const v1::HttpOptions> http;
  absl::Time create_time;
  absl::Time modify_time;
  absl::Time transfer_complete_time =
      absl::InfinitePast();  // InfinitePast: never.
  absl::Time next_retry_time = absl::InfinitePast();
  // The time of the newest change less the time without progress that the job
  // had by then. Only time in CONNECTING, TRANSFERRING and TRANSIENT_ERROR
  // counts: not waiting in the queue, nor when the daemon was down.
  absl::Time last_progress_time = absl::InfinitePast();
  std::uint64_t revision = 1;  // The etag.
  // Rises over all jobs in the order in which they were made.
  std::uint64_t sequence = 0;
  // From ERROR or TRANSIENT_ERROR until bytes move again, or a call puts the
  // job into another state. In CANCELLED: why the daemon cancelled it by
  // itself.
  std::unique_ptr<JobFailure> failure;
  std::vector<JobFile> files;
};

inline bool IsFinal(v1::JobState state) {
  return state == v1::JOB_STATE_ACKNOWLEDGED ||
         state == v1::JOB_STATE_CANCELLED;
}

// QUEUED, CONNECTING, TRANSFERRING, TRANSIENT_ERROR: the job does or awaits
// something by itself.
inline bool IsActive(v1::JobState state) {
  return state == v1::JOB_STATE_QUEUED || state == v1::JOB_STATE_CONNECTING ||
         state == v1::JOB_STATE_TRANSFERRING ||
         state == v1::JOB_STATE_TRANSIENT_ERROR;
}

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_H_
