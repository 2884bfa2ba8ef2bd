#include "daemon/swarm_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "convoy/v1/swarm_service.pb.h"
#include "daemon/caller.h"
#include "daemon/publish_stream.h"
#include "daemon/unary_method.h"

namespace convoy {
namespace {

// Makes handlers of the methods of SwarmCalls.
class SwarmMethods {
 public:
  SwarmMethods(SwarmCalls& calls, Executor& control, CallerResolver& callers)
      : calls_(calls), control_(control), callers_(callers) {}

  template <typename Request, typename Response>
  RpcHandler Unary(void (SwarmCalls::*method)(
      const Caller&, const Request&, SwarmCalls::Reply<Response>)) const {
    return UnaryMethod<Request, Response>(
        callers_, control_,
        [&calls = calls_, method](const Caller& caller, const Request& request,
                                  UnaryReply<Response> reply) {
          (calls.*method)(caller, request, std::move(reply));
        });
  }

 private:
  SwarmCalls& calls_;
  Executor& control_;
  CallerResolver& callers_;
};

RpcHandler PublishMethod(ManifestPublisher& publisher,
                         CallerResolver& callers) {
  return [&publisher, &callers](const std::shared_ptr<RpcCall>& call) {
    ReadRequest<v1::PublishRequest>(
        call, [&publisher, &callers,
               call](std::shared_ptr<const v1::PublishRequest> request) {
          callers.Resolve(
              call->Peer(), [&publisher, call, request = std::move(request)](
                                absl::StatusOr<Caller> caller) {
                if (!caller.ok()) return call->Finish(caller.status(), nullptr);
                publisher.Publish(*caller, request, PublishStream::Open(call));
              });
        });
  };
}

}  // namespace

RpcService MakeSwarmService(SwarmCalls& calls, ManifestPublisher& publisher,
                            Executor& control, CallerResolver& callers) {
  using C = SwarmCalls;
  const SwarmMethods of(calls, control, callers);
  return {"convoy.v1.SwarmService",
          {{"ListContents", of.Unary(&C::ListContents)},
           {"GetContent", of.Unary(&C::GetContent)},
           {"ListPeers", of.Unary(&C::ListPeers)},
           {"PinContent", of.Unary(&C::PinContent)},
           {"EvictContent", of.Unary(&C::EvictContent)},
           {"AdoptFile", of.Unary(&C::AdoptFile)},
           {"Publish", PublishMethod(publisher, callers)}}};
}

}  // namespace convoy
