#include "client/delivery_optimization/unstarted_downloads.h"

#include <map>

namespace convoy::delivery_optimization {

using Microsoft::WRL::ComPtr;

UnstartedDownloads& UnstartedDownloads::Of(background_copy::Session& session) {
  static Mutex& mutex = *new Mutex;
  static auto& all =
      *new std::map<background_copy::Session*, UnstartedDownloads*>;
  MutexLock lock(&mutex);
  UnstartedDownloads*& found = all[&session];
  if (found == nullptr) found = new UnstartedDownloads;
  return *found;
}

void UnstartedDownloads::Add(Download* download) {
  MutexLock lock(&mutex_);
  downloads_.insert(download);
}

void UnstartedDownloads::Remove(Download* download) {
  MutexLock lock(&mutex_);
  downloads_.erase(download);
}

std::vector<ComPtr<Download>> UnstartedDownloads::All() {
  std::vector<ComPtr<Download>> all;
  MutexLock lock(&mutex_);
  for (Download* const download : downloads_) {
    // One whose last reference is gone waits for the lock to leave.
    if (download->TryAddRef()) all.emplace_back().Attach(download);
  }
  return all;
}

}  // namespace convoy::delivery_optimization
