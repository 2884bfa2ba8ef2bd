#include "client/fake_daemon_swarm.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {

using grpc::ServerContext;

absl::Status FakeDaemonSwarm::Find(const std::string& id, v1::Content** found) {
  const auto content =
      std::find_if(contents.begin(), contents.end(),
                   [&](const v1::Content& one) { return one.id() == id; });
  if (content == contents.end()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
        .Field("content_id")
        .Status(absl::StrCat("there is no content ", id));
  }
  *found = &*content;
  return absl::OkStatus();
}

grpc::Status FakeDaemonSwarm::ListContents(
    ServerContext* context, const v1::ListContentsRequest* request,
    v1::ListContentsResponse* response) {
  return unary_("ListContents", *context, *request, [&] {
    std::size_t next = 0;
    (void)absl::SimpleAtoi(request->page_token(), &next);
    const int size = request->page_size() > 0 ? request->page_size() : 100;
    for (; next < contents.size(); ++next) {
      if (response->contents_size() == size) {
        response->set_next_page_token(absl::StrCat(next));
        break;
      }
      *response->add_contents() = contents[next];
    }
    return absl::OkStatus();
  });
}

grpc::Status FakeDaemonSwarm::GetContent(ServerContext* context,
                                         const v1::GetContentRequest* request,
                                         v1::Content* response) {
  return unary_("GetContent", *context, *request, [&]() -> absl::Status {
    v1::Content* found = nullptr;
    CONVOY_RETURN_IF_ERROR(Find(request->content_id(), &found));
    *response = *found;
    return absl::OkStatus();
  });
}

grpc::Status FakeDaemonSwarm::ListPeers(ServerContext* context,
                                        const v1::ListPeersRequest* request,
                                        v1::ListPeersResponse* response) {
  return unary_("ListPeers", *context, *request, [&] {
    for (const v1::SwarmPeer& peer : peers) {
      if (request->content_id().empty() ||
          peer.content_id() == request->content_id()) {
        *response->add_peers() = peer;
      }
    }
    return absl::OkStatus();
  });
}

grpc::Status FakeDaemonSwarm::PinContent(ServerContext* context,
                                         const v1::PinContentRequest* request,
                                         v1::Content* response) {
  return unary_("PinContent", *context, *request, [&]() -> absl::Status {
    v1::Content* found = nullptr;
    CONVOY_RETURN_IF_ERROR(Find(request->content_id(), &found));
    found->set_pinned(request->pinned());
    *response = *found;
    return absl::OkStatus();
  });
}

grpc::Status FakeDaemonSwarm::EvictContent(
    ServerContext* context, const v1::EvictContentRequest* request,
    v1::EvictContentResponse* /*response*/) {
  return unary_("EvictContent", *context, *request, [&]() -> absl::Status {
    v1::Content* found = nullptr;
    CONVOY_RETURN_IF_ERROR(Find(request->content_id(), &found));
    contents.erase(contents.begin() + (found - contents.data()));
    return absl::OkStatus();
  });
}

grpc::Status FakeDaemonSwarm::AdoptFile(ServerContext* context,
                                        const v1::AdoptFileRequest* request,
                                        v1::Content* response) {
  return unary_("AdoptFile", *context, *request, [&] {
    response->set_id(std::string(40, 'a'));
    response->set_local_path(request->local_path());
    response->set_pinned(request->pinned());
    contents.push_back(*response);
    return absl::OkStatus();
  });
}

grpc::Status FakeDaemonSwarm::Publish(
    ServerContext* context, const v1::PublishRequest* request,
    grpc::ServerWriter<v1::PublishResponse>* writer) {
  const grpc::Status begun =
      unary_("Publish", *context, *request, [] { return absl::OkStatus(); });
  if (!begun.ok()) return begun;
  for (const std::string& path : request->paths()) {
    v1::PublishResponse response;
    response.mutable_file()->set_path(path);
    if (!writer->Write(response)) break;
  }
  return grpc::Status::OK;
}

}  // namespace convoy
