#ifndef CONVOY_PEER_FILE_WORKER_H_
#define CONVOY_PEER_FILE_WORKER_H_

#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "peer/base/mutex.h"

namespace convoy {

// Where disk work runs that would make the network wait: flushing, hashing,
// copying. Tasks run in any order, several at a time.
class FileWorker {
 public:
  using Task = absl::AnyInvocable<void() &&>;

  virtual ~FileWorker() = default;

  // Runs `task` later; never from inside this call. Any thread.
  virtual void Post(Task task) = 0;
};

// Threads that are made when they are first needed.
class FileWorkerPool final : public FileWorker {
 public:
  explicit FileWorkerPool(int max_threads) : max_threads_(max_threads) {}
  // Drops what has not begun, waits for what has. Not on one of its threads.
  ~FileWorkerPool() override;
  FileWorkerPool(const FileWorkerPool&) = delete;
  FileWorkerPool& operator=(const FileWorkerPool&) = delete;

  void Post(Task task) override;

 private:
  void Run();

  const int max_threads_;

  Mutex mutex_;
  CondVar wake_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  int idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace convoy

#endif  // CONVOY_PEER_FILE_WORKER_H_
