#include "daemon/field_check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "google/protobuf/duration.pb.h"
#include "proto/error_detail.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxPathBytes = 4095;
constexpr std::size_t kExcerptCharacters = 60;
// Of google.protobuf.Duration.
constexpr std::int64_t kMaxDurationSeconds = 315576000000;
constexpr std::int32_t kMaxNanos = 999999999;

}  // namespace

std::optional<std::size_t> CountCharacters(absl::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
    ++count;
  }
  return count;
}

absl::string_view FirstCharacters(absl::string_view text, std::size_t max) {
  std::size_t end = 0;
  for (std::size_t count = 0; count < max && end < text.size(); ++count) {
    const std::size_t length = Utf8Length(text.substr(end));
    if (length == 0) break;
    end += length;
  }
  return text.substr(0, end);
}

std::string Excerpt(absl::string_view text) {
  std::string excerpt(FirstCharacters(text, kExcerptCharacters));
  if (excerpt.size() < text.size()) excerpt += "...";
  for (char& c : excerpt) {
    if (HasControl(absl::string_view(&c, 1))) c = '?';
  }
  return excerpt;
}

bool HasControl(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

absl::Status TooLong(absl::string_view field, std::size_t max,
                     absl::string_view unit) {
  return Error(v1::ERROR_REASON_STRING_TOO_LONG, v1::ERROR_CONTEXT_REQUEST)
      .Field(field)
      .Status(absl::StrCat(field, " is longer than ", max, " ", unit));
}

absl::Status CheckText(absl::string_view field, absl::string_view text,
                       std::size_t min, std::size_t max) {
  if (text.empty() && min > 0) {
    return InvalidField(field, absl::StrCat(field, " is required: ", min,
                                            " to ", max, " characters"));
  }
  const std::optional<std::size_t> characters = CountCharacters(text);
  if (!characters.has_value()) {
    return InvalidField(field, absl::StrCat(field, " is not UTF-8"));
  }
  if (*characters > max) return TooLong(field, max, "characters");
  if (*characters < min) {
    return InvalidField(
        field, absl::StrCat(field, " is shorter than ", min, " characters"));
  }
  return absl::OkStatus();
}

absl::Status CheckAbsolutePath(absl::string_view field,
                               absl::string_view path) {
  const auto wrong = [field](absl::string_view what) {
    return InvalidField(field, absl::StrCat(field, " ", what));
  };
  if (path.empty()) return wrong("is required: an absolute path");
  if (path.size() > kMaxPathBytes)
    return TooLong(field, kMaxPathBytes, "bytes");
  if (!CountCharacters(path).has_value()) return wrong("is not UTF-8");
  if (absl::StrContains(path, '\0')) return wrong("holds a NUL character");
  if (path.front() != '/') {
    return wrong("is not absolute: begin it with \"/\"");
  }
  if (path.back() == '/') {
    return wrong("ends with \"/\": name the file, not its folder");
  }
  for (absl::string_view component : absl::StrSplit(path, '/')) {
    if (component == "." || component == "..") {
      return wrong(absl::StrCat("has a \"", component,
                                "\" component: write the path out"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> ReadDuration(
    absl::string_view field, const google::protobuf::Duration& value,
    absl::Duration min, absl::Duration max) {
  const bool well_formed = value.seconds() >= -kMaxDurationSeconds &&
                           value.seconds() <= kMaxDurationSeconds &&
                           value.nanos() >= -kMaxNanos &&
                           value.nanos() <= kMaxNanos &&
                           !(value.seconds() > 0 && value.nanos() < 0) &&
                           !(value.seconds() < 0 && value.nanos() > 0);
  const absl::Duration duration =
      absl::Seconds(value.seconds()) + absl::Nanoseconds(value.nanos());
  if (!well_formed || duration < min || duration > max) {
    return InvalidField(field,
                        absl::StrCat(field, " is out of range; allowed: ",
                                     absl::FormatDuration(min), " to ",
                                     absl::FormatDuration(max)));
  }
  return duration;
}

absl::Status OverQuota(v1::ErrorReason reason, absl::string_view field,
                       const std::string& policy, const Settings& settings,
                       absl::string_view what) {
  return Error(reason, v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .Field(field)
      .Policy(policy)
      .Status(absl::StrCat(field, " ", what, " (", policy, ", ",
                           settings.ProviderOf(policy), ")"));
}

}  // namespace convoy
