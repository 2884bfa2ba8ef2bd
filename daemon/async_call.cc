#include "daemon/async_call.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "peer/base/mutex.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"

namespace convoy {
namespace {

using google::protobuf::MessageLite;

grpc::ByteBuffer Serialized(const MessageLite& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  grpc::GenericSerialize<grpc::ProtoBufferWriter, MessageLite>(message, &bytes,
                                                               &own);
  return bytes;
}

}  // namespace

void CallCount::Add(int calls) {
  MutexLock lock(&mutex_);
  count_ += calls;
  if (count_ == 0) none_.NotifyAll();
}

void CallCount::WaitForNone() {
  MutexLock lock(&mutex_);
  while (count_ > 0) none_.Wait(&mutex_);
}

void AsyncCall::Accept(grpc::AsyncGenericService& service,
                       grpc::ServerCompletionQueue& queue) {
  // May come out of the queue before the other.
  context_.AsyncNotifyWhenDone(Begin(over_));
  service.RequestCall(&context_, &stream_, &queue, &queue, Begin(accepted_));
}

void AsyncCall::OnEvent(void* tag, bool ok) {
  auto* const operation = static_cast<Tag*>(tag);
  const std::shared_ptr<AsyncCall> call = std::move(operation->hold);
  ((*call).*operation->event)(ok);
}

void* AsyncCall::Begin(Tag& tag) {
  tag.hold = shared_from_this();
  return &tag;
}

void AsyncCall::Accepted(bool ok) {
  if (!ok) {
    // The server shuts down. gRPC forgets about the other tag.
    over_.hold.reset();
    return;
  }
  on_accepted_(shared_from_this(), context_.method());
}

void AsyncCall::Read(MessageLite* message,
                     absl::AnyInvocable<void(RpcRead) &&> done) {
  message_ = message;
  read_done_ = std::move(done);
  stream_.Read(&received_, Begin(read_));
}

void AsyncCall::ReadDone(bool ok) {
  RpcRead found = RpcRead::kEnd;
  if (ok) {
    grpc::ProtoBufferReader reader(&received_);
    found = reader.status().ok() && message_->ParseFromZeroCopyStream(&reader)
                ? RpcRead::kMessage
                : RpcRead::kMalformed;
  }
  received_.Clear();
  std::exchange(read_done_, nullptr)(found);
}

void AsyncCall::Write(const MessageLite& message,
                      absl::AnyInvocable<void(bool) &&> done) {
  written_done_ = std::move(done);
  stream_.Write(Serialized(message), Begin(written_));
}

void AsyncCall::Written(bool ok) { std::exchange(written_done_, nullptr)(ok); }

void AsyncCall::Finish(const absl::Status& status, const MessageLite* last) {
  if (status.ok() && last != nullptr) {
    stream_.WriteAndFinish(Serialized(*last), grpc::WriteOptions(),
                           grpc::Status::OK, Begin(finished_));
  } else {
    stream_.Finish(ToGrpcStatus(status), Begin(finished_));
  }
}

void AsyncCall::Finished(bool /*ok*/) {}

void AsyncCall::OnGone(absl::AnyInvocable<void() &&> gone) {
  {
    MutexLock lock(&mutex_);
    if (!is_over_) {
      gone_ = std::move(gone);
      return;
    }
    if (!is_gone_) return;
  }
  std::move(gone)();
}

void AsyncCall::Over(bool /*ok*/) {
  const bool is_gone = context_.IsCancelled();
  absl::AnyInvocable<void() &&> gone;
  {
    MutexLock lock(&mutex_);
    is_over_ = true;
    is_gone_ = is_gone;
    gone = std::exchange(gone_, nullptr);
  }
  if (is_gone && gone) std::move(gone)();
}

}  // namespace convoy
