#ifndef CONVOY_CLIENT_CLI_CONTENT_QUERIES_H_
#define CONVOY_CLIENT_CLI_CONTENT_QUERIES_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/swarm_client.h"
#include "convoy/v1/swarm_service.pb.h"

namespace convoy {

// Gives each content that the user may see to `use`, page by page.
absl::Status ForEachContent(const SwarmClient& client,
                            const std::function<void(const v1::Content&)>& use);

// The id of the content that the user means: a whole id, or its first digits,
// at least 4, if they fit one content only. NOT_FOUND: they fit none.
// INVALID_ARGUMENT: they fit several, or are no digits of an id.
absl::StatusOr<std::string> ResolveContentId(const SwarmClient& client,
                                             absl::string_view text);

// An error of a call about a content, with the hint that fits it.
absl::Status AboutContent(const absl::Status& status);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_CONTENT_QUERIES_H_
