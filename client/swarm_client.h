#ifndef CONVOY_CLIENT_SWARM_CLIENT_H_
#define CONVOY_CLIENT_SWARM_CLIENT_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/client_options.h"
#include "convoy/v1/swarm_service.pb.h"

namespace convoy {

// The daemon's SwarmService: what the machine has for its peers. Thread-safe;
// errors as in JobClient. Contents are named by their ids, 40 hexadecimal
// digits.
class SwarmClient {
 public:
  // Connects with the first call.
  explicit SwarmClient(ClientOptions options = {});
  ~SwarmClient();
  SwarmClient(const SwarmClient&) = delete;
  SwarmClient& operator=(const SwarmClient&) = delete;

  absl::StatusOr<v1::ListContentsResponse> ListContents(
      const v1::ListContentsRequest& request) const;
  absl::StatusOr<v1::Content> GetContent(absl::string_view content_id) const;
  // Peers of one content; of all where `content_id` is empty.
  absl::StatusOr<v1::ListPeersResponse> ListPeers(
      absl::string_view content_id = "") const;
  absl::StatusOr<v1::Content> PinContent(absl::string_view content_id,
                                         bool pinned) const;
  absl::StatusOr<v1::EvictContentResponse> EvictContent(
      absl::string_view content_id) const;
  // The two below read whole files: the deadline of the options does not end
  // them.
  absl::StatusOr<v1::Content> AdoptFile(
      const v1::AdoptFileRequest& request) const;
  // Gives each message to `on_progress`, on this thread; false ends the call,
  // with CANCELLED.
  absl::Status Publish(
      const v1::PublishRequest& request,
      absl::FunctionRef<bool(const v1::PublishResponse&)> on_progress) const;

 private:
  struct Impl;
  const std::unique_ptr<const Impl> impl_;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_SWARM_CLIENT_H_
