#include "client/observer_queue.h"

#include <utility>

namespace convoy {

void ObserverQueue::Job(v1::Job job) {
  Push({Event::kJob, std::move(job), absl::OkStatus()});
}

void ObserverQueue::Synced() { Push({Event::kSynced, {}, absl::OkStatus()}); }

void ObserverQueue::Disconnected(absl::Status why) {
  Push({Event::kDisconnected, {}, std::move(why)});
}

void ObserverQueue::End(absl::Status status) {
  Push({Event::kEnd, {}, std::move(status)});
}

void ObserverQueue::Push(Event event) {
  {
    MutexLock lock(&mutex_);
    if (closed_) return;
    if (event.kind == Event::kJob) {
      const auto waiting = jobs_.find(event.job.id());
      if (waiting != jobs_.end()) {
        waiting->second->job = std::move(event.job);
        return;
      }
    }
    events_.push_back(std::move(event));
    if (events_.back().kind == Event::kJob) {
      jobs_[events_.back().job.id()] = std::prev(events_.end());
    }
    if (scheduled_) return;
    scheduled_ = true;
  }
  Schedule();
}

void ObserverQueue::Schedule() {
  executor_.Post([self = shared_from_this()] { self->DeliverOne(); });
}

void ObserverQueue::DeliverOne() {
  std::list<Event> event;
  {
    MutexLock lock(&mutex_);
    if (events_.empty()) {
      scheduled_ = false;
      return;
    }
    event.splice(event.begin(), events_, events_.begin());
    if (event.front().kind == Event::kJob) jobs_.erase(event.front().job.id());
    in_call_ = true;
  }
  Call(event.front());
  {
    MutexLock lock(&mutex_);
    in_call_ = false;
    call_ended_.NotifyAll();
    scheduled_ = !events_.empty();
    if (!scheduled_) return;
  }
  Schedule();
}

void ObserverQueue::Call(const Event& event) {
  switch (event.kind) {
    case Event::kJob:
      return observer_.OnJob(event.job);
    case Event::kSynced:
      return observer_.OnSynced();
    case Event::kDisconnected:
      return observer_.OnDisconnected(event.status);
    case Event::kEnd:
      return observer_.OnEnd(event.status);
  }
}

void ObserverQueue::Close() {
  const bool from_observer = executor_.IsCurrent();
  MutexLock lock(&mutex_);
  closed_ = true;
  events_.clear();
  jobs_.clear();
  while (in_call_ && !from_observer) call_ended_.Wait(&mutex_);
}

}  // namespace convoy
