#ifndef CONVOY_DAEMON_EXPLAIN_LIMITS_H_
#define CONVOY_DAEMON_EXPLAIN_LIMITS_H_

#include "absl/time/time.h"
#include "daemon/explain_answer.h"
#include "daemon/explain_input.h"

namespace convoy {

// What ends a job, or moves it on, without anybody's call: limits of time,
// failures and the waits after them, needed_by. Pure functions.

// When the no-progress timeout ends the job; InfiniteFuture: it is not
// counted.
absl::Time NoProgressEnd(const ExplainInput& input);

// The notify command: that it waits, how it ended, when it is run again.
void AddNotification(const ExplainInput& input, ExplainAnswer* answer);
void AddInactivity(const ExplainInput& input, ExplainAnswer* answer);
void AddNoProgress(const ExplainInput& input, ExplainAnswer* answer);
void AddDownloadTime(const ExplainInput& input, ExplainAnswer* answer);
// The job has a maximum size, and the sizes of its files are not known.
void AddMaximumSize(const ExplainInput& input, ExplainAnswer* answer);
// Only parts of the job's files are fetched.
void AddDemand(const ExplainInput& input, ExplainAnswer* answer);
// The job's failure, if it has one.
void AddFailure(const ExplainInput& input, ExplainAnswer* answer);
void AddRetryWait(const ExplainInput& input, ExplainAnswer* answer);
// Does nothing where the job has no time by which it is needed.
void AddNeededBy(const ExplainInput& input, ExplainAnswer* answer);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_LIMITS_H_
