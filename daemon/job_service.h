#ifndef CONVOY_DAEMON_JOB_SERVICE_H_
#define CONVOY_DAEMON_JOB_SERVICE_H_

#include <memory>

#include "daemon/caller_resolver.h"
#include "daemon/job_manager.h"
#include "peer/base/executor.h"

namespace grpc {
class Service;
}

namespace convoy {

// convoy.v1.JobService: finds out who calls, posts to the control executor, and
// sends back what the manager answers. Decides nothing.
//
// Not owned; `manager` and `control` must be at work until gRPC's server is
// down.
std::unique_ptr<grpc::Service> MakeJobService(JobManager& manager,
                                              Executor& control,
                                              CallerResolver& callers);

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_SERVICE_H_
