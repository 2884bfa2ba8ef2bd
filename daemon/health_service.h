#ifndef CONVOY_DAEMON_HEALTH_SERVICE_H_
#define CONVOY_DAEMON_HEALTH_SERVICE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "daemon/rpc_call.h"
#include "peer/base/mutex.h"

namespace convoy {

// grpc.health.v1.Health: the server as a whole ("") and each service serve,
// from the start until Shutdown. Open to all callers. Thread-safe.
class HealthService {
 public:
  static constexpr char kName[] = "grpc.health.v1.Health";

  explicit HealthService(const std::vector<std::string>& service_names);

  // They refer to this.
  RpcService Methods();
  // Tells those who watch NOT_SERVING, and ends their calls.
  void Shutdown();

 private:
  void Check(const std::shared_ptr<RpcCall>& call);
  void Watch(const std::shared_ptr<RpcCall>& call);
  // The first message is sent; the call now waits for Shutdown.
  void Wait(const std::shared_ptr<RpcCall>& call, bool known);
  bool Knows(const std::string& service) const {
    return names_.count(service) > 0;
  }

  const std::set<std::string> names_;
  Mutex mutex_;
  bool serving_ ABSL_GUARDED_BY(mutex_) = true;
  // Watches that wait, and whether their service is one of ours.
  std::map<std::shared_ptr<RpcCall>, bool> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_HEALTH_SERVICE_H_
