#ifndef CONVOY_DAEMON_EXPLAIN_H_
#define CONVOY_DAEMON_EXPLAIN_H_

#include "convoy/v1/job_service.pb.h"
#include "daemon/explain_input.h"

namespace convoy {

// What the job does or waits for, where its bytes come from, and what would
// help. Right in every state. Pure.
v1::ExplainJobResponse ExplainJob(const ExplainInput& input);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_H_
