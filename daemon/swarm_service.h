#ifndef CONVOY_DAEMON_SWARM_SERVICE_H_
#define CONVOY_DAEMON_SWARM_SERVICE_H_

#include "daemon/caller_resolver.h"
#include "daemon/manifest_publisher.h"
#include "daemon/rpc_call.h"
#include "daemon/swarm_calls.h"
#include "peer/base/executor.h"

namespace convoy {

// convoy.v1.SwarmService: finds out who calls, and hands the call on. Decides
// nothing.
//
// Not owned; all must be at work until the server is down.
RpcService MakeSwarmService(SwarmCalls& calls, ManifestPublisher& publisher,
                            Executor& control, CallerResolver& callers);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SWARM_SERVICE_H_
