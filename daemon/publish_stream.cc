#include "daemon/publish_stream.h"

namespace convoy {

std::shared_ptr<PublishStream> PublishStream::Open(
    std::shared_ptr<RpcCall> call) {
  const std::shared_ptr<PublishStream> stream(
      new PublishStream(std::move(call)));
  // Holds the stream until the call is over.
  stream->call_->OnGone([stream] { stream->gone_ = true; });
  return stream;
}

void PublishStream::Send(v1::PublishResponse response) {
  {
    MutexLock lock(&mutex_);
    if (!queue_.empty() && !queue_.back().has_file()) {
      queue_.back() = std::move(response);
    } else {
      queue_.push_back(std::move(response));
    }
  }
  Advance();
}

void PublishStream::End(absl::Status status) {
  {
    MutexLock lock(&mutex_);
    end_ = std::move(status);
  }
  Advance();
}

void PublishStream::Advance() {
  std::optional<absl::Status> end;
  v1::PublishResponse response;
  {
    MutexLock lock(&mutex_);
    if (writing_ || finished_) return;
    if (!queue_.empty() && !gone_) {
      response = std::move(queue_.front());
      queue_.pop_front();
      writing_ = true;
    } else if (end_.has_value()) {
      end = end_;
      finished_ = true;
    } else {
      return;
    }
  }
  if (end.has_value()) {
    call_->Finish(*end, nullptr);
  } else {
    call_->Write(response, [stream = shared_from_this()](bool ok) {
      stream->OnWritten(ok);
    });
  }
}

void PublishStream::OnWritten(bool ok) {
  {
    MutexLock lock(&mutex_);
    writing_ = false;
  }
  if (!ok) gone_ = true;
  Advance();
}

}  // namespace convoy
