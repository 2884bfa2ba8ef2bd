#ifndef CONVOY_DAEMON_PUBLISH_STREAM_H_
#define CONVOY_DAEMON_PUBLISH_STREAM_H_

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "convoy/v1/swarm_service.pb.h"
#include "daemon/rpc_call.h"
#include "peer/base/mutex.h"

namespace convoy {

// The answer to a Publish call. A reader that is slower than the news gets the
// end of each file, and of what lies in between the newest.
//
// Thread-safe. Lives until gRPC is done with the call and nobody holds it.
class PublishStream final : public std::enable_shared_from_this<PublishStream> {
 public:
  static std::shared_ptr<PublishStream> Open(std::shared_ptr<RpcCall> call);

  void Send(v1::PublishResponse response);
  // Once, last.
  void End(absl::Status status);
  // Nobody reads any more.
  bool gone() const { return gone_; }

 private:
  explicit PublishStream(std::shared_ptr<RpcCall> call)
      : call_(std::move(call)) {}

  // Does what is next: a write, the end, or nothing.
  void Advance();
  void OnWritten(bool ok);

  const std::shared_ptr<RpcCall> call_;
  std::atomic<bool> gone_ = false;

  Mutex mutex_;
  std::deque<v1::PublishResponse> queue_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_PUBLISH_STREAM_H_
