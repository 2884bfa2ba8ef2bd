#ifndef CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_REGISTRATION_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_REGISTRATION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "client/background_copy/job_events.h"
#include "client/background_copy/job_registration.h"

namespace convoy::background_copy {

// The object of SetNotifyInterface, and what it still has to be told. Calls are
// made in the order of the events; one that does not answer S_OK is made again
// after a pause. The daemon is told of what the object answered to
// notifications, so that it runs the job's notify command where that failed.
class CallbackRegistration final : public JobRegistration,
                                   private JobEvents::Files {
 public:
  CallbackRegistration(JobAccess job, CallbackTarget target, Executor& executor,
                       std::function<void()> on_finished);

 private:
  void Work(std::optional<v1::Job> news) override;
  void Deliver();
  HRESULT Call(const JobEvent& event, const CallbackTarget& target);
  // The event that failed before was told to the job's notify command
  // meanwhile: it is not told again.
  void DropWhatIsDelivered();
  // Tells the daemon what the callback answered; again, with the next news,
  // where the daemon is away.
  void TellDaemon(std::int64_t notification, bool taken);
  bool ModificationIsDue(const v1::Job& job);

  std::optional<std::vector<v1::JobFile>> List() override;
  std::optional<std::vector<v1::FileRange>> Filled(int index) override;

  // Executor only.
  JobEvents events_;
  absl::Duration pause_;
  std::optional<absl::Duration> try_again_at_;  // Monotonic.
  std::optional<absl::Duration> modified_at_;   // Monotonic.
  // What the daemon has not been told yet: notification, taken.
  std::optional<std::pair<std::int64_t, bool>> untold_;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_CALLBACK_REGISTRATION_H_
