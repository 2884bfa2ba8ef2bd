#include "client/delivery_optimization/download_watch.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace convoy::delivery_optimization {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(1);

// A job that leaves these states is told once more.
v1::WatchJobsRequest LivingJobs() {
  v1::WatchJobsRequest request;
  for (const v1::JobState state :
       {v1::JOB_STATE_SUSPENDED, v1::JOB_STATE_QUEUED, v1::JOB_STATE_CONNECTING,
        v1::JOB_STATE_TRANSFERRING, v1::JOB_STATE_TRANSIENT_ERROR,
        v1::JOB_STATE_ERROR, v1::JOB_STATE_TRANSFERRED}) {
    request.add_states(state);
  }
  return request;
}

}  // namespace

DownloadWatch& DownloadWatch::Of(background_copy::Session& session) {
  static Mutex& mutex = *new Mutex;
  static auto& watches =
      *new std::map<background_copy::Session*, DownloadWatch*>;
  MutexLock lock(&mutex);
  DownloadWatch*& watch = watches[&session];
  if (watch == nullptr) watch = new DownloadWatch(session);
  return *watch;
}

void DownloadWatch::Add(const std::string& job_id, WatchedDownload* download) {
  {
    MutexLock lock(&mutex_);
    std::vector<WatchedDownload*>& all = downloads_[job_id];
    if (std::find(all.begin(), all.end(), download) == all.end()) {
      all.push_back(download);
    }
  }
  Refresh(job_id);
}

void DownloadWatch::Remove(const std::string& job_id,
                           WatchedDownload* download) {
  MutexLock lock(&mutex_);
  const auto found = downloads_.find(job_id);
  if (found == downloads_.end()) return;
  std::vector<WatchedDownload*>& all = found->second;
  all.erase(std::remove(all.begin(), all.end(), download), all.end());
  if (all.empty()) downloads_.erase(found);
}

void DownloadWatch::Refresh(const std::string& job_id) {
  MutexLock lock(&mutex_);
  Started().Post([this, job_id] {
    const absl::StatusOr<v1::Job> job = session_.client().GetJob(job_id);
    // Without an answer the watch tells it later.
    if (job.ok()) Tell(*job);
  });
}

bool DownloadWatch::IsCurrent() {
  MutexLock lock(&mutex_);
  return executor_ != nullptr && executor_->IsCurrent();
}

SerialExecutor& DownloadWatch::Started() {
  if (executor_ == nullptr) {
    executor_ = std::make_unique<SerialExecutor>("do-callbacks");
    StartWatch();
  }
  return *executor_;
}

void DownloadWatch::StartWatch() {
  WatchOptions options;
  options.executor = executor_.get();
  watcher_ = JobWatcher::WatchJobs(session_.client().options(), LivingJobs(),
                                   *this, options);
}

void DownloadWatch::OnJob(const v1::Job& job) { Tell(job); }

// After the daemon was away: those that ended meanwhile are not told.
void DownloadWatch::OnSynced() {
  std::vector<std::string> ids;
  {
    MutexLock lock(&mutex_);
    if (!std::exchange(was_synced_, true)) return;
    for (const auto& [id, downloads] : downloads_) ids.push_back(id);
  }
  for (const std::string& id : ids) Refresh(id);
}

// The watch does not end while the daemon is only away; it does if it cannot be
// begun. A watcher is not destroyed in its own call.
void DownloadWatch::OnEnd(const absl::Status&) {
  MutexLock lock(&mutex_);
  executor_->PostAfter(kRetry, [this] {
    std::unique_ptr<JobWatcher> ended;
    MutexLock relock(&mutex_);
    ended = std::move(watcher_);
    StartWatch();
  });
}

void DownloadWatch::Tell(const v1::Job& job) {
  std::vector<WatchedDownload*> told;
  {
    MutexLock lock(&mutex_);
    const auto found = downloads_.find(job.id());
    if (found == downloads_.end()) return;
    for (WatchedDownload* download : found->second) {
      if (download->TryAddRef()) told.push_back(download);
    }
  }
  for (WatchedDownload* download : told) {
    download->Observe(job);
    download->ReleaseRef();
  }
}

}  // namespace convoy::delivery_optimization
