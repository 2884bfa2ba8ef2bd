#ifndef CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_HUB_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_HUB_H_

#include <unknwn.h>
#include <wrl/client.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/background_copy/callback_target.h"
#include "client/background_copy/job_access.h"
#include "client/background_copy/job_registration.h"
#include "client/job_observer.h"
#include "client/job_watcher.h"
#include "peer/base/mutex.h"
#include "peer/base/serial_executor.h"

namespace convoy::background_copy {

class Session;

// The callbacks of a process: one watch of all jobs, whose news go to the
// registrations of jobs that have a callback, on one thread. The watch and the
// thread begin with the first registration; the watch is begun anew until the
// daemon answers.
//
// Thread-safe. Never destroyed: a callback may be running when the process
// ends.
class CallbackHub final : private JobObserver {
 public:
  explicit CallbackHub(Session& session) : session_(session) {}
  CallbackHub(const CallbackHub&) = delete;
  CallbackHub& operator=(const CallbackHub&) = delete;

  using Kind = JobRegistration::Kind;

  // Calls back for the job from now on, also for what has happened before. The
  // callback of that kind that was set before in this process is removed.
  // kEvents: the daemon waits for what the callback answers before it runs the
  // job's notify command (Job.notify_watcher). INVALID_STATE in a final state;
  // and errors of GetJob and UpdateJob.
  HRESULT Set(Kind kind, const JobAccess& job, CallbackTarget target) {
    return Set(kind, job, std::move(target), /*replaces=*/true);
  }
  // Without effect where one is set.
  HRESULT SetIfNone(Kind kind, const JobAccess& job, CallbackTarget target) {
    return Set(kind, job, std::move(target), /*replaces=*/false);
  }
  // After it has returned no call begins (JobRegistration::Remove).
  void Remove(Kind kind, const std::string& job_id);
  // The job shows itself otherwise than the daemon knows (FileStreams).
  void Refresh(const std::string& job_id);
  // The object that was set. Empty: none.
  Microsoft::WRL::ComPtr<IUnknown> Find(Kind kind, const std::string& job_id);

 private:
  using Registration = std::shared_ptr<JobRegistration>;
  using Key = std::pair<std::string, Kind>;

  HRESULT Set(Kind kind, const JobAccess& job, CallbackTarget target,
              bool replaces);

  void OnJob(const v1::Job& job) override;
  void OnSynced() override;
  void OnDisconnected(const absl::Status& why) override;
  void OnEnd(const absl::Status& status) override;

  // Makes this process the job's notify_watcher.
  HRESULT NameWatcher(const JobAccess& job) const;
  // Makes executor and watch if there are none. `all_users`: the watch must
  // see the jobs of others.
  Executor& Started(bool all_users);
  void StartWatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Tells a registration how its job is. Executor.
  void Refresh(const Registration& registration);
  void RefreshAfter(absl::Duration delay, const Registration& registration)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Removes it, if it is still the job's.
  void Finish(const Registration& registration);
  // Of any kind.
  std::vector<Registration> RegistrationsOf(const std::string& job_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Session& session_;

  Mutex mutex_;
  std::unique_ptr<SerialExecutor> executor_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<JobWatcher> watcher_ ABSL_GUARDED_BY(mutex_);
  bool all_users_ ABSL_GUARDED_BY(mutex_) = false;
  // The jobs with a registration that a new stream has given until it is
  // synced. One that it has not given came to its end meanwhile.
  bool synced_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<std::string> given_ ABSL_GUARDED_BY(mutex_);
  std::map<Key, Registration> registrations_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_HUB_H_
