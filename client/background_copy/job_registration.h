#ifndef CONVOY_CLIENT_BACKGROUND_COPY_JOB_REGISTRATION_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_JOB_REGISTRATION_H_

#include <unknwn.h>
#include <wrl/client.h>

#include <functional>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "client/background_copy/callback_target.h"
#include "client/background_copy/job_access.h"
#include "convoy/v1/job.pb.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"

namespace convoy::background_copy {

// A job's object of the program, which is called on the executor when there is
// news of the job. A base: what is called when, derived classes say.
//
// Thread-safe. Made as a shared_ptr.
class JobRegistration : public std::enable_shared_from_this<JobRegistration> {
 public:
  // Which object of the job: a job has at most one of each.
  enum class Kind { kEvents, kCertificates };

  virtual ~JobRegistration() = default;
  JobRegistration(const JobRegistration&) = delete;
  JobRegistration& operator=(const JobRegistration&) = delete;

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

 protected:
  // `on_finished` is called on the executor when the job has come to its end
  // and all has been told.
  JobRegistration(JobAccess job, CallbackTarget target, Executor& executor,
                  std::function<void()> on_finished);

  // A task of the executor. Nothing: the time of RunAfter has come.
  virtual void Work(std::optional<v1::Job> news) = 0;

  // A call begins, without a lock. Nothing: removed. EndCall follows.
  std::optional<CallbackTarget> BeginCall();
  // REQUIRES: what BeginCall gave is released.
  void EndCall();
  bool removed();

  // Keeps `news` for another try, if none has come since.
  void PutBack(v1::Job news);
  // Works again later.
  void RunAfter(absl::Duration delay);
  void Finish() { on_finished_(); }

  const JobAccess job_;
  const RealClock clock_;

 private:
  void Run();

  Executor& executor_;
  const std::function<void()> on_finished_;

  Mutex mutex_;
  CondVar call_ended_;
  CallbackTarget target_ ABSL_GUARDED_BY(mutex_);
  std::optional<v1::Job> news_ ABSL_GUARDED_BY(mutex_);
  bool scheduled_ ABSL_GUARDED_BY(mutex_) = false;
  bool in_call_ ABSL_GUARDED_BY(mutex_) = false;
  bool removed_ ABSL_GUARDED_BY(mutex_) = false;
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The daemon may answer later.
bool IsAway(HRESULT result);
// Before it is asked again.
inline constexpr absl::Duration kAskAgain = absl::Seconds(1);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_JOB_REGISTRATION_H_
