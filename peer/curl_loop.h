#ifndef CONVOY_PEER_CURL_LOOP_H_
#define CONVOY_PEER_CURL_LOOP_H_

#include <deque>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/delay_histogram.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"
#include "peer/base/timer_queue.h"

namespace convoy {

// A libcurl transfer that a CurlLoop drives.
class CurlTransfer {
 public:
  // The transfer ended with `curl_code` (a CURLcode) and is no more in the
  // loop. On the loop's thread, outside of libcurl.
  virtual void OnTransferDone(int curl_code) = 0;

 protected:
  ~CurlTransfer() = default;
};

// An Executor whose thread also moves the bytes of all libcurl transfers: one
// multi handle, asleep in curl_multi_poll while there is nothing to do. Must
// not be destroyed on its own thread.
//
// libcurl calls back from inside the loop. Tasks run outside of libcurl: what
// may not be done in a callback (adding and removing transfers) is posted.
class CurlLoop final : public Executor {
 public:
  // Starts the thread.
  explicit CurlLoop(const Clock& clock);
  // Calls Stop(). REQUIRES: every transfer was removed or is done.
  ~CurlLoop() override;
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  // Runs what is already posted (not timers), then ends the thread. What these
  // tasks post is dropped. Transfers stand still from then on. Can be called
  // again.
  void Stop();

  void Post(Task task) override;
  TimerId PostAfter(absl::Duration delay, Task task) override;
  void CancelTimer(TimerId id) override;
  bool IsCurrent() const override;

  // Begins a transfer: `easy` is a CURL*. Neither is owned; both must live
  // until OnTransferDone or Remove. False: out of memory, nothing was begun.
  // REQUIRES: in a task.
  bool Add(void* easy, CurlTransfer* transfer);
  // Takes a transfer out before its end. REQUIRES: in a task, or Stop() has
  // returned.
  void Remove(void* easy);

  // How long posted tasks waited for the thread. Any thread.
  const DelayHistogram& delays() const { return delays_; }

 private:
  struct Posted {
    Task task;
    absl::Duration since;  // Monotonic.
  };

  void Run();
  // Runs the tasks that were there at the call, and due timers. False: stopped,
  // and nothing is left.
  bool RunTasks();
  void ReportDoneTransfers();
  // How long the thread may sleep.
  int PollTimeoutMs();
  void Wake();

  const Clock& clock_;
  void* const multi_;  // CURLM*
  DelayHistogram delays_;

  Mutex mutex_;
  std::deque<Posted> tasks_ ABSL_GUARDED_BY(mutex_);
  TimerQueue timers_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // Last: starts when all else is there.
};

}  // namespace convoy

#endif  // CONVOY_PEER_CURL_LOOP_H_
