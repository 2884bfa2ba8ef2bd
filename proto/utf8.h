#ifndef CONVOY_PROTO_UTF8_H_
#define CONVOY_PROTO_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// Bytes of the character at the head of `text`; 0 if it is not UTF-8 (RFC
// 3629). REQUIRES: not empty.
std::size_t Utf8Length(absl::string_view text);

// `text` with "?" for each byte that is not UTF-8: protobuf, and many gRPC
// clients, refuse messages and statuses whose texts are not.
std::string ToUtf8(absl::string_view text);

}  // namespace convoy

#endif  // CONVOY_PROTO_UTF8_H_
