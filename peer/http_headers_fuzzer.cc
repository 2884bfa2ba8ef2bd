// Everything that a server's head goes through, to what it means for a request.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/byte_range.h"
#include "peer/curl_url.h"
#include "peer/http_headers.h"
#include "peer/http_settings.h"
#include "peer/origin_answer.h"
#include "peer/origin_transport.h"
#include "peer/piece_layout.h"
#include "peer/response_head_parser.h"

namespace convoy {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckValue(absl::string_view value, absl::Time now) {
  if (const auto range = ParseContentRange(value)) {
    Check(range->range || range->complete_length);
    if (range->range) {
      Check(range->range->offset >= 0 && range->range->length > 0);
      Check(!range->complete_length ||
            range->range->end() <= *range->complete_length);
    }
  }
  if (const auto length = ParseContentLength(value)) Check(*length >= 0);
  if (const auto wait = ParseRetryAfter(value, now)) {
    Check(*wait >= absl::ZeroDuration());
  }
  (void)ParseHttpDate(value);
  (void)IsEntityTag(value);
}

// Whatever the answer is, its body is inside of what was asked for.
void CheckAnswer(const std::optional<ByteRange>& range,
                 const OriginResponseHead& head) {
  OriginRequest request;
  request.url = "http://h/";
  request.range = range;
  const absl::StatusOr<OriginAnswer> answer = ReadAnswer(request, head);
  if (!answer.ok()) return;
  const ByteRange& body = answer->body;
  const std::int64_t size = answer->complete_length.value_or(0);
  switch (answer->kind) {
    case OriginAnswer::Kind::kWhole:
      Check(head.status == 200 && body.offset == 0);
      Check(body.length == ByteRange::kToEnd || body.length == size);
      Check(size >= 0 && size <= PieceLayout::kMaxSize);
      break;
    case OriginAnswer::Kind::kPart:
      Check(head.status == 206 && range.has_value());
      Check(body.offset == range->offset && body.length > 0);
      Check(range->length == ByteRange::kToEnd || body.end() <= range->end());
      Check(!answer->complete_length || body.end() <= size);
      Check(size <= PieceLayout::kMaxSize);
      break;
    case OriginAnswer::Kind::kBeyondEnd:
      Check(head.status == 416 && range.has_value());
  }
}

void CheckAnswers(const OriginResponseHead& head) {
  CheckAnswer(std::nullopt, head);
  CheckAnswer(ByteRange{0, ByteRange::kToEnd}, head);
  CheckAnswer(ByteRange{100, 50}, head);
  if (head.content_range) {
    CheckAnswer(head.content_range, head);
    CheckAnswer(ByteRange{head.content_range->offset, ByteRange::kToEnd}, head);
  }
  std::size_t bytes = 0;
  for (const HttpHeader& header : HeadersToShow(head)) {
    Check(!IsSecretHeader(header.name));
    bytes += header.name.size() + header.value.size();
  }
  Check(bytes <= 16 << 10);
}

// What comes out of a head is bounded and holds together, whatever goes in.
void CheckHead(absl::string_view input, absl::Time now) {
  ResponseHeadParser parser;
  while (!input.empty()) {
    const std::size_t end = input.find('\n');
    const std::size_t size =
        end == absl::string_view::npos ? input.size() : end + 1;
    if (!parser.AddLine(input.substr(0, size))) return;
    input.remove_prefix(size);
  }
  const std::string location(parser.redirect_location());
  static const auto& base = *new HttpUrl(*HttpUrl::Parse("http://h/a/b"));
  if (const auto url = base.Resolve(location); url.ok()) {
    Check(HttpUrl::Parse(url->text()).ok());
  }
  if (!parser.complete()) return;
  const absl::StatusOr<OriginResponseHead> head = parser.Take("http://h/", now);
  if (!head.ok()) return;
  Check(head->status >= 100 && head->status <= 599);
  Check(head->headers.size() <= ResponseHeadParser::kMaxKeptHeaders);
  std::size_t bytes = 0;
  for (const HttpHeader& header : head->headers) {
    Check(IsToken(header.name) && !IsSecretHeader(header.name));
    bytes += header.name.size() + header.value.size();
  }
  Check(bytes <= ResponseHeadParser::kMaxKeptBytes);
  CheckAnswers(*head);
}

}  // namespace
}  // namespace convoy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  (void)convoy::ParseStatusLine(input);
  (void)convoy::ParseHeaderLine(input);
  convoy::CheckValue(absl::StripAsciiWhitespace(input), now);
  convoy::CheckHead(input, now);
  return 0;
}
