#ifndef CONVOY_DAEMON_SWARM_PROTO_H_
#define CONVOY_DAEMON_SWARM_PROTO_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/swarm_service.pb.h"
#include "peer/contents.h"

namespace convoy {

// Contents and peers as the contract shows them. Pure.

// `job_id`: the job that fetches it; empty: none.
v1::Content ContentSnapshot(const ContentInfo& info, const std::string& job_id);
v1::SwarmPeer PeerSnapshot(const PeerInfo& info);

// 40 hexadecimal digits as 20 bytes. INVALID_ARGUMENT that names `field`.
absl::StatusOr<std::string> ReadContentId(absl::string_view digits,
                                          absl::string_view field);

// A page of a list of contents, which is in the order of their ids.
struct ContentPage {
  int size = 0;
  std::string after;  // 20 bytes; empty: from the first on.
};
// INVALID_ARGUMENT: page_size, page_token.
absl::StatusOr<ContentPage> ReadContentPage(
    const v1::ListContentsRequest& request);
// The token of the page after the content `id`.
std::string ContentPageToken(absl::string_view id);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SWARM_PROTO_H_
