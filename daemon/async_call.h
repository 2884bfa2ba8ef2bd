#ifndef CONVOY_DAEMON_ASYNC_CALL_H_
#define CONVOY_DAEMON_ASYNC_CALL_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/rpc_call.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/grpcpp.h"
#include "peer/base/mutex.h"

namespace convoy {

// How many calls there are.
class CallCount {
 public:
  // Counts for as long as it lives.
  class Hold {
   public:
    explicit Hold(CallCount& count) : count_(count) { count_.Add(1); }
    ~Hold() { count_.Add(-1); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    CallCount& count_;
  };

  void WaitForNone() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Add(int calls) ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;
  CondVar none_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

// An RpcCall over gRPC's completion queue. It first waits for a client to call;
// each operation under way keeps it alive.
class AsyncCall final : public RpcCall,
                        public std::enable_shared_from_this<AsyncCall> {
 public:
  // An operation under way: its address is the tag in the queue.
  struct Tag {
    AsyncCall* call;
    void (AsyncCall::*event)(bool ok);
    std::shared_ptr<AsyncCall> hold;  // Null: not under way.
  };
  // A client has called `method` ("/convoy.v1.JobService/GetJob").
  using OnAccepted = std::function<void(std::shared_ptr<AsyncCall> call,
                                        const std::string& method)>;

  // Not owned: `count` and `on_accepted`, which is not called when the server
  // shuts down before a client calls.
  AsyncCall(CallCount& count, const OnAccepted& on_accepted)
      : counted_(count), on_accepted_(on_accepted) {}

  // Waits for a client. REQUIRES: the queue is not shut down.
  void Accept(grpc::AsyncGenericService& service,
              grpc::ServerCompletionQueue& queue);
  // What came out of the queue.
  static void OnEvent(void* tag, bool ok);

  std::string Peer() const override;
  void Read(google::protobuf::Message* message,
            absl::AnyInvocable<void(absl::StatusOr<bool>) &&> done) override;
  void Write(const google::protobuf::Message& message,
             absl::AnyInvocable<void(bool) &&> done) override;
  void Finish(const absl::Status& status,
              const google::protobuf::Message* last) override;
  void OnGone(absl::AnyInvocable<void() &&> gone) override;

 private:
  void* Begin(Tag& tag);
  void Accepted(bool ok);
  void ReadDone(bool ok);
  void Written(bool ok);
  void Finished(bool ok);
  // gRPC is through with the call.
  void Over(bool ok);

  const CallCount::Hold
      counted_;  // First: the call counts until all else is gone.
  const OnAccepted& on_accepted_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  Tag accepted_{this, &AsyncCall::Accepted, nullptr};
  Tag read_{this, &AsyncCall::ReadDone, nullptr};
  Tag written_{this, &AsyncCall::Written, nullptr};
  Tag finished_{this, &AsyncCall::Finished, nullptr};
  Tag over_{this, &AsyncCall::Over, nullptr};

  // Of the Read and the Write under way.
  grpc::ByteBuffer received_;
  google::protobuf::Message* message_ = nullptr;
  absl::AnyInvocable<void(absl::StatusOr<bool>) &&> read_done_;
  absl::AnyInvocable<void(bool) &&> written_done_;

  Mutex mutex_;
  bool is_over_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_gone_ ABSL_GUARDED_BY(mutex_) = false;
  absl::AnyInvocable<void() &&> gone_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_ASYNC_CALL_H_
