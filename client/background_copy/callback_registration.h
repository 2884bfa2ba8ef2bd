#ifndef CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_REGISTRATION_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_REGISTRATION_H_

#include <unknwn.h>
#include <wrl/client.h>

#include <functional>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "client/background_copy/callback_target.h"
#include "client/background_copy/job_access.h"
#include "client/background_copy/job_events.h"
#include "convoy/v1/job.pb.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"

namespace convoy::background_copy {

// One job's callback object, and what it still has to be told. Calls are made
// on the executor, in the order of the events, without a lock; one that
// answers neither S_OK nor E_NOTIMPL is made again after a pause.
//
// Thread-safe. Made as a shared_ptr.
class CallbackRegistration
    : public std::enable_shared_from_this<CallbackRegistration>,
      private JobEvents::Files {
 public:
  // `on_finished` is called on the executor when the job has come to its end
  // and all has been told.
  CallbackRegistration(JobAccess job, CallbackTarget target, Executor& executor,
                       std::function<void()> on_finished);

  const JobAccess& job() const { return job_; }

  // News of the job. A slow callback gets the newest only.
  void Offer(v1::Job job);

  // Ends the calls and releases the object. A call that is being made is waited
  // for, but not longer than kLongestWait (it may wait for a lock that the
  // caller holds), and not on the executor (it may be the call itself); the
  // object is released when it is over.
  void Remove();
  static constexpr absl::Duration kLongestWait = absl::Seconds(5);

  // Empty once removed.
  Microsoft::WRL::ComPtr<IUnknown> object();

 private:
  // The tasks of the executor.
  void Run();
  // Keeps `news` for another try, if none has come since.
  void PutBack(v1::Job news);
  void Deliver();
  HRESULT Call(const JobEvent& event, const CallbackTarget& target);
  // Runs again later.
  void RunAfter(absl::Duration delay);
  bool ModificationIsDue(const v1::Job& job);

  std::optional<std::vector<v1::JobFile>> List() override;
  std::optional<std::vector<v1::FileRange>> Filled(int index) override;

  const JobAccess job_;
  Executor& executor_;
  const std::function<void()> on_finished_;
  const RealClock clock_;

  // Executor only.
  JobEvents events_;
  absl::Duration pause_;
  std::optional<absl::Duration> try_again_at_;  // Monotonic.
  std::optional<absl::Duration> modified_at_;   // Monotonic.

  Mutex mutex_;
  CondVar call_ended_;
  CallbackTarget target_ ABSL_GUARDED_BY(mutex_);
  std::optional<v1::Job> news_ ABSL_GUARDED_BY(mutex_);
  bool scheduled_ ABSL_GUARDED_BY(mutex_) = false;
  bool in_call_ ABSL_GUARDED_BY(mutex_) = false;
  bool removed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_REGISTRATION_H_
