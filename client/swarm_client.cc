#include "client/swarm_client.h"

#include <grpcpp/grpcpp.h>

#include <string>
#include <utility>

#include "client/job_client_call.h"
#include "client/job_client_channel.h"
#include "convoy/v1/swarm_service.grpc.pb.h"

namespace convoy {

struct SwarmClient::Impl {
  using Stub = v1::SwarmService::Stub;

  explicit Impl(ClientOptions given)
      : options(WithDefaults(std::move(given))),
        stub(v1::SwarmService::NewStub(OpenDaemonChannel(options))) {}

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      const Request& request) const {
    return CallDaemon(options, *stub, method, request);
  }

  // For the requests that hold a content's id and nothing else.
  template <typename Request, typename Response>
  absl::StatusOr<Response> CallWithId(
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      absl::string_view content_id) const {
    Request request;
    request.set_content_id(std::string(content_id));
    return Call(method, request);
  }

  const ClientOptions options;
  const std::unique_ptr<Stub> stub;
};

SwarmClient::SwarmClient(ClientOptions options)
    : impl_(std::make_unique<const Impl>(std::move(options))) {}

SwarmClient::~SwarmClient() = default;

absl::StatusOr<v1::ListContentsResponse> SwarmClient::ListContents(
    const v1::ListContentsRequest& request) const {
  return impl_->Call(&Impl::Stub::ListContents, request);
}

absl::StatusOr<v1::Content> SwarmClient::GetContent(
    absl::string_view content_id) const {
  return impl_->CallWithId(&Impl::Stub::GetContent, content_id);
}

absl::StatusOr<v1::ListPeersResponse> SwarmClient::ListPeers(
    absl::string_view content_id) const {
  return impl_->CallWithId(&Impl::Stub::ListPeers, content_id);
}

absl::StatusOr<v1::Content> SwarmClient::PinContent(
    absl::string_view content_id, bool pinned) const {
  v1::PinContentRequest request;
  request.set_content_id(std::string(content_id));
  request.set_pinned(pinned);
  return impl_->Call(&Impl::Stub::PinContent, request);
}

absl::StatusOr<v1::EvictContentResponse> SwarmClient::EvictContent(
    absl::string_view content_id) const {
  return impl_->CallWithId(&Impl::Stub::EvictContent, content_id);
}

absl::StatusOr<v1::Content> SwarmClient::AdoptFile(
    const v1::AdoptFileRequest& request) const {
  grpc::ClientContext context;
  return CallDaemon(impl_->options, context, *impl_->stub,
                    &Impl::Stub::AdoptFile, request);
}

absl::Status SwarmClient::Publish(
    const v1::PublishRequest& request,
    absl::FunctionRef<bool(const v1::PublishResponse&)> on_progress) const {
  grpc::ClientContext context;
  const auto reader = impl_->stub->Publish(&context, request);
  v1::PublishResponse response;
  while (reader->Read(&response)) {
    if (on_progress(response)) continue;
    context.TryCancel();
    reader->Finish();
    return absl::CancelledError("the caller ended the call");
  }
  const grpc::Status status = reader->Finish();
  return status.ok() ? absl::OkStatus() : CallStatus(impl_->options, status);
}

}  // namespace convoy
