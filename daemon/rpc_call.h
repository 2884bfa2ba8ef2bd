#ifndef CONVOY_DAEMON_RPC_CALL_H_
#define CONVOY_DAEMON_RPC_CALL_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace google::protobuf {
class Message;
}

namespace convoy {

inline constexpr char kTlsPeer[] = "tls:";

// One call of a client, whatever its kind: messages come, messages go, and a
// status ends it. Thread-safe, within the duties below. Callbacks come on
// threads of the server, or inside the call that takes them when nothing needs
// to be waited for, and must not block; what they hold lives until they have
// run or the call is over.
class RpcCall {
 public:
  virtual ~RpcCall() = default;

  // gRPC's name of the connection: "fd:17", "ipv4:10.1.2.3:40000"; kTlsPeer, a
  // name and "@" before it when the caller has shown a certificate.
  virtual std::string Peer() const = 0;

  // Reads the caller's next message into `message`, which must live until
  // `done`. False: no more comes, or the caller has gone away.
  // INVALID_ARGUMENT: not a message of this type. One at a time.
  virtual void Read(google::protobuf::Message* message,
                    absl::AnyInvocable<void(absl::StatusOr<bool>) &&> done) = 0;
  // Sends a message, which is not needed any more when this returns. `done`
  // comes when the next one may follow; false: the caller has gone away. One at
  // a time, and not after Finish.
  virtual void Write(const google::protobuf::Message& message,
                     absl::AnyInvocable<void(bool) &&> done) = 0;
  // Ends the call: with `last` (may be null) and OK, or with an error. Exactly
  // once, also when the caller has gone away; not while a Write is under way.
  virtual void Finish(const absl::Status& status,
                      const google::protobuf::Message* last) = 0;

  // `gone` is called if the caller goes away before it has the status. At most
  // once.
  virtual void OnGone(absl::AnyInvocable<void() &&> gone) = 0;
};

using RpcHandler = std::function<void(std::shared_ptr<RpcCall>)>;

// One service of the contract.
struct RpcService {
  std::string name;  // "convoy.v1.JobService".
  // By the method's name: "CreateJob".
  std::map<std::string, RpcHandler> methods;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_RPC_CALL_H_
