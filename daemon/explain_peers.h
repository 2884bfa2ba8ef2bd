#ifndef CONVOY_DAEMON_EXPLAIN_PEERS_H_
#define CONVOY_DAEMON_EXPLAIN_PEERS_H_

#include <vector>

#include "convoy/v1/job_service.pb.h"
#include "daemon/explain_input.h"

namespace convoy {

// The job's peers as sources: LAN peers always, group and internet peers as far
// as the job's mode reaches, or what it asks for, or what it has bytes from.
// What running files tell counts; where none runs, what the settings say of the
// job. Pure.
std::vector<v1::SourceExplanation> ExplainPeers(const ExplainInput& input);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_PEERS_H_
