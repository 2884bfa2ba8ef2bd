#ifndef CONVOY_PEER_SERIAL_FILE_WORKER_H_
#define CONVOY_PEER_SERIAL_FILE_WORKER_H_

#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "peer/base/mutex.h"
#include "peer/file_worker.h"

namespace convoy {

// Runs its tasks on another worker, one at a time and in the order in which
// they were posted: what only they touch needs no lock. Each is a task of its
// own there, so that others get their turns. Thread-safe. May be destroyed
// while tasks wait; they run all the same, unless the other worker stops.
class SerialFileWorker final : public FileWorker {
 public:
  // Not owned; must outlive the last task.
  explicit SerialFileWorker(FileWorker& worker);

  void Post(Task task) override;

 private:
  struct Queue {
    explicit Queue(FileWorker& to) : worker(to) {}
    FileWorker& worker;
    Mutex mutex;
    std::deque<Task> tasks ABSL_GUARDED_BY(mutex);
    // A call of RunOne is posted, or runs.
    bool running ABSL_GUARDED_BY(mutex) = false;
  };
  static void PostRunOne(const std::shared_ptr<Queue>& queue);
  static void RunOne(const std::shared_ptr<Queue>& queue);

  const std::shared_ptr<Queue> queue_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_SERIAL_FILE_WORKER_H_
