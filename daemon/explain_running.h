#ifndef CONVOY_DAEMON_EXPLAIN_RUNNING_H_
#define CONVOY_DAEMON_EXPLAIN_RUNNING_H_

#include "convoy/v1/job_service.pb.h"
#include "daemon/explain_answer.h"
#include "daemon/explain_input.h"

namespace convoy {

// What files that run, or could, wait for: places, connections, delays. Pure
// functions.

// Places that other jobs have taken.
void AddPlaces(const ExplainInput& input, ExplainAnswer* answer);
// Files of a running job that could transfer and do not.
void AddWaitingFiles(const ExplainInput& input, ExplainAnswer* answer);
void AddConnections(const ExplainInput& input, ExplainAnswer* answer);
// Rules by which files do not ask their origin now.
void AddHolds(const ExplainInput& input, ExplainAnswer* answer);
// A host that has all the connections it may have.
void AddHost(const ExplainInput& input, const v1::SourceExplanation& source,
             ExplainAnswer* answer);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_RUNNING_H_
