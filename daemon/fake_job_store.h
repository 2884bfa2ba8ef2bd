#ifndef CONVOY_DAEMON_FAKE_JOB_STORE_H_
#define CONVOY_DAEMON_FAKE_JOB_STORE_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/job.h"
#include "daemon/job_store.h"
#include "peer/base/ids.h"
#include "proto/error_detail.h"

namespace convoy {

// A JobStore in memory. What is committed outlives a manager, as a file would;
// Crash() loses what is only staged.
class FakeJobStore final : public JobStore {
 public:
  absl::Status LoadJobs(
      const std::function<void(std::unique_ptr<Job>)>& on_job) override {
    std::map<std::uint64_t, const Job*> by_sequence;
    for (const auto& [id, job] : committed_.jobs) {
      by_sequence[job->sequence] = job.get();
    }
    for (const auto& [sequence, job] : by_sequence) on_job(CopyOf(*job));
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<Job>> LoadJob(const JobId& id) override {
    if (fail_loads) return Broken();
    const auto found = committed_.jobs.find(id);
    if (found == committed_.jobs.end()) return std::unique_ptr<Job>();
    return CopyOf(*found->second);
  }

  void PutJob(const Job& job) override {
    std::shared_ptr<Job> row = CopyOf(job);
    row->files.clear();
    staged_.push_back([row](Rows& rows) {
      std::shared_ptr<Job> merged = CopyOf(*row);
      const auto found = rows.jobs.find(row->id);
      if (found != rows.jobs.end()) {
        merged->files = std::move(CopyOf(*found->second)->files);
      }
      rows.jobs[row->id] = std::move(merged);
    });
  }

  void PutFile(const JobId& id, const JobFile& file) override {
    auto row = std::make_shared<JobFile>(CopyOf(file));
    staged_.push_back([id, row](Rows& rows) {
      std::shared_ptr<Job> merged = CopyOf(*rows.jobs.at(id));
      const auto index = static_cast<std::size_t>(row->index);
      if (merged->files.size() <= index) merged->files.resize(index + 1);
      merged->files[index] = CopyOf(*row);
      rows.jobs[id] = std::move(merged);
    });
  }

  void RemoveJob(const JobId& id) override {
    staged_.push_back([id](Rows& rows) {
      rows.jobs.erase(id);
      for (auto it = rows.requests.begin(); it != rows.requests.end();) {
        it = it->second.job_id == id ? rows.requests.erase(it) : std::next(it);
      }
    });
  }

  void PutRequest(const UsedRequest& request) override {
    staged_.push_back([request](Rows& rows) {
      rows.requests[{request.uid, request.request_id}] = request;
    });
  }

  void RemoveRequestsBefore(absl::Time time) override {
    staged_.push_back([time](Rows& rows) {
      for (auto it = rows.requests.begin(); it != rows.requests.end();) {
        it = it->second.time < time ? rows.requests.erase(it) : std::next(it);
      }
    });
  }

  absl::Status Commit() override {
    const std::vector<Change> staged = std::exchange(staged_, {});
    if (may_write && !may_write()) return Broken();
    if (fail_commits > 0) {
      --fail_commits;
      return Broken();
    }
    for (const Change& change : staged) change(committed_);
    ++commits;
    if (on_commit) on_commit();
    return absl::OkStatus();
  }

  absl::Status CheckWritable() override {
    return fail_commits > 0 ? Broken() : absl::OkStatus();
  }

  absl::StatusOr<std::optional<UsedRequest>> FindRequest(
      uid_t uid, const std::string& request_id) override {
    const auto found = committed_.requests.find({uid, request_id});
    if (found == committed_.requests.end()) {
      return std::optional<UsedRequest>();
    }
    return std::optional<UsedRequest>(found->second);
  }

  // What a killed process loses.
  void Crash() { staged_.clear(); }

  // The job as committed; null if there is none.
  const Job* committed(const JobId& id) const {
    const auto found = committed_.jobs.find(id);
    return found == committed_.jobs.end() ? nullptr : found->second.get();
  }
  std::size_t job_count() const { return committed_.jobs.size(); }
  std::size_t request_count() const { return committed_.requests.size(); }

  // So many of the next commits fail.
  int fail_commits = 0;
  bool fail_loads = false;
  // Asked before each commit; false: it fails.
  std::function<bool()> may_write;
  // Commits that worked.
  int commits = 0;
  // Called after each of them.
  std::function<void()> on_commit;

 private:
  struct Rows {
    std::map<JobId, std::shared_ptr<const Job>> jobs;
    std::map<std::pair<uid_t, std::string>, UsedRequest> requests;
  };
  using Change = std::function<void(Rows&)>;

  static absl::Status Broken() {
    return Error(v1::ERROR_REASON_STORE_UNAVAILABLE,
                 v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
        .Retryable()
        .Status("the fake store fails as it was told");
  }

  static JobFile CopyOf(const JobFile& file) {
    JobFile copy;
    copy.index = file.index;
    copy.transferred = file.transferred;
    copy.completed = file.completed;
    copy.remote_url = file.remote_url;
    copy.local_path = file.local_path;
    copy.ranges = file.ranges;
    copy.mirror_urls = file.mirror_urls;
    copy.expected_size = file.expected_size;
    copy.expected_sha256 = file.expected_sha256;
    copy.client_file_id = file.client_file_id;
    copy.validated = file.validated;
    if (file.proof != nullptr) {
      copy.proof = std::make_unique<FileProof>(*file.proof);
    }
    if (file.demand != nullptr) {
      copy.demand = std::make_unique<FileDemand>(*file.demand);
    }
    copy.size = file.size;
    copy.flushed_bytes = file.flushed_bytes;
    if (file.transfer != nullptr) {
      copy.transfer = std::make_unique<FileTransferState>(*file.transfer);
    }
    return copy;
  }

  static std::unique_ptr<Job> CopyOf(const Job& job) {
    auto copy = std::make_unique<Job>();
    copy->id = job.id;
    copy->owner = job.owner;
    copy->state = job.state;
    copy->priority = job.priority;
    copy->notify_flags = job.notify_flags;
    copy->error_count = job.error_count;
    copy->attempts_without_progress = job.attempts_without_progress;
    copy->complete_when_transferred = job.complete_when_transferred;
    copy->is_private = job.is_private;
    copy->download_mode = job.download_mode;
    copy->needed_by = job.needed_by;
    if (job.declared != nullptr) {
      copy->declared = std::make_unique<DeclaredTerms>(*job.declared);
      copy->declared->hold.clear();
    }
    copy->display_name = job.display_name;
    copy->description = job.description;
    copy->no_progress_timeout = job.no_progress_timeout;
    copy->minimum_retry_delay = job.minimum_retry_delay;
    copy->http = job.http;
    if (job.extras != nullptr) {
      copy->extras = std::make_unique<JobExtras>(*job.extras);
    }
    copy->notices_due = job.notices_due;
    copy->download_time = job.download_time;
    copy->create_time = job.create_time;
    copy->modify_time = job.modify_time;
    copy->transfer_complete_time = job.transfer_complete_time;
    copy->next_retry_time = job.next_retry_time;
    copy->last_progress_time = job.last_progress_time;
    copy->revision = job.revision;
    copy->sequence = job.sequence;
    if (job.failure != nullptr) {
      copy->failure = std::make_unique<JobFailure>(*job.failure);
    }
    if (job.notification != nullptr) {
      copy->notification =
          std::make_unique<v1::JobNotification>(*job.notification);
    }
    for (const JobFile& file : job.files) copy->files.push_back(CopyOf(file));
    return copy;
  }

  Rows committed_;
  std::vector<Change> staged_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_FAKE_JOB_STORE_H_
