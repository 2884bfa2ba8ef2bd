#include "peer/origin_answer.h"

#include <cstddef>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "peer/piece_layout.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxShownHeaders = 64;
constexpr std::size_t kMaxShownBytes = 16 << 10;

absl::Status Invalid(const OriginRequest& request, absl::string_view message) {
  return Error(v1::ERROR_REASON_INVALID_SERVER_RESPONSE,
               v1::ERROR_CONTEXT_REMOTE_FILE)
      .Url(request.url)
      .Status(message);
}

absl::Status StatusError(const OriginRequest& request, int status) {
  v1::ErrorReason reason = v1::ERROR_REASON_HTTP_STATUS;
  std::string text =
      absl::StrCat("the origin answered with HTTP status ", status);
  if (status == 401) {
    reason = v1::ERROR_REASON_AUTHENTICATION_FAILED;
    text = "the origin wants credentials, or refused those of the job";
  } else if (status == 407) {
    reason = v1::ERROR_REASON_PROXY_FAILURE;
    text = "the proxy wants credentials, or refused those of the job";
  } else if (status == 404 || status == 410) {
    text =
        absl::StrCat("the origin has no such file (HTTP status ", status, ")");
  }
  const bool retryable = status == 408 || status == 425 || status == 429 ||
                         (status >= 500 && status <= 599);
  return Error(reason, v1::ERROR_CONTEXT_REMOTE_FILE)
      .Url(request.url)
      .HttpStatus(status)
      .Retryable(retryable)
      .Status(text);
}

absl::StatusOr<OriginAnswer> ReadPart(const OriginRequest& request,
                                      const OriginResponseHead& head,
                                      OriginAnswer answer) {
  if (!request.range) {
    return Invalid(request,
                   "the origin sent a part of a file that was asked "
                   "for as a whole");
  }
  if (!head.content_range) {
    return Invalid(request,
                   "the origin sent a part of the file without a "
                   "Content-Range that can be read");
  }
  const ByteRange& asked = *request.range;
  const ByteRange& got = *head.content_range;
  const bool beyond_asked =
      asked.length != ByteRange::kToEnd && got.end() > asked.end();
  const bool beyond_file =
      head.complete_length && got.end() > *head.complete_length;
  if (got.offset != asked.offset || got.length <= 0 || beyond_asked ||
      beyond_file) {
    return Invalid(request,
                   absl::StrCat("the origin sent ", got.length, " bytes from ",
                                got.offset, " instead of the bytes from ",
                                asked.offset, " that were asked for"));
  }
  if (head.content_length && *head.content_length != got.length) {
    return Invalid(request,
                   "the origin's Content-Length and Content-Range disagree");
  }
  answer.kind = OriginAnswer::Kind::kPart;
  answer.body = got;
  return answer;
}

bool IsSecret(absl::string_view name) {
  for (const absl::string_view secret :
       {"set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate",
        "authentication-info", "proxy-authentication-info", "authorization"}) {
    if (absl::EqualsIgnoreCase(name, secret)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<OriginAnswer> ReadAnswer(const OriginRequest& request,
                                        const OriginResponseHead& head) {
  OriginAnswer answer;
  answer.validator = head.validator;
  answer.complete_length = head.complete_length;
  if (head.status == 416 && request.range) {
    answer.kind = OriginAnswer::Kind::kBeyondEnd;
    return answer;
  }
  if (head.status != 200 && head.status != 206) {
    return StatusError(request, head.status);
  }
  if (!head.content_encoding.empty() && head.content_encoding != "identity") {
    return Invalid(
        request,
        absl::StrCat("the origin sent the file encoded (Content-Encoding: ",
                     absl::CHexEscape(head.content_encoding.substr(0, 40)),
                     "), which was not asked for"));
  }
  if (head.complete_length.value_or(0) > PieceLayout::kMaxSize ||
      head.content_length.value_or(0) > PieceLayout::kMaxSize) {
    return Invalid(request, "the origin tells a size that no file can have");
  }
  if (head.status == 206) return ReadPart(request, head, std::move(answer));
  answer.kind = OriginAnswer::Kind::kWhole;
  answer.complete_length = head.content_length;
  answer.body = ByteRange{0, head.content_length.value_or(ByteRange::kToEnd)};
  return answer;
}

std::vector<HttpHeader> HeadersToShow(const OriginResponseHead& head) {
  std::vector<HttpHeader> shown;
  std::size_t bytes = 0;
  for (const HttpHeader& header : head.headers) {
    if (IsSecret(header.name)) continue;
    bytes += header.name.size() + header.value.size();
    if (shown.size() == kMaxShownHeaders || bytes > kMaxShownBytes) break;
    shown.push_back(header);
  }
  return shown;
}

}  // namespace convoy
