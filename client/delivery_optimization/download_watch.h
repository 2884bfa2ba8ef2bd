#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_WATCH_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_WATCH_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "client/background_copy/session.h"
#include "client/job_observer.h"
#include "client/job_watcher.h"
#include "peer/base/mutex.h"
#include "peer/base/serial_executor.h"

namespace convoy::delivery_optimization {

// Who is told of a download's job.
class WatchedDownload {
 public:
  // Adds a reference; false if the last one is gone already.
  virtual bool TryAddRef() = 0;
  virtual void ReleaseRef() = 0;
  // News, perhaps old. On the watch's thread, without a lock.
  virtual void Observe(const v1::Job& job) = 0;

 protected:
  ~WatchedDownload() = default;
};

// News of all downloads of a process: one watch of the user's living jobs, told
// on one thread. Both begin with the first download that is added; a daemon
// that does not answer is asked again.
//
// Thread-safe. Never destroyed: a callback may be running when the process
// ends.
class DownloadWatch final : private JobObserver {
 public:
  static DownloadWatch& Of(background_copy::Session& session);

  // Tells the download from now on, and how the job is now. Again: only tells.
  void Add(const std::string& job_id, WatchedDownload* download);
  // REQUIRES: a reference, or being in the destructor. No call begins
  // afterwards.
  void Remove(const std::string& job_id, WatchedDownload* download);
  // Tells how the job is now.
  void Refresh(const std::string& job_id);
  // On the thread of the callbacks.
  bool IsCurrent();

 private:
  explicit DownloadWatch(background_copy::Session& session)
      : session_(session) {}

  void OnJob(const v1::Job& job) override;
  void OnSynced() override;
  void OnEnd(const absl::Status& status) override;
  void Tell(const v1::Job& job);
  SerialExecutor& Started() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StartWatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  background_copy::Session& session_;
  Mutex mutex_;
  std::unique_ptr<SerialExecutor> executor_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<JobWatcher> watcher_ ABSL_GUARDED_BY(mutex_);
  bool was_synced_ ABSL_GUARDED_BY(mutex_) = false;
  // Many objects may stand for one job.
  absl::flat_hash_map<std::string, std::vector<WatchedDownload*>> downloads_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_WATCH_H_
