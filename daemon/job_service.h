#ifndef CONVOY_DAEMON_JOB_SERVICE_H_
#define CONVOY_DAEMON_JOB_SERVICE_H_

#include "daemon/caller_resolver.h"
#include "daemon/job_manager.h"
#include "daemon/rpc_call.h"
#include "peer/base/executor.h"

namespace convoy {

// convoy.v1.JobService: finds out who calls, posts to the control executor, and
// sends back what the manager answers. Decides nothing.
//
// Not owned; `manager` and `control` must be at work until the server is down.
RpcService MakeJobService(JobManager& manager, Executor& control,
                          CallerResolver& callers);

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_SERVICE_H_
