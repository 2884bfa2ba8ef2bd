#ifndef CONVOY_DAEMON_FILE_WORK_H_
#define CONVOY_DAEMON_FILE_WORK_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "peer/base/executor.h"

namespace convoy {

// Blocking file-system work: runs on the files executor, in the order given,
// and comes back to the control executor with its result.
//
// Belongs to the control executor. Results that come back after its end are
// dropped.
class FileWork {
 public:
  FileWork(Executor& control, Executor& files_executor)
      : control_(control),
        files_executor_(files_executor),
        self_(std::make_shared<FileWork*>(this)) {}
  FileWork(const FileWork&) = delete;
  FileWork& operator=(const FileWork&) = delete;

  // `work` must not touch what belongs to the control executor.
  template <typename T>
  void Run(absl::AnyInvocable<T() &&> work,
           absl::AnyInvocable<void(T) &&> then) {
    ++in_flight_;
    files_executor_.Post(
        [control = &control_, self = std::weak_ptr<FileWork*>(self_),
         work = std::move(work), then = std::move(then)]() mutable {
          control->Post([self = std::move(self), then = std::move(then),
                         result = std::move(work)()]() mutable {
            const std::shared_ptr<FileWork*> alive = self.lock();
            if (alive == nullptr) return;
            std::move(then)(std::move(result));
            (*alive)->OnDone();
          });
        });
  }

  // Calls `then` when no work is left; from inside if there is none now.
  void WhenIdle(absl::AnyInvocable<void() &&> then) {
    waiting_.push_back(std::move(then));
    CallWaiting();
  }

 private:
  void OnDone() {
    --in_flight_;
    CallWaiting();
  }
  void CallWaiting() {
    if (in_flight_ > 0) return;
    for (auto& then : std::exchange(waiting_, {})) std::move(then)();
  }

  Executor& control_;
  Executor& files_executor_;
  int in_flight_ = 0;
  std::vector<absl::AnyInvocable<void() &&>> waiting_;
  std::shared_ptr<FileWork*> self_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_FILE_WORK_H_
