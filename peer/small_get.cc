#include "peer/small_get.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/error_detail.h"

namespace convoy {

SmallGet::SmallGet(OriginTransport* transport, Executor* executor)
    : executor_(executor), connection_(transport, this) {}

SmallGet::~SmallGet() { StopTimer(); }

void SmallGet::Start(OriginRequest request, Want want, absl::Duration patience,
                     Done done) {
  url_ = request.url;
  want_ = want;
  patience_ = patience;
  done_ = std::move(done);
  connection_.Start(std::move(request));
}

absl::Status SmallGet::OnAnswer(OriginConnection*, const OriginAnswer& answer,
                                const OriginResponseHead& head) {
  has_head_ = true;
  answer_.answer = answer;
  answer_.head = head;
  if (patience_ != absl::InfiniteDuration()) {
    timer_ = executor_->PostAfter(patience_, [this] { OnTimer(); });
  }
  if (want_ == Want::kHead) {
    return answer.kind == OriginAnswer::Kind::kPart
               ? absl::OkStatus()
               : absl::CancelledError("the head is enough");
  }
  return head.content_length.value_or(0) > static_cast<std::int64_t>(kMaxBody)
             ? TooLong()
             : absl::OkStatus();
}

absl::Status SmallGet::OnBytes(OriginConnection*, absl::string_view bytes) {
  if (want_ == Want::kHead) return absl::OkStatus();
  if (bytes.size() > kMaxBody - answer_.body.size()) return TooLong();
  answer_.body.append(bytes.data(), bytes.size());
  return absl::OkStatus();
}

void SmallGet::OnDone(OriginConnection*, absl::Status status,
                      std::optional<absl::Duration> retry_after) {
  StopTimer();
  answer_.retry_after = retry_after;
  if (want_ != Want::kHead || !has_head_) answer_.status = std::move(status);
  // The last thing: it may destroy this.
  std::exchange(done_, nullptr)(std::move(answer_));
}

absl::Status SmallGet::TooLong() const {
  return Error(v1::ERROR_REASON_INVALID_SERVER_RESPONSE,
               v1::ERROR_CONTEXT_REMOTE_FILE)
      .Url(url_)
      .Status(absl::StrCat("the answer is longer than the ", kMaxBody,
                           " bytes that are read of it"));
}

void SmallGet::OnTimer() {
  timer_ = 0;
  connection_.Stop();
  OnDone(&connection_,
         Error(v1::ERROR_REASON_TIMEOUT, v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
             .Url(url_)
             .Retryable()
             .Status(absl::StrCat("the answer was not whole after ",
                                  absl::FormatDuration(patience_))),
         std::nullopt);
}

void SmallGet::StopTimer() {
  if (timer_ != 0) executor_->CancelTimer(std::exchange(timer_, 0));
}

}  // namespace convoy
