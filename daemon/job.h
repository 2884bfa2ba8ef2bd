#ifndef CONVOY_DAEMON_JOB_H_
#define CONVOY_DAEMON_JOB_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
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

// Bytes received, by the kind of source.
struct SourceCounts {
  std::int64_t origin = 0;
  std::int64_t mirror = 0;
  std::int64_t local = 0;
  std::int64_t lan = 0;
  std::int64_t group = 0;
  std::int64_t internet = 0;
  std::int64_t cache_host = 0;

  std::int64_t total() const {
    return origin + mirror + local + lan + group + internet + cache_host;
  }
  SourceCounts& operator+=(const SourceCounts& other) {
    origin += other.origin;
    mirror += other.mirror;
    local += other.local;
    lan += other.lan;
    group += other.group;
    internet += other.internet;
    cache_host += other.cache_host;
    return *this;
  }
  friend SourceCounts operator-(const SourceCounts& a, const SourceCounts& b) {
    return {a.origin - b.origin,        a.mirror - b.mirror,
            a.local - b.local,          a.lan - b.lan,
            a.group - b.group,          a.internet - b.internet,
            a.cache_host - b.cache_host};
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
  std::string content_id;      // 20 bytes, or empty: peers know it by this.
  SourceCounts sources;        // Of all transfers of this file.
  int http_status = 0;         // Of the origin's last answer. 0: none yet.
  std::string server_address;  // "192.0.2.1:443", of who answered last.
};

// What a caller asks of the proof of a file's bytes.
struct FileProof {
  v1::Integrity required = v1::INTEGRITY_UNSPECIFIED;
  // The manifest. A URL or an absolute path; 20 or 32 bytes; 32 bytes. Each may
  // be empty.
  std::string manifest_location;
  std::string manifest_info_hash;
  std::string manifest_sha256;
};

// What a declared job's file says of it (declared_jobs.h).
struct DeclaredTerms {
  std::string file;
  mode_t mode = 0644;  // Of the files, when they get their names.
  // Why the job is suspended, as a sentence. Not kept over restarts.
  std::string hold;
};

// What RequestRanges asked for.
struct FileDemand {
  std::vector<ByteRange> ranges;  // Rising, none touches the next.
  // Missing bytes behind it come first. Not kept over restarts.
  std::int64_t position = 0;
};

struct JobFile {
  int index = 0;
  bool transferred =
      false;  // Whole, verified, flushed, under its temporary name.
  bool completed = false;  // Has its final name.
  std::string remote_url;
  std::string local_path;
  std::vector<ByteRange> ranges;  // In the local file's order; none overlaps.
  std::vector<std::string> mirror_urls;
  std::optional<std::int64_t> expected_size;
  std::string expected_sha256;         // 32 bytes, or empty.
  std::string client_file_id;          // The caller's own name for it.
  std::unique_ptr<FileProof> proof;    // Null: nothing was asked.
  std::optional<bool> validated;       // The owner's own verdict.
  std::unique_ptr<FileDemand> demand;  // Null: nothing was asked for.
  std::optional<std::int64_t> size;
  std::int64_t flushed_bytes = 0;
  std::unique_ptr<FileTransferState> transfer;  // Null: not begun.
};

// What few jobs have.
struct JobExtras {
  std::map<std::string, std::string> annotations;
  // Null: none.
  std::shared_ptr<const v1::NotifyCommand> notify_command;
  // Absent: the configuration's.
  std::optional<absl::Duration> maximum_download_time;
  // BITS_COST_STATE_ bits. 0: runs whatever the network costs.
  std::uint32_t cost_flags = 0;
  // Of all files together. 0: no limit.
  std::int64_t maximum_download_bytes = 0;
  // Only what RequestRanges has asked for is fetched.
  bool on_demand = false;
  // Absent: the configuration's.
  std::optional<absl::Duration> inactivity_timeout;
  // Who is told of notifications before the command is run. Empty: nobody.
  std::string notify_watcher;

  bool empty() const {
    return annotations.empty() && notify_command == nullptr &&
           !maximum_download_time.has_value() && cost_flags == 0 &&
           maximum_download_bytes == 0 && !on_demand &&
           !inactivity_timeout.has_value() && notify_watcher.empty();
  }
};

// Bits of Job.notify_flags and Job.notices_due (BITS' BG_NOTIFY_).
constexpr std::uint32_t kNotifyTransferred = 1;
constexpr std::uint32_t kNotifyError = 2;
constexpr std::uint32_t kNotifyDisable = 4;

struct Job {
  JobId id;
  JobOwner owner;
  v1::JobState state = v1::JOB_STATE_SUSPENDED;
  v1::JobPriority priority = v1::JOB_PRIORITY_NORMAL;
  std::uint32_t notify_flags = 3;
  // Notify commands that must be begun now: kNotifyTransferred, kNotifyError.
  std::uint32_t notices_due = 0;
  int error_count = 0;
  // Failures in a row without progress: the retry wait grows with it.
  int attempts_without_progress = 0;
  // A Fetch asked for CompleteJob as soon as the job is TRANSFERRED.
  bool complete_when_transferred = false;
  // Its contents are never given to peers, and none are asked.
  bool is_private = false;
  // As the caller asked; UNSPECIFIED: the configuration's.
  v1::DownloadMode download_mode = v1::DOWNLOAD_MODE_UNSPECIFIED;
  std::string display_name;
  std::string description;
  // Absent: the default of its priority.
  std::optional<absl::Duration> no_progress_timeout;
  std::optional<absl::Duration> minimum_retry_delay;
  // Null: defaults. Secrets included; immutable, shared with snapshots.
  std::shared_ptr<const v1::HttpOptions> http;
  // By when it should be done. InfiniteFuture: whenever.
  absl::Time needed_by = absl::InfiniteFuture();
  std::unique_ptr<DeclaredTerms> declared;  // Null: no file declares it.
  std::unique_ptr<JobExtras> extras;        // Null: none.
  // Spent in CONNECTING and TRANSFERRING, up to the newest change.
  absl::Duration download_time;
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
  // What the job's state is to be told of (job_notifier.h). Null: nothing.
  std::unique_ptr<v1::JobNotification> notification;
  std::vector<JobFile> files;
};

inline const JobExtras& ExtrasOf(const Job& job) {
  static const JobExtras* const none = new JobExtras;
  return job.extras == nullptr ? *none : *job.extras;
}

// To be changed.
inline JobExtras& MutableExtras(Job* job) {
  if (job->extras == nullptr) job->extras = std::make_unique<JobExtras>();
  return *job->extras;
}

inline bool IsFinal(v1::JobState state) {
  return state == v1::JOB_STATE_ACKNOWLEDGED ||
         state == v1::JOB_STATE_CANCELLED;
}

inline bool IsForeground(const Job& job) {
  return job.priority == v1::JOB_PRIORITY_FOREGROUND;
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
