#ifndef CONVOY_CLIENT_BACKGROUND_COPY_REQUEST_HEADERS_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_REQUEST_HEADERS_H_

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"

namespace convoy::background_copy {

// The lines of SetCustomHeaders, "Name: value" each, ended by CR LF or LF. The
// last one need not be. Nothing if a line is no header (RFC 9112 section 5).
std::optional<std::vector<v1::HttpHeader>> ParseRequestHeaders(
    absl::string_view text);

// Those of `headers` that the daemon sends: it writes Accept-Encoding, Range
// and what else decides which bytes come, and how, itself.
std::vector<v1::HttpHeader> SentHeaders(std::vector<v1::HttpHeader> headers);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_REQUEST_HEADERS_H_
