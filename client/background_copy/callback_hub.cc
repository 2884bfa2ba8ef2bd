#include "client/background_copy/callback_hub.h"

#include <unistd.h>

#include <utility>

#include "client/background_copy/callback_registration.h"
#include "client/background_copy/certificate_registration.h"
#include "client/background_copy/session.h"
#include "client/job_watcher.h"

namespace convoy::background_copy {
namespace {

using Microsoft::WRL::ComPtr;

}  // namespace

HRESULT CallbackHub::Set(Kind kind, const JobAccess& job, CallbackTarget target,
                         bool replaces) {
  v1::Job now;
  const HRESULT read = job.Read(&now);
  if (FAILED(read)) return read;
  if (IsFinalState(now.state())) return job.flavour().invalid_state;
  if (!replaces && Find(kind, job.id()) != nullptr) return S_OK;
  if (kind == Kind::kEvents) {
    const HRESULT named = NameWatcher(job);
    if (FAILED(named)) return named;
  }

  Executor& executor = Started(now.owner().uid() != geteuid());
  const auto self = std::make_shared<std::weak_ptr<JobRegistration>>();
  const auto on_finished = [this, self] { Finish(self->lock()); };
  Registration registration;
  if (kind == Kind::kEvents) {
    registration = std::make_shared<CallbackRegistration>(
        job, std::move(target), executor, on_finished);
  } else {
    registration = std::make_shared<CertificateRegistration>(
        job, std::move(target), executor, on_finished);
  }
  *self = registration;
  Registration old = registration;
  {
    MutexLock lock(&mutex_);
    Registration& set = registrations_[{job.id(), kind}];
    if (set != nullptr && !replaces) return S_OK;
    std::swap(set, old);
  }
  if (old != nullptr) old->Remove();
  // What happened before the registration was there, the watch does not tell.
  executor.Post([this, registration] { Refresh(registration); });
  return S_OK;
}

HRESULT CallbackHub::NameWatcher(const JobAccess& job) const {
  v1::Job named;
  named.set_notify_watcher(session_.watcher_id());
  return job.Set({"notify_watcher"}, std::move(named));
}

void CallbackHub::Remove(Kind kind, const std::string& job_id) {
  Registration old;
  {
    MutexLock lock(&mutex_);
    const auto found = registrations_.find({job_id, kind});
    if (found == registrations_.end()) return;
    old = std::move(found->second);
    registrations_.erase(found);
  }
  old->Remove();
}

ComPtr<IUnknown> CallbackHub::Find(Kind kind, const std::string& job_id) {
  Registration registration;
  {
    MutexLock lock(&mutex_);
    const auto found = registrations_.find({job_id, kind});
    if (found == registrations_.end()) return {};
    registration = found->second;
  }
  return registration->object();
}

std::vector<CallbackHub::Registration> CallbackHub::RegistrationsOf(
    const std::string& job_id) {
  std::vector<Registration> all;
  for (const Kind kind : {Kind::kEvents, Kind::kCertificates}) {
    const auto found = registrations_.find({job_id, kind});
    if (found != registrations_.end()) all.push_back(found->second);
  }
  return all;
}

Executor& CallbackHub::Started(bool all_users) {
  std::unique_ptr<JobWatcher> old;  // Goes without the lock.
  MutexLock lock(&mutex_);
  if (executor_ == nullptr) {
    executor_ = std::make_unique<SerialExecutor>("convoy-callback");
  }
  if (watcher_ == nullptr || (all_users && !all_users_)) {
    all_users_ = all_users_ || all_users;
    old = std::move(watcher_);
    StartWatch();
  }
  return *executor_;
}

void CallbackHub::StartWatch() {
  synced_ = false;
  given_.clear();
  // Jobs in a final state are given once, when they enter it: not the history.
  v1::WatchJobsRequest request;
  for (const v1::JobState state :
       {v1::JOB_STATE_SUSPENDED, v1::JOB_STATE_QUEUED, v1::JOB_STATE_CONNECTING,
        v1::JOB_STATE_TRANSFERRING, v1::JOB_STATE_TRANSIENT_ERROR,
        v1::JOB_STATE_ERROR, v1::JOB_STATE_TRANSFERRED}) {
    request.add_states(state);
  }
  request.set_all_users(all_users_);
  request.set_watcher_id(session_.watcher_id());
  WatchOptions options;
  options.executor = executor_.get();
  watcher_ = JobWatcher::WatchJobs(session_.client().options(),
                                   std::move(request), *this, options);
}

void CallbackHub::OnJob(const v1::Job& job) {
  std::vector<Registration> registrations;
  {
    MutexLock lock(&mutex_);
    registrations = RegistrationsOf(job.id());
    if (registrations.empty()) return;
    if (!synced_) given_.insert(job.id());
  }
  v1::Job shown = job;
  session_.streams().Show(&shown);
  for (const Registration& registration : registrations) {
    registration->Offer(shown);
  }
}

void CallbackHub::Refresh(const std::string& job_id) {
  MutexLock lock(&mutex_);
  for (const Registration& registration : RegistrationsOf(job_id)) {
    RefreshAfter(absl::ZeroDuration(), registration);
  }
}

void CallbackHub::OnSynced() {
  MutexLock lock(&mutex_);
  synced_ = true;
  for (const auto& [key, registration] : registrations_) {
    if (given_.contains(key.first)) continue;
    RefreshAfter(absl::ZeroDuration(), registration);
  }
  given_.clear();
}

void CallbackHub::OnDisconnected(const absl::Status&) {
  MutexLock lock(&mutex_);
  synced_ = false;
  given_.clear();
}

// The daemon was away when the watch began, or refused it. A watch that was
// replaced ends too (CANCELLED).
void CallbackHub::OnEnd(const absl::Status& status) {
  if (absl::IsCancelled(status)) return;
  MutexLock lock(&mutex_);
  executor_->PostAfter(kAskAgain, [this] {
    std::unique_ptr<JobWatcher> old;
    MutexLock relock(&mutex_);
    old = std::move(watcher_);
    StartWatch();
  });
}

void CallbackHub::Refresh(const Registration& registration) {
  const JobAccess& job = registration->job();
  v1::Job now;
  const HRESULT read = job.Read(&now);
  if (SUCCEEDED(read)) return registration->Offer(std::move(now));
  // A job that is gone has nothing to tell; a daemon may come back.
  if (read == job.flavour().not_found) return Finish(registration);
  MutexLock lock(&mutex_);
  for (const Registration& one : RegistrationsOf(job.id())) {
    if (one == registration) RefreshAfter(kAskAgain, registration);
  }
}

void CallbackHub::RefreshAfter(absl::Duration delay,
                               const Registration& registration) {
  executor_->PostAfter(delay, [this, registration] { Refresh(registration); });
}

void CallbackHub::Finish(const Registration& registration) {
  if (registration == nullptr) return;
  {
    MutexLock lock(&mutex_);
    for (const Kind kind : {Kind::kEvents, Kind::kCertificates}) {
      const auto found = registrations_.find({registration->job().id(), kind});
      if (found != registrations_.end() && found->second == registration) {
        registrations_.erase(found);
      }
    }
  }
  registration->Remove();
}

}  // namespace convoy::background_copy
