#ifndef CONVOY_PEER_BASE_TIMER_QUEUE_H_
#define CONVOY_PEER_BASE_TIMER_QUEUE_H_

#include <map>
#include <unordered_map>
#include <utility>

#include "absl/time/time.h"
#include "peer/base/executor.h"

namespace convoy {

// The timers of an executor, by due time. Not thread-safe: its owner locks.
class TimerQueue {
 public:
  Executor::TimerId Add(absl::Duration due, Executor::Task task) {
    const Executor::TimerId id = ++last_id_;
    const auto where =
        by_due_.emplace(std::make_pair(due, id), std::move(task));
    by_id_.emplace(id, where.first);
    return id;
  }

  // The timer's task, which is destroyed by the caller (outside its lock); an
  // empty task if there is no such timer.
  Executor::Task Remove(Executor::TimerId id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return nullptr;
    Executor::Task task = std::move(found->second->second);
    by_due_.erase(found->second);
    by_id_.erase(found);
    return task;
  }

  bool empty() const { return by_due_.empty(); }
  // REQUIRES: !empty().
  absl::Duration NextDue() const { return by_due_.begin()->first.first; }

  // The first task that is due at `now`; an empty one if none is.
  Executor::Task PopDue(absl::Duration now) {
    if (by_due_.empty() || NextDue() > now) return nullptr;
    return Remove(by_due_.begin()->first.second);
  }

 private:
  using ByDue =
      std::map<std::pair<absl::Duration, Executor::TimerId>, Executor::Task>;
  Executor::TimerId last_id_ = 0;
  ByDue by_due_;
  std::unordered_map<Executor::TimerId, ByDue::iterator> by_id_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_TIMER_QUEUE_H_
