#include "peer/origin_connection.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/error_detail.h"

namespace convoy {

void OriginConnection::Start(OriginRequest request) {
  active_ = true;
  request_ = std::move(request);
  retry_after_.reset();
  announced_.reset();
  received_ = 0;
  id_ = transport_->Start(request_, this);
}

void OriginConnection::Stop() {
  if (!std::exchange(active_, false)) return;
  transport_->Cancel(id_);
}

void OriginConnection::SetPaused(bool paused) {
  if (active_) transport_->SetPaused(id_, paused);
}

absl::Status OriginConnection::OnHead(const OriginResponseHead& head) {
  retry_after_ = head.retry_after;
  absl::StatusOr<OriginAnswer> answer = ReadAnswer(request_, head);
  if (!answer.ok()) return answer.status();
  if (answer->kind != OriginAnswer::Kind::kBeyondEnd &&
      answer->body.length != ByteRange::kToEnd) {
    announced_ = answer->body.length;
  }
  return owner_->OnAnswer(this, *answer, head);
}

absl::Status OriginConnection::OnBody(absl::string_view bytes) {
  received_ += static_cast<std::int64_t>(bytes.size());
  if (announced_ && received_ > *announced_) {
    return Error(v1::ERROR_REASON_INVALID_SERVER_RESPONSE,
                 v1::ERROR_CONTEXT_REMOTE_FILE)
        .Url(request_.url)
        .Status(absl::StrCat("the origin sent more than the ", *announced_,
                             " bytes that it announced"));
  }
  return owner_->OnBytes(this, bytes);
}

void OriginConnection::OnDone(absl::Status status) {
  active_ = false;
  if (status.ok() && announced_ && received_ < *announced_) {
    status = Error(v1::ERROR_REASON_CONNECTION_CLOSED,
                   v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
                 .Url(request_.url)
                 .Retryable()
                 .Status(absl::StrCat("the origin sent ", received_, " of ",
                                      *announced_, " bytes"));
  }
  owner_->OnDone(this, std::move(status), retry_after_);
}

}  // namespace convoy
