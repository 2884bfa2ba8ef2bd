#ifndef CONVOY_DAEMON_DECLARED_STEP_H_
#define CONVOY_DAEMON_DECLARED_STEP_H_

#include <string>

#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "daemon/declaration.h"
#include "daemon/declared_record.h"
#include "daemon/rollout_rule.h"

namespace convoy {

// What a declared job needs next. Pure.

// All that it is decided by.
struct DeclaredView {
  const DeclaredRecord* record = nullptr;  // Never null.
  // Null: nothing declares it any more.
  const Declaration* wanted = nullptr;
  JobOwner owner;            // That `wanted` names.
  std::string not_selected;  // Why it is not for this machine; empty: it is.
  RolloutHours hours;        // Of `wanted`, now.
  // Its job failed, or was cancelled, and waits for a new try.
  bool failed = false;
  absl::Time now;
};

enum class DeclaredAction {
  kNone,
  kFetch,    // Make a job.
  kRetry,    // Resume the job after a failure.
  kUpdate,   // Tell the job its new terms: priority, mode, needed_by.
  kSuspend,  // The window has closed.
  kResume,   // It has opened.
  kCancel,   // The job is not wanted any more.
  kCheck,    // Look at the files and their mode, and at the origin.
  kCommand,  // Run on_complete.
  kRemove,   // Remove the files.
  kForget,   // Drop the record.
};

struct DeclaredStep {
  DeclaredAction action = DeclaredAction::kNone;
  // What is shown meanwhile.
  v1::DeclaredJob::Phase phase = v1::DeclaredJob::PHASE_UNSPECIFIED;
  std::string message;
  // With kNone: when to look again; InfiniteFuture: when something changes.
  absl::Time wake = absl::InfiniteFuture();
};

DeclaredStep NextStep(const DeclaredView& view);

// What a running job is told when it changes: priority, download mode and
// needed_by alone.
v1::Job TermsOf(const v1::FetchRequest& request);
// The rest of what makes a job; when it changes the job begins anew.
std::string AskedOf(const v1::FetchRequest& request);

// The wait after `failures` failures in a row: 1 minute, doubled each time, at
// most 6 hours.
absl::Duration DeclaredRetryDelay(int failures);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARED_STEP_H_
