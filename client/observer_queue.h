#ifndef CONVOY_CLIENT_OBSERVER_QUEUE_H_
#define CONVOY_CLIENT_OBSERVER_QUEUE_H_

#include <list>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "client/job_observer.h"
#include "convoy/v1/job.pb.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"

namespace convoy {

// Hands a watcher's news to its observer, on an executor. A slow observer gets
// the newest snapshot of a job, not all. Thread-safe.
class ObserverQueue : public std::enable_shared_from_this<ObserverQueue> {
 public:
  // Neither is owned; both must live until Close().
  ObserverQueue(JobObserver& observer, Executor& executor)
      : observer_(observer), executor_(executor) {}

  void Job(v1::Job job);
  void Synced();
  void Disconnected(absl::Status why);
  void End(absl::Status status);

  // The observer is not called any more once this has returned. From one of its
  // own calls: after that call.
  void Close();

 private:
  struct Event {
    enum Kind { kJob, kSynced, kDisconnected, kEnd };
    Kind kind;
    v1::Job job;
    absl::Status status;
  };

  void Push(Event event);
  // Posts DeliverOne.
  void Schedule();
  void DeliverOne();
  void Call(const Event& event);

  JobObserver& observer_;
  Executor& executor_;

  Mutex mutex_;
  CondVar call_ended_;
  std::list<Event> events_ ABSL_GUARDED_BY(mutex_);
  // The waiting snapshot of each job, by id.
  absl::flat_hash_map<std::string, std::list<Event>::iterator> jobs_
      ABSL_GUARDED_BY(mutex_);
  bool scheduled_ ABSL_GUARDED_BY(mutex_) = false;
  bool in_call_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_OBSERVER_QUEUE_H_
