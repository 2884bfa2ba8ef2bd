#ifndef CONVOY_DAEMON_FIELD_CHECK_H_
#define CONVOY_DAEMON_FIELD_CHECK_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/settings.h"
#include "google/protobuf/duration.pb.h"

namespace convoy {

// Checks of single values. `field` is the value's path from the request's root;
// errors carry it and begin with it.

// Characters (code points) of a UTF-8 text; none if it is not UTF-8.
std::optional<std::size_t> CountCharacters(absl::string_view text);
// Up to `max` characters from the head of a UTF-8 text.
absl::string_view FirstCharacters(absl::string_view text, std::size_t max);

// The head of somebody's text, fit for a message: UTF-8, without control
// characters, at most 60 characters.
std::string Excerpt(absl::string_view text);

// Has a control character (U+0000 to U+001F, U+007F).
bool HasControl(absl::string_view text);

// UTF-8 of `min` to `max` characters. STRING_TOO_LONG above that.
absl::Status CheckText(absl::string_view field, absl::string_view text,
                       std::size_t min, std::size_t max);

// An absolute path of a file: at most 4,095 bytes, without NUL, "." and ".."
// components and without a slash at the end.
absl::Status CheckAbsolutePath(absl::string_view field, absl::string_view path);

// A well-formed duration from `min` to `max`.
absl::StatusOr<absl::Duration> ReadDuration(
    absl::string_view field, const google::protobuf::Duration& value,
    absl::Duration min, absl::Duration max);

// STRING_TOO_LONG that names the limit.
absl::Status TooLong(absl::string_view field, std::size_t max,
                     absl::string_view unit);

// RESOURCE_EXHAUSTED by the limit `policy`; `what` says what the field does.
absl::Status OverQuota(v1::ErrorReason reason, absl::string_view field,
                       const std::string& policy, const Settings& settings,
                       absl::string_view what);

}  // namespace convoy

#endif  // CONVOY_DAEMON_FIELD_CHECK_H_
