#ifndef CONVOY_CLIENT_CLI_NEWS_BOX_H_
#define CONVOY_CLIENT_CLI_NEWS_BOX_H_

#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/job_observer.h"
#include "convoy/v1/job.pb.h"
#include "peer/base/mutex.h"

namespace convoy {

// What came since the last look.
struct News {
  std::vector<v1::Job> jobs;
  bool synced = false;
  // Why the connection was lost.
  std::optional<absl::Status> lost;
  // How the watch ended.
  std::optional<absl::Status> end;
};

// Keeps what a watcher sees until the main thread asks for it. Thread-safe.
class NewsBox final : public JobObserver {
 public:
  // Waits for news, at most for `timeout`.
  News Take(absl::Duration timeout);

  void OnJob(const v1::Job& job) override;
  void OnSynced() override;
  void OnDisconnected(const absl::Status& why) override;
  void OnEnd(const absl::Status& status) override;

 private:
  Mutex mutex_;
  CondVar arrived_;
  bool any_ ABSL_GUARDED_BY(mutex_) = false;
  News news_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_NEWS_BOX_H_
