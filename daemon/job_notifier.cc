#include "daemon/job_notifier.h"

#include <string>
#include <utility>

#include "convoy/v1/job.pb.h"
#include "daemon/job_state.h"
#include "peer/base/log.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

OwnerCommand CommandFor(const Job& job, std::uint32_t notice) {
  const v1::NotifyCommand& asked = *ExtrasOf(job).notify_command;
  OwnerCommand command;
  command.owner = job.owner;
  command.program = asked.program();
  command.arguments = {asked.arguments().begin(), asked.arguments().end()};
  command.environment = {
      {"CONVOY_JOB_ID", job.id.ToString()},
      {"CONVOY_JOB_NAME", job.display_name},
      {"CONVOY_JOB_STATE",
       std::string(StateName(notice == kNotifyError
                                 ? v1::JOB_STATE_ERROR
                                 : v1::JOB_STATE_TRANSFERRED))}};
  if (notice == kNotifyError && job.failure != nullptr) {
    command.environment["CONVOY_JOB_ERROR"] =
        ReasonName(job.failure->detail.reason());
  }
  return command;
}

}  // namespace

JobNotifier::JobNotifier(const Parts& parts)
    : parts_(parts), self_(std::make_shared<JobNotifier*>(this)) {}

std::uint32_t JobNotifier::NoticeOf(const Job& job, v1::JobState state) {
  if (ExtrasOf(job).notify_command == nullptr ||
      (job.notify_flags & kNotifyDisable) != 0) {
    return 0;
  }
  switch (state) {
    case v1::JOB_STATE_TRANSFERRED:
      return job.notify_flags & kNotifyTransferred;
    case v1::JOB_STATE_ERROR:
      return job.notify_flags & kNotifyError;
    default:
      return 0;
  }
}

void JobNotifier::Look(const JobId& id) {
  parts_.commits->WhenDurable([self = std::weak_ptr<JobNotifier*>(self_),
                               id](const absl::Status& status) {
    const auto notifier = self.lock();
    if (status.ok() && notifier != nullptr) (*notifier)->RunNext(id);
  });
}

void JobNotifier::RunNext(const JobId& id) {
  const JobEntry* const entry = parts_.table->Find(id);
  if (stopped_ || entry == nullptr || entry->job->notices_due == 0) return;
  const Job& job = *entry->job;
  // An error was, as a rule, before the end of the transfer.
  const std::uint32_t notice =
      (job.notices_due & kNotifyError) != 0 ? kNotifyError : kNotifyTransferred;
  if (ExtrasOf(job).notify_command == nullptr) return OnBegun(id, ~0u);
  if (!busy_.insert(id).second) return;
  OwnerCommand command = CommandFor(job, notice);
  const auto on_control = [control = parts_.control,
                           self = std::weak_ptr<JobNotifier*>(self_)](
                              absl::AnyInvocable<void(JobNotifier*) &&> then) {
    control->Post([self, then = std::move(then)]() mutable {
      if (const auto notifier = self.lock()) std::move(then)(*notifier);
    });
  };
  std::string program = command.program;
  parts_.commands->Run(
      std::move(command),
      [on_control, id, notice](const absl::Status& /*logged at the end*/) {
        on_control([id, notice](JobNotifier* notifier) {
          notifier->OnBegun(id, notice);
        });
      },
      [on_control, id,
       program = std::move(program)](const absl::Status& status) {
        on_control([id, program, status](JobNotifier* notifier) {
          notifier->OnEnded(id, program, status);
        });
      });
}

void JobNotifier::OnBegun(const JobId& id, std::uint32_t notice) {
  JobEntry* const entry = parts_.table->Find(id);
  if (entry == nullptr) return;
  entry->job->notices_due &= ~notice;
  parts_.commits->TouchJob(id);
}

void JobNotifier::OnEnded(const JobId& id, const std::string& program,
                          const absl::Status& status) {
  busy_.erase(id);
  if (status.ok()) {
    LogInfo("job ", id.ToString(), ": notify command ", program, " ended");
  } else {
    LogWarning("job ", id.ToString(), ": notify command ", program, ": ",
               status.message());
  }
  RunNext(id);
}

}  // namespace convoy
