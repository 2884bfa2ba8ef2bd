#ifndef CONVOY_PEER_FAKE_FILE_WORKER_H_
#define CONVOY_PEER_FAKE_FILE_WORKER_H_

#include <deque>
#include <utility>

#include "peer/base/executor.h"
#include "peer/file_worker.h"

namespace convoy {

// Runs tasks on a test's executor, or keeps them back. One thread.
class FakeFileWorker final : public FileWorker {
 public:
  // Not owned.
  explicit FakeFileWorker(Executor& executor) : executor_(executor) {}

  void Post(Task task) override {
    if (held_) {
      waiting_.push_back(std::move(task));
    } else {
      executor_.Post(std::move(task));
    }
  }
  // Tasks wait until Release.
  void Hold() { held_ = true; }
  void Release() {
    held_ = false;
    while (!waiting_.empty()) {
      executor_.Post(std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }

 private:
  Executor& executor_;
  bool held_ = false;
  std::deque<Task> waiting_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_FAKE_FILE_WORKER_H_
