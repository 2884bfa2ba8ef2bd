#ifndef CONVOY_CLIENT_CLI_SWARM_TEXT_H_
#define CONVOY_CLIENT_CLI_SWARM_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "convoy/v1/swarm_service.pb.h"

// Contents and peers as people read them. Pure functions.
namespace convoy {

// Rows for TableLines.
std::vector<std::string> ContentHeads();
std::vector<std::string> ContentRow(const v1::Content& content, absl::Time now);
std::vector<std::string> PeerHeads();
std::vector<std::string> PeerRow(const v1::SwarmPeer& peer);

// "key:  value" lines of one content.
std::vector<std::string> ContentLines(const v1::Content& content,
                                      absl::TimeZone zone);

// "seeding", "reflink".
std::string ContentStateText(v1::ContentState state);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_SWARM_TEXT_H_
