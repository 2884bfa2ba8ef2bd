#include "client/background_copy/job_registration.h"

#include <utility>

#include "client/background_copy/hresult.h"

namespace convoy::background_copy {

using Microsoft::WRL::ComPtr;

JobRegistration::JobRegistration(JobAccess job, CallbackTarget target,
                                 Executor& executor,
                                 std::function<void()> on_finished)
    : job_(std::move(job)),
      executor_(executor),
      on_finished_(std::move(on_finished)),
      target_(std::move(target)) {}

void JobRegistration::Offer(v1::Job job) {
  MutexLock lock(&mutex_);
  if (removed_) return;
  news_ = std::move(job);
  if (scheduled_) return;
  scheduled_ = true;
  executor_.Post([self = shared_from_this()] { self->Run(); });
}

void JobRegistration::Remove() {
  CallbackTarget released;
  MutexLock lock(&mutex_);
  removed_ = true;
  if (!executor_.IsCurrent()) {
    const absl::Duration end = clock_.Monotonic() + kLongestWait;
    ++waiting_;
    while (in_call_ && clock_.Monotonic() < end) {
      call_ended_.WaitFor(&mutex_, end - clock_.Monotonic());
    }
    --waiting_;
  }
  // Else the call releases it. `released` goes after the lock has.
  if (!in_call_) released = std::exchange(target_, {});
}

ComPtr<IUnknown> JobRegistration::object() {
  MutexLock lock(&mutex_);
  return removed_ ? ComPtr<IUnknown>() : target_.object;
}

void JobRegistration::Run() {
  std::optional<v1::Job> news;
  {
    MutexLock lock(&mutex_);
    scheduled_ = false;
    if (removed_) return;
    news = std::exchange(news_, std::nullopt);
  }
  Work(std::move(news));
}

std::optional<CallbackTarget> JobRegistration::BeginCall() {
  MutexLock lock(&mutex_);
  if (removed_) return std::nullopt;
  in_call_ = true;
  return target_;
}

void JobRegistration::EndCall() {
  CallbackTarget released;
  MutexLock lock(&mutex_);
  in_call_ = false;
  // Who waits in Remove releases it before it returns.
  if (removed_ && waiting_ == 0) released = std::exchange(target_, {});
  call_ended_.NotifyAll();
}

bool JobRegistration::removed() {
  MutexLock lock(&mutex_);
  return removed_;
}

void JobRegistration::PutBack(v1::Job news) {
  MutexLock lock(&mutex_);
  if (!news_.has_value()) news_ = std::move(news);
}

void JobRegistration::RunAfter(absl::Duration delay) {
  executor_.PostAfter(delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Run();
  });
}

bool IsAway(HRESULT result) {
  return result == kServerUnavailable || result == kTimeout;
}

}  // namespace convoy::background_copy
