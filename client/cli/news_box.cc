#include "client/cli/news_box.h"

#include <utility>

namespace convoy {

News NewsBox::Take(absl::Duration timeout) {
  MutexLock lock(&mutex_);
  // May wake early: then there is no news, as after the timeout.
  if (!any_) arrived_.WaitFor(&mutex_, timeout);
  any_ = false;
  return std::exchange(news_, {});
}

void NewsBox::OnJob(const v1::Job& job) {
  MutexLock lock(&mutex_);
  news_.jobs.push_back(job);
  any_ = true;
  arrived_.NotifyAll();
}

void NewsBox::OnSynced() {
  MutexLock lock(&mutex_);
  news_.synced = true;
  any_ = true;
  arrived_.NotifyAll();
}

void NewsBox::OnDisconnected(const absl::Status& why) {
  MutexLock lock(&mutex_);
  news_.lost = why;
  any_ = true;
  arrived_.NotifyAll();
}

void NewsBox::OnEnd(const absl::Status& status) {
  MutexLock lock(&mutex_);
  news_.end = status;
  any_ = true;
  arrived_.NotifyAll();
}

}  // namespace convoy
