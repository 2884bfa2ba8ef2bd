#ifndef CONVOY_DAEMON_EXPLAIN_LINK_H_
#define CONVOY_DAEMON_EXPLAIN_LINK_H_

#include <string>
#include <vector>

#include "daemon/explain_input.h"

namespace convoy {

// What the configuration puts between a job that runs and its sources.
struct LinkRule {
  std::string text;    // A sentence.
  std::string policy;  // The key.
  std::string remedy;  // May be empty.
};

// Limits of bandwidth of a job whose bytes come, in hours of the local time
// zone; the proxy, if the job has none of its own. Pure.
std::vector<LinkRule> ExplainLink(const ExplainInput& input);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_LINK_H_
