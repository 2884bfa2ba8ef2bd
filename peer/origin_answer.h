#ifndef CONVOY_PEER_ORIGIN_ANSWER_H_
#define CONVOY_PEER_ORIGIN_ANSWER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "peer/byte_range.h"
#include "peer/http_settings.h"
#include "peer/origin_transport.h"

namespace convoy {

// What the head of an origin's answer says about the remote file and about the
// body that follows.
struct OriginAnswer {
  enum class Kind {
    kWhole,      // 200: the file from its first byte.
    kPart,       // 206: some of the bytes asked for, from the first of them on.
    kBeyondEnd,  // 416: the file ends before the range.
  };

  Kind kind = Kind::kWhole;
  // Remote bytes in the body. kToEnd: until the answer ends.
  ByteRange body;
  // Size of the remote file. Absent: not told.
  std::optional<std::int64_t> complete_length;
  Validator validator;
};

// Errors: what the HTTP status means (HTTP_STATUS, AUTHENTICATION_FAILED,
// PROXY_FAILURE; retryable for 408, 425, 429 and 5xx), or
// INVALID_SERVER_RESPONSE for an answer that contradicts itself or the request,
// or whose body is encoded.
absl::StatusOr<OriginAnswer> ReadAnswer(const OriginRequest& request,
                                        const OriginResponseHead& head);

// The headers of an answer that may be shown and stored: no cookies, no
// challenges, at most 64 and 16 KiB.
std::vector<HttpHeader> HeadersToShow(const OriginResponseHead& head);

}  // namespace convoy

#endif  // CONVOY_PEER_ORIGIN_ANSWER_H_
