#include "client/background_copy/callback_registration.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "client/background_copy/copy_error.h"
#include "client/background_copy/file.h"
#include "client/background_copy/file_ranges.h"
#include "client/background_copy/hresult.h"
#include "client/background_copy/job.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/session.h"

namespace convoy::background_copy {
namespace {

using Microsoft::WRL::ComPtr;

// Before a call is made again; doubles.
constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Seconds(60);

}  // namespace

CallbackRegistration::CallbackRegistration(JobAccess job, CallbackTarget target,
                                           Executor& executor,
                                           std::function<void()> on_finished)
    : JobRegistration(std::move(job), std::move(target), executor,
                      std::move(on_finished)),
      pause_(kFirstPause) {}

void CallbackRegistration::Work(std::optional<v1::Job> news) {
  if (!news.has_value()) news = events_.last();
  if (news.has_value() &&
      !events_.Observe(*news, ModificationIsDue(*news), *this)) {
    PutBack(*std::move(news));
    RunAfter(kAskAgain);
  }
  if (untold_.has_value()) {
    const auto [notification, taken] = *std::exchange(untold_, std::nullopt);
    TellDaemon(notification, taken);
  }
  DropWhatIsDelivered();
  if (events_.empty()) {
    // What failed is not to be told any more.
    try_again_at_.reset();
    pause_ = kFirstPause;
  }
  Deliver();
}

void CallbackRegistration::Deliver() {
  while (!events_.empty()) {
    if (try_again_at_.has_value() && clock_.Monotonic() < *try_again_at_) {
      return;
    }
    std::optional<CallbackTarget> target = BeginCall();
    if (!target.has_value()) return;
    const JobEvent event = events_.front();
    const HRESULT result = Call(event, *target);
    target.reset();
    EndCall();
    if (event.kind == JobEvent::Kind::kModification) {
      modified_at_ = clock_.Monotonic();
    }
    if (event.notification != 0) {
      TellDaemon(event.notification, /*taken=*/result == S_OK);
    }
    if (result != S_OK) {
      try_again_at_ = clock_.Monotonic() + pause_;
      RunAfter(pause_);
      pause_ = std::min(2 * pause_, kLongestPause);
      return;
    }
    try_again_at_.reset();
    pause_ = kFirstPause;
    events_.Pop();
  }
  if (events_.finished()) Finish();
}

void CallbackRegistration::DropWhatIsDelivered() {
  if (!try_again_at_.has_value() || events_.empty()) return;
  const std::int64_t failed = events_.front().notification;
  const v1::JobNotification& newest = events_.last()->notification();
  if (failed == 0 || newest.number() != failed || !newest.delivered()) return;
  events_.Pop();
  try_again_at_.reset();
  pause_ = kFirstPause;
}

void CallbackRegistration::TellDaemon(std::int64_t notification, bool taken) {
  v1::AnswerNotificationRequest request;
  request.set_job_id(job_.id());
  request.set_number(notification);
  request.set_watcher_id(job_.session().watcher_id());
  request.set_taken(taken);
  const absl::Status told = job_.client().AnswerNotification(request).status();
  if (IsAway(job_.Code(told))) untold_ = {notification, taken};
}

HRESULT CallbackRegistration::Call(const JobEvent& event,
                                   const CallbackTarget& target) {
  ComPtr<IBackgroundCopyJob5> job;
  job.Attach(new BackgroundCopyJob(job_));
  const MessageRedirect redirect(target.messages);
  switch (event.kind) {
    case JobEvent::Kind::kTransferred:
      return target.callback->JobTransferred(job.Get());
    case JobEvent::Kind::kError: {
      ComPtr<IBackgroundCopyError> error;
      error.Attach(new CopyError(job_, event.error));
      return target.callback->JobError(job.Get(), error.Get());
    }
    case JobEvent::Kind::kModification:
      return target.callback->JobModification(job.Get(), 0);
    case JobEvent::Kind::kFileTransferred: {
      if (target.callback2 == nullptr) return S_OK;
      ComPtr<IBackgroundCopyFile> file;
      file.Attach(new BackgroundCopyFile(job_, event.file));
      return target.callback2->FileTransferred(job.Get(), file.Get());
    }
    case JobEvent::Kind::kFileRangesTransferred: {
      if (target.callback3 == nullptr) return S_OK;
      ComPtr<IBackgroundCopyFile> file;
      file.Attach(new BackgroundCopyFile(job_, event.file));
      const std::vector<BG_FILE_RANGE> ranges = CopyRangesOf(event.ranges);
      return target.callback3->FileRangesTransferred(
          job.Get(), file.Get(), static_cast<DWORD>(ranges.size()),
          ranges.data());
    }
  }
  return S_OK;
}

// By BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS.
bool CallbackRegistration::ModificationIsDue(const v1::Job& job) {
  const absl::Duration interval =
      absl::Milliseconds(NumberNote(job, kNotificationIntervalNote, 0));
  if (interval == absl::ZeroDuration() || !modified_at_.has_value()) {
    return true;
  }
  const absl::Duration left = *modified_at_ + interval - clock_.Monotonic();
  if (left <= absl::ZeroDuration()) return true;
  RunAfter(left);
  return false;
}

std::optional<std::vector<v1::JobFile>> CallbackRegistration::List() {
  std::vector<v1::JobFile> files;
  if (IsAway(job_.ReadFiles(&files))) return std::nullopt;
  return files;
}

std::optional<std::vector<v1::FileRange>> CallbackRegistration::Filled(
    int index) {
  const absl::StatusOr<v1::GetFilledRangesResponse> filled =
      job_.client().GetFilledRanges(job_.id(), index);
  if (IsAway(job_.Code(filled.status()))) return std::nullopt;
  std::vector<v1::FileRange> ranges;
  if (filled.ok()) ranges = {filled->ranges().begin(), filled->ranges().end()};
  return ranges;
}

}  // namespace convoy::background_copy
