#ifndef CONVOY_PEER_HTTP_HEADERS_H_
#define CONVOY_PEER_HTTP_HEADERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/byte_range.h"
#include "peer/http_settings.h"

// The parts of RFC 9110 and RFC 9112 that a client of files needs, as pure
// functions. What they read was written by strangers: anything not well-formed
// is absent, never guessed.
namespace convoy {

// The status of "HTTP/1.1 206 Partial Content", 100-599.
std::optional<int> ParseStatusLine(absl::string_view line);

// One "Name: value", without the blanks around the value. Absent: no token
// before the colon, or control characters in the value.
std::optional<HttpHeader> ParseHeaderLine(absl::string_view line);

struct ContentRange {
  // Absent: "bytes */1234", the answer to a range that cannot be satisfied.
  std::optional<ByteRange> range;
  // Absent: "bytes 0-9/*".
  std::optional<std::int64_t> complete_length;
};
// RFC 9110 section 14.4, unit bytes. Never contradicts itself: the range is
// inside the complete length, if that is known.
std::optional<ContentRange> ParseContentRange(absl::string_view value);

// A number of bytes; digits only, at most 2^62.
std::optional<std::int64_t> ParseContentLength(absl::string_view value);

// All three forms of RFC 9110 section 5.6.7.
std::optional<absl::Time> ParseHttpDate(absl::string_view value);

// RFC 9110 section 10.2.3: seconds, or a date, from which the wait counted from
// `now` is made. From zero to a year.
std::optional<absl::Duration> ParseRetryAfter(absl::string_view value,
                                              absl::Time now);

// An entity-tag as RFC 9110 section 8.8.3 has it, in visible ASCII.
bool IsEntityTag(absl::string_view value);

// The value of the first Host among `headers`. Empty: there is none.
std::string HostAmong(const std::vector<HttpHeader>& headers);

// A token (RFC 9110 section 5.6.2), such as a header's name.
bool IsToken(absl::string_view text);

// Holds, or may hold, what only this client and this server should know: never
// shown, stored or logged.
bool IsSecretHeader(absl::string_view name);

}  // namespace convoy

#endif  // CONVOY_PEER_HTTP_HEADERS_H_
