#include "daemon/file_read_stream.h"

namespace convoy {

void FileReadStream::Start(std::shared_ptr<RpcCall> call,
                           CallerResolver& callers, Executor& control,
                           Reading reading) {
  const std::shared_ptr<FileReadStream> stream(
      new FileReadStream(call, control, std::move(reading)));
  // Holds the stream until the call is over.
  call->OnGone(
      [stream] { stream->Post([](FileReadStream* self) { self->Stop(); }); });
  callers.Resolve(call->Peer(), [stream](absl::StatusOr<Caller> caller) {
    stream->Post([caller = std::move(caller)](FileReadStream* self) {
      self->Begin(caller);
    });
  });
}

void FileReadStream::Post(absl::AnyInvocable<void(FileReadStream*) &&> then) {
  control_.Post(
      [stream = shared_from_this(), then = std::move(then)]() mutable {
        std::move(then)(stream.get());
      });
}

void FileReadStream::Begin(const absl::StatusOr<Caller>& caller) {
  if (ended_) return;  // The caller has gone away.
  if (!caller.ok()) return OnEnd(caller.status());
  id_ = reading_.begin(*caller, this);
}

void FileReadStream::OnBytes(std::int64_t offset, std::string bytes) {
  v1::ReadFileResponse response;
  response.set_offset_bytes(offset);
  response.set_data(std::move(bytes));
  writing_ = true;
  call_->Write(response, [stream = shared_from_this()](bool ok) {
    stream->Post([ok](FileReadStream* self) { self->OnWritten(ok); });
  });
}

void FileReadStream::OnWritten(bool ok) {
  writing_ = false;
  if (ended_) return Finish(end_);
  if (ok) return reading_.go_on(id_);
  Stop();
}

void FileReadStream::Stop() {
  if (ended_) return;
  if (id_ != 0) reading_.stop(id_);
  OnEnd(absl::CancelledError("the caller went away"));
}

void FileReadStream::OnEnd(absl::Status status) {
  ended_ = true;
  end_ = std::move(status);
  if (!writing_) Finish(end_);
}

void FileReadStream::Finish(const absl::Status& status) {
  call_->Finish(status, nullptr);
}

}  // namespace convoy
