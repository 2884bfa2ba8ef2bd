#ifndef CONVOY_DAEMON_JOB_STATE_H_
#define CONVOY_DAEMON_JOB_STATE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"

namespace convoy {

// The life of a job as data: what each event does in each state.
// daemon/README.md shows the table; job_state_test.cc draws it a second time.

enum class JobEvent {
  // Calls.
  kResume,
  kSuspend,
  kCancel,
  kComplete,
  kChange,  // A setter, of the job or of one of its files.
  kAddFiles,
  // The scheduler.
  kScheduled,
  kPreempted,  // Another job gets the place.
  // Transfers.
  kFirstByte,
  kRecoverableFailure,
  kFatalFailure,
  kAllTransferred,
  kDemandMet,  // What was asked for is there; the files are not whole.
  // The owner found a whole file's bytes wrong.
  kRejected,  // They came from the origin.
  kRefetch,   // They came from others: the origin is asked.
  // Time.
  kRetryDue,
  kNoProgress,
  kInactive,
  // The daemon starts.
  kRestart,
};

constexpr JobEvent kLastJobEvent = JobEvent::kRestart;

// What has to be done besides entering the next state; bits.
enum JobEffect : unsigned {
  kNoEffect = 0,
  // Running transfers end; their checkpoints are kept.
  kStopTransfers = 1 << 0,
  // The failure is dropped, and the next retry wait is the shortest again.
  kForgetFailure = 1 << 1,
  // The no-progress time begins anew.
  kForgetStall = 1 << 2,
  // Temporary files that nobody needs any more are removed.
  kRemoveTemporaries = 1 << 3,
  // Secrets are dropped; the history begins.
  kEndLife = 1 << 4,
  // transfer_complete_time is set.
  kStampComplete = 1 << 5,
  // error_count rises.
  kCountFailure = 1 << 6,
};

struct Transition {
  bool allowed = false;
  v1::JobState next = v1::JOB_STATE_UNSPECIFIED;
  unsigned effects = kNoEffect;
};

// Not allowed: calls are refused, other events have no meaning any more and are
// dropped. Total over all events and states but UNSPECIFIED.
Transition TransitionOf(JobEvent event, v1::JobState state);

// FAILED_PRECONDITION with reason INVALID_STATE, which names the state and what
// would help, if the call `event` is not allowed in `state`.
absl::Status CheckAllowed(JobEvent event, v1::JobState state);

// "TRANSIENT_ERROR" for JOB_STATE_TRANSIENT_ERROR.
absl::string_view StateName(v1::JobState state);

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_STATE_H_
