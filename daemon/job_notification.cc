#include "daemon/job_notification.h"

#include <memory>

namespace convoy {

std::uint32_t NoticeOf(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_TRANSFERRED:
      return kNotifyTransferred;
    case v1::JOB_STATE_ERROR:
      return kNotifyError;
    default:
      return 0;
  }
}

bool WantsCommand(const Job& job) {
  return ExtrasOf(job).notify_command != nullptr &&
         (job.notify_flags & kNotifyDisable) == 0 &&
         (job.notify_flags & NoticeOf(job.state)) != 0;
}

bool CallsForCommand(const Job& job) {
  return WantsCommand(job) && job.notification != nullptr &&
         job.notification->state() == job.state &&
         !job.notification->delivered();
}

void MakeNotification(Job* job) {
  const JobExtras& extras = ExtrasOf(*job);
  if (job->notification != nullptr || NoticeOf(job->state) == 0 ||
      (extras.notify_command == nullptr && extras.notify_watcher.empty())) {
    return;
  }
  job->notification = std::make_unique<v1::JobNotification>();
  job->notification->set_number(static_cast<std::int64_t>(job->revision));
  job->notification->set_state(job->state);
}

bool EnterState(Job* job) {
  const bool ends = IsFinal(job->state);
  if (job->notification != nullptr) {
    const bool was_asked = !ExtrasOf(*job).notify_watcher.empty() &&
                           !(ends && job->complete_when_transferred);
    if (job->notification->command_runs() > 0 || was_asked) {
      job->notices_due &= ~NoticeOf(job->notification->state());
    }
    job->notification->clear_next_run_time();
    if (!ends) job->notification = nullptr;
  }
  MakeNotification(job);
  if (!CallsForCommand(*job)) return false;
  job->notices_due |= NoticeOf(job->state);
  return true;
}

void Deliver(Job* job) {
  job->notices_due &= ~NoticeOf(job->notification->state());
  job->notification->set_delivered(true);
  job->notification->clear_next_run_time();
}

}  // namespace convoy
