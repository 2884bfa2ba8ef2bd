#ifndef CONVOY_DAEMON_EXPLAIN_CACHE_HOSTS_H_
#define CONVOY_DAEMON_EXPLAIN_CACHE_HOSTS_H_

#include <vector>

#include "convoy/v1/job_service.pb.h"
#include "daemon/explain_input.h"

namespace convoy {

// The cache hosts in force as sources, in order, at most 10; none where the
// job's files come from this machine. What running files tell counts; where
// none runs, what the settings say of the job. Where there are several, their
// bytes are counted for the one that answered last. Pure.
std::vector<v1::SourceExplanation> ExplainCacheHosts(const ExplainInput& input);

// A cache host is asked for this file now.
bool AsksCacheHost(const RunningFile& running);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_CACHE_HOSTS_H_
