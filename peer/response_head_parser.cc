#include "peer/response_head_parser.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

void AppendToList(absl::string_view value, std::string* list) {
  absl::StrAppend(list, list->empty() ? "" : ", ",
                  absl::AsciiStrToLower(value));
}

// Headers are shown and stored as text: bytes outside of ASCII are not.
std::string Shown(std::string value) {
  for (char& c : value) {
    if (!absl::ascii_isascii(static_cast<unsigned char>(c))) c = '?';
  }
  return value;
}

}  // namespace

void ResponseHeadParser::Single::Add(absl::string_view text) {
  contradicts = contradicts || (present && value != text);
  present = true;
  value = std::string(text);
}

bool ResponseHeadParser::AddLine(absl::string_view line) {
  received_bytes_ += line.size();
  if (received_bytes_ > kMaxReceivedBytes) return false;
  if (const std::optional<int> status = ParseStatusLine(line)) {
    const std::size_t received = received_bytes_;
    *this = ResponseHeadParser();
    received_bytes_ = received;
    head_.status = *status;
    return true;
  }
  if (status() == 0 || complete_) return true;  // A trailer.
  if (line == "\r\n" || line == "\n") {
    complete_ = true;
    return true;
  }
  if (std::optional<HttpHeader> header = ParseHeaderLine(line)) {
    AddHeader(*std::move(header));
  }
  return true;
}

void ResponseHeadParser::AddHeader(HttpHeader header) {
  const auto is = [&header](absl::string_view name) {
    return absl::EqualsIgnoreCase(header.name, name);
  };
  const std::string& value = header.value;
  if (is("Content-Length")) {
    content_length_.Add(value);
  } else if (is("Content-Range")) {
    content_range_.Add(value);
  } else if (is("ETag")) {
    etag_.Add(value);
  } else if (is("Last-Modified")) {
    last_modified_.Add(value);
  } else if (is("Location")) {
    if (location_.empty()) location_ = value;
  } else if (is("Content-Type")) {
    content_type_ = value;
  } else if (is("Content-Encoding")) {
    AppendToList(value, &head_.content_encoding);
  } else if (is("Transfer-Encoding")) {
    AppendToList(value, &transfer_encoding_);
  } else if (is("Retry-After")) {
    retry_after_ = value;
  }
  Keep(std::move(header));
}

void ResponseHeadParser::Keep(HttpHeader header) {
  if (!keeps_ || IsSecretHeader(header.name)) return;
  kept_bytes_ += header.name.size() + header.value.size();
  if (head_.headers.size() >= kMaxKeptHeaders || kept_bytes_ > kMaxKeptBytes) {
    keeps_ = false;
    return;
  }
  header.value = Shown(std::move(header.value));
  head_.headers.push_back(std::move(header));
}

absl::string_view ResponseHeadParser::redirect_location() const {
  switch (status()) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return location_;
    default:
      return "";
  }
}

std::optional<std::int64_t> ResponseHeadParser::content_length() const {
  if (IsChunked()) return std::nullopt;
  return ParseContentLength(content_length_.value);
}

bool ResponseHeadParser::EndsWithConnection() const {
  return !IsChunked() && !content_length() && status() != 204 &&
         status() != 304;
}

absl::StatusOr<OriginResponseHead> ResponseHeadParser::Take(
    absl::string_view effective_url, absl::Time now) {
  if (const std::string fault = Fault(); !fault.empty()) {
    return Error(v1::ERROR_REASON_INVALID_SERVER_RESPONSE,
                 v1::ERROR_CONTEXT_REMOTE_FILE)
        .Url(effective_url)
        .HttpStatus(status())
        .Status(absl::StrCat("the server's answer ", fault));
  }
  OriginResponseHead head = std::move(head_);
  head.effective_url = std::string(effective_url);
  head.content_length = content_length();
  if (const auto range = ParseContentRange(content_range_.value)) {
    head.content_range = range->range;
    head.complete_length = range->complete_length;
  }
  if (!etag_.contradicts && IsEntityTag(etag_.value)) {
    head.validator.etag = etag_.value;
  }
  if (!last_modified_.contradicts && ParseHttpDate(last_modified_.value)) {
    head.validator.last_modified = last_modified_.value;
  }
  head.retry_after = ParseRetryAfter(retry_after_, now);
  return head;
}

std::string ResponseHeadParser::Fault() const {
  if (status() == 101) return "switches to a protocol that nobody asked for";
  if (!transfer_encoding_.empty() && !IsChunked()) {
    return "is in a transfer coding that nobody asked for";
  }
  if (content_length_.contradicts) return "has two different lengths";
  if (content_length_.present && !IsChunked() && !content_length()) {
    return "has a length that is no number";
  }
  if (content_range_.contradicts) return "has two different ranges";
  if (status() == 206 &&
      absl::StartsWithIgnoreCase(content_type_, "multipart/byteranges")) {
    return "has several parts where one range was asked for";
  }
  return "";
}

bool ResponseHeadParser::IsChunked() const {
  return transfer_encoding_ == "chunked";
}

}  // namespace convoy
