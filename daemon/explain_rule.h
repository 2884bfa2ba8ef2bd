#ifndef CONVOY_DAEMON_EXPLAIN_RULE_H_
#define CONVOY_DAEMON_EXPLAIN_RULE_H_

#include <string>

namespace convoy {

// A rule of the configuration that acts on a job.
struct ExplainedRule {
  std::string text;    // A sentence.
  std::string policy;  // The key.
  std::string remedy;  // May be empty.
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_RULE_H_
