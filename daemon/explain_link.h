#ifndef CONVOY_DAEMON_EXPLAIN_LINK_H_
#define CONVOY_DAEMON_EXPLAIN_LINK_H_

#include <vector>

#include "daemon/explain_input.h"
#include "daemon/explain_rule.h"

namespace convoy {

inline constexpr char kCaFileKey[] = "http.ca_file";
inline constexpr char kProxyKey[] = "http.proxy_url";

// What the configuration puts between a job that runs and its sources: limits
// of bandwidth and marks of packets while bytes come or go, in hours of the
// local time zone; proxy, authorities and client certificate, if the job has
// none of its own; how cache hosts are asked. Pure, as the next.
std::vector<ExplainedRule> ExplainLink(const ExplainInput& input);

// The job's origins are asked through http.proxy_url.
bool UsesConfiguredProxy(const ExplainInput& input);
// Servers of the job need a certificate of http.ca_file.
bool TrustsConfiguredAuthorities(const ExplainInput& input);

}  // namespace convoy

#endif  // CONVOY_DAEMON_EXPLAIN_LINK_H_
