#ifndef CONVOY_CLIENT_CLI_HOST_TEXT_H_
#define CONVOY_CLIENT_CLI_HOST_TEXT_H_

#include <string>
#include <vector>

#include "client/cli/host_snapshot.h"
#include "convoy/v1/admin_service.pb.h"

// The machine's side of the daemon as text. Pure functions.
namespace convoy {

// `convoy status`: "key: value" lines; what is nothing and says nothing is left
// out.
std::vector<std::string> StatusLines(const HostSnapshot& snapshot);
std::vector<std::string> SelfTestLines(const v1::RunSelfTestResponse& result);

// "2 queued, 1 error", "4 present, 1 failed", "3 LAN, 1 group"; "none".
std::string JobsText(const v1::HostStatistics& statistics);
std::string DeclaredText(const v1::ListDeclaredJobsResponse& declared);
std::string PeersText(const std::vector<v1::SwarmPeer>& peers);
absl::Duration UptimeOf(const v1::HostStatistics& statistics);

// {"serving":true,"statistics":{...},"declared_jobs":{...},"peers":{"lan":3,...},
// "cache":{"contents":12,"bytes":...},"rate_bytes_per_second":...}
std::string StatusToJson(const HostSnapshot& snapshot);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_HOST_TEXT_H_
