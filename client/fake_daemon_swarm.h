#ifndef CONVOY_CLIENT_FAKE_DAEMON_SWARM_H_
#define CONVOY_CLIENT_FAKE_DAEMON_SWARM_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "convoy/v1/swarm_service.grpc.pb.h"
#include "google/protobuf/message.h"

namespace convoy {

// The SwarmService of FakeDaemon: contents and peers that the test puts in.
class FakeDaemonSwarm final : public v1::SwarmService::Service {
 public:
  // Notes a call, then runs `body`, one at a time with all others.
  using Unary = std::function<grpc::Status(
      const std::string& method, grpc::ServerContext& context,
      const google::protobuf::Message& request,
      const std::function<absl::Status()>& body)>;

  explicit FakeDaemonSwarm(Unary unary) : unary_(std::move(unary)) {}

  grpc::Status ListContents(grpc::ServerContext* context,
                            const v1::ListContentsRequest* request,
                            v1::ListContentsResponse* response) override;
  grpc::Status GetContent(grpc::ServerContext* context,
                          const v1::GetContentRequest* request,
                          v1::Content* response) override;
  grpc::Status ListPeers(grpc::ServerContext* context,
                         const v1::ListPeersRequest* request,
                         v1::ListPeersResponse* response) override;
  grpc::Status PinContent(grpc::ServerContext* context,
                          const v1::PinContentRequest* request,
                          v1::Content* response) override;
  grpc::Status EvictContent(grpc::ServerContext* context,
                            const v1::EvictContentRequest* request,
                            v1::EvictContentResponse* response) override;
  grpc::Status AdoptFile(grpc::ServerContext* context,
                         const v1::AdoptFileRequest* request,
                         v1::Content* response) override;
  grpc::Status Publish(
      grpc::ServerContext* context, const v1::PublishRequest* request,
      grpc::ServerWriter<v1::PublishResponse>* writer) override;

  // Touched in bodies only.
  std::vector<v1::Content> contents;
  std::vector<v1::SwarmPeer> peers;

 private:
  // OK, and `found` is set; or NOT_FOUND.
  absl::Status Find(const std::string& id, v1::Content** found);

  const Unary unary_;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_FAKE_DAEMON_SWARM_H_
