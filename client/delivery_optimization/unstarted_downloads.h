#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_UNSTARTED_DOWNLOADS_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_UNSTARTED_DOWNLOADS_H_

#include <wrl/client.h>

#include <set>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "client/background_copy/session.h"
#include "client/delivery_optimization/download.h"
#include "peer/base/mutex.h"

namespace convoy::delivery_optimization {

// Downloads that were made and not started: the daemon does not know them, only
// the process that made them. Thread-safe. Never destroyed.
class UnstartedDownloads {
 public:
  static UnstartedDownloads& Of(background_copy::Session& session);

  void Add(Download* download);
  void Remove(Download* download);
  // With a reference to each.
  std::vector<Microsoft::WRL::ComPtr<Download>> All();

 private:
  Mutex mutex_;
  std::set<Download*> downloads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_UNSTARTED_DOWNLOADS_H_
