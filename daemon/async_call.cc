#include "daemon/async_call.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/malformed_request.h"
#include "google/protobuf/message.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "peer/base/mutex.h"
#include "proto/grpc_status.h"

namespace convoy {
namespace {

using google::protobuf::Message;

grpc::ByteBuffer Serialized(const Message& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(message, &bytes,
                                                           &own);
  return bytes;
}

bool Parse(grpc::ByteBuffer& bytes, Message& message) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

std::string AllBytes(const grpc::ByteBuffer& buffer) {
  std::string bytes;
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
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

std::string AsyncCall::Peer() const {
  const auto identity = context_.auth_context();
  if (identity == nullptr || !identity->IsPeerAuthenticated()) {
    return context_.peer();
  }
  const std::vector<grpc::string_ref> names = identity->GetPeerIdentity();
  return absl::StrCat(kTlsPeer,
                      names.empty()
                          ? absl::string_view()
                          : absl::string_view(names[0].data(), names[0].size()),
                      "@", context_.peer());
}

void AsyncCall::Read(Message* message,
                     absl::AnyInvocable<void(absl::StatusOr<bool>) &&> done) {
  message_ = message;
  read_done_ = std::move(done);
  stream_.Read(&received_, Begin(read_));
}

void AsyncCall::ReadDone(bool ok) {
  absl::StatusOr<bool> result = ok;
  if (ok && !Parse(received_, *message_)) {
    result = MalformedRequest(*message_->GetDescriptor(), AllBytes(received_));
  }
  received_.Clear();
  std::exchange(read_done_, nullptr)(std::move(result));
}

void AsyncCall::Write(const Message& message,
                      absl::AnyInvocable<void(bool) &&> done) {
  written_done_ = std::move(done);
  stream_.Write(Serialized(message), Begin(written_));
}

void AsyncCall::Written(bool ok) { std::exchange(written_done_, nullptr)(ok); }

void AsyncCall::Finish(const absl::Status& status, const Message* last) {
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
