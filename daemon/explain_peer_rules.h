#ifndef CONVOY_DAEMON_EXPLAIN_PEER_RULES_H_
#define CONVOY_DAEMON_EXPLAIN_PEER_RULES_H_

#include <string>
#include <vector>

#include "daemon/explain_input.h"
#include "daemon/explain_rule.h"
#include "daemon/job.h"

namespace convoy {

// Which machines a running job's peers can be, where the configuration leaves
// some out: group, networks, interfaces. Nothing where the job meets no peers:
// why it does not, its sources say (explain_peers.h). Pure.
std::vector<ExplainedRule> ExplainPeerRules(const ExplainInput& input);

// Ids of what a complete job may have left for peers, each once. Pure.
std::vector<std::string> KeptContentsOf(const Job& job);

// Where the contents of a complete job are kept for peers, and how long, or why
// they are not any more. Pure.
std::vector<ExplainedRule> ExplainKept(const ExplainInput& input);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_PEER_RULES_H_
