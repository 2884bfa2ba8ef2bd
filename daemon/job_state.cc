#include "daemon/job_state.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "convoy/v1/error_detail.pb.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr v1::JobState kSuspended = v1::JOB_STATE_SUSPENDED;
constexpr v1::JobState kQueued = v1::JOB_STATE_QUEUED;
constexpr v1::JobState kConnecting = v1::JOB_STATE_CONNECTING;
constexpr v1::JobState kTransferring = v1::JOB_STATE_TRANSFERRING;
constexpr v1::JobState kTransientError = v1::JOB_STATE_TRANSIENT_ERROR;
constexpr v1::JobState kError = v1::JOB_STATE_ERROR;
constexpr v1::JobState kTransferred = v1::JOB_STATE_TRANSFERRED;
constexpr v1::JobState kAcknowledged = v1::JOB_STATE_ACKNOWLEDGED;
constexpr v1::JobState kCancelled = v1::JOB_STATE_CANCELLED;

// States an event is allowed in; bits.
constexpr unsigned In(v1::JobState state) { return 1u << state; }
constexpr unsigned kRunning = In(kConnecting) | In(kTransferring);
constexpr unsigned kActing = kRunning | In(kQueued) | In(kTransientError);
constexpr unsigned kNotFinal =
    kActing | In(kSuspended) | In(kError) | In(kTransferred);

struct Rule {
  JobEvent event;
  unsigned in;
  v1::JobState next;  // UNSPECIFIED: stays.
  unsigned effects;
};

constexpr v1::JobState kStays = v1::JOB_STATE_UNSPECIFIED;
constexpr unsigned kFresh = kForgetFailure | kForgetStall;
constexpr unsigned kEnd = kStopTransfers | kRemoveTemporaries | kEndLife;

// The first rule that fits decides.
constexpr Rule kRules[] = {
    {JobEvent::kResume, In(kSuspended) | In(kError) | In(kTransientError),
     kQueued, kFresh},
    {JobEvent::kResume, kNotFinal, kStays, kNoEffect},
    {JobEvent::kSuspend, kActing | In(kError), kSuspended,
     kStopTransfers | kFresh},
    {JobEvent::kSuspend, kNotFinal, kStays, kNoEffect},
    {JobEvent::kCancel, kNotFinal, kCancelled, kEnd | kForgetFailure},
    {JobEvent::kComplete, kNotFinal, kAcknowledged, kEnd | kForgetFailure},
    {JobEvent::kChange, kNotFinal, kStays, kNoEffect},
    {JobEvent::kAddFiles, In(kTransferred), kSuspended, kNoEffect},
    {JobEvent::kAddFiles, kNotFinal, kStays, kNoEffect},

    {JobEvent::kScheduled, In(kQueued), kConnecting, kNoEffect},
    {JobEvent::kPreempted, kRunning, kQueued, kStopTransfers},

    {JobEvent::kFirstByte, kRunning, kTransferring, kFresh},
    {JobEvent::kRecoverableFailure, kRunning, kTransientError,
     kStopTransfers | kCountFailure},
    {JobEvent::kFatalFailure, kActing, kError, kStopTransfers | kCountFailure},
    {JobEvent::kAllTransferred, In(kTransferring), kTransferred,
     kFresh | kStampComplete},
    {JobEvent::kDemandMet, kRunning, kSuspended, kStopTransfers | kFresh},

    {JobEvent::kRejected, kNotFinal, kError, kStopTransfers | kCountFailure},
    {JobEvent::kRefetch, In(kTransferred), kQueued, kFresh},
    {JobEvent::kRefetch, kNotFinal, kStays, kNoEffect},

    {JobEvent::kRetryDue, In(kTransientError), kQueued, kNoEffect},
    {JobEvent::kNoProgress, kRunning | In(kTransientError), kError,
     kStopTransfers | kCountFailure},
    {JobEvent::kInactive, kNotFinal, kCancelled, kEnd},

    {JobEvent::kRestart, kRunning, kQueued, kNoEffect},
    {JobEvent::kRestart, ~0u, kStays, kNoEffect},
};

// What a caller could do instead of `event` in a final state.
absl::string_view Remedy(JobEvent event) {
  switch (event) {
    case JobEvent::kCancel:
    case JobEvent::kComplete:
      return "nothing is left to do with it";
    case JobEvent::kAddFiles:
    case JobEvent::kChange:
    case JobEvent::kResume:
    case JobEvent::kSuspend:
      return "create a new job instead";
    default:
      return "";
  }
}

}  // namespace

Transition TransitionOf(JobEvent event, v1::JobState state) {
  for (const Rule& rule : kRules) {
    if (rule.event != event || (rule.in & In(state)) == 0) continue;
    return {true, rule.next == kStays ? state : rule.next, rule.effects};
  }
  return {};
}

absl::Status CheckAllowed(JobEvent event, v1::JobState state) {
  if (TransitionOf(event, state).allowed) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_STATE, v1::ERROR_CONTEXT_REQUEST)
      .Status(absl::StrCat("the job is ", StateName(state),
                           ", which is final; ", Remedy(event)));
}

absl::string_view StateName(v1::JobState state) {
  return absl::StripPrefix(v1::JobState_Name(state), "JOB_STATE_");
}

}  // namespace convoy
