#include "proto/error_detail.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "convoy/v1/error_detail.pb.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

constexpr absl::string_view kPayloadUrl =
    "type.googleapis.com/convoy.v1.ErrorDetail";

// `url` without user name and password. Reads generously, as clients do: any
// number of slashes after the scheme, or no scheme at all.
std::string WithoutUserInfo(absl::string_view url) {
  std::size_t authority = 0;
  const std::size_t colon = url.find(':');
  if (colon != absl::string_view::npos && colon + 1 < url.size() &&
      url[colon + 1] == '/' &&
      url.substr(0, colon).find_first_of("/?#@") == absl::string_view::npos) {
    if (absl::EqualsIgnoreCase(url.substr(0, colon), "file")) {
      return std::string(url);
    }
    authority = url.find_first_not_of('/', colon + 1);
    if (authority == absl::string_view::npos) return std::string(url);
  } else if (absl::StartsWith(url, "/")) {
    return std::string(url);
  }
  const std::size_t end = url.find_first_of("/?#", authority);
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at == absl::string_view::npos || at < authority) return std::string(url);
  return absl::StrCat(url.substr(0, authority), url.substr(at + 1));
}

}  // namespace

Error&& Error::Url(absl::string_view url) && {
  detail_.set_url(ToUtf8(WithoutUserInfo(url)));
  return std::move(*this);
}

Error&& Error::HttpStatus(int status) && {
  detail_.set_http_status(status);
  return std::move(*this);
}

Error&& Error::Policy(absl::string_view key) && {
  detail_.set_policy(ToUtf8(key));
  return std::move(*this);
}

Error&& Error::Field(absl::string_view field) && {
  detail_.set_field(ToUtf8(field));
  return std::move(*this);
}

Error&& Error::LocalPath(absl::string_view path) && {
  detail_.set_local_path(ToUtf8(path));
  return std::move(*this);
}

Error&& Error::Retryable(bool retryable) && {
  detail_.set_retryable(retryable);
  return std::move(*this);
}

absl::Status Error::Status(absl::string_view message) && {
  const absl::StatusCode code = CodeOfReason(detail_.reason());
  return std::move(*this).StatusWithCode(code, message);
}

absl::Status Error::StatusWithCode(absl::StatusCode code,
                                   absl::string_view message) && {
  absl::Status status(code, ToUtf8(message));
  status.SetPayload(kPayloadUrl, absl::Cord(detail_.SerializeAsString()));
  return status;
}

absl::Status InvalidField(absl::string_view field, absl::string_view message) {
  return Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_REQUEST)
      .Field(field)
      .Status(message);
}

std::optional<v1::ErrorDetail> GetErrorDetail(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  v1::ErrorDetail detail;
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return detail;
}

v1::ErrorDetail ErrorDetailOf(const absl::Status& status) {
  if (std::optional<v1::ErrorDetail> detail = GetErrorDetail(status)) {
    return *std::move(detail);
  }
  v1::ErrorDetail detail;
  detail.set_reason(v1::ERROR_REASON_INTERNAL);
  detail.set_context(v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER);
  return detail;
}

// Longer than a function should be: one line for each reason, so that the
// compiler finds the missing one.
absl::StatusCode CodeOfReason(v1::ErrorReason reason) {
  switch (reason) {
    case v1::ERROR_REASON_INVALID_ARGUMENT:
    case v1::ERROR_REASON_STRING_TOO_LONG:
    case v1::ERROR_REASON_INVALID_RANGE:
    case v1::ERROR_REASON_OVERLAPPING_RANGES:
    case v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE:
    case v1::ERROR_REASON_NOT_WITH_HTTP_METHOD:
      return absl::StatusCode::kInvalidArgument;

    case v1::ERROR_REASON_NOT_FOUND:
      return absl::StatusCode::kNotFound;
    case v1::ERROR_REASON_ACCESS_DENIED:
      return absl::StatusCode::kPermissionDenied;
    case v1::ERROR_REASON_REQUEST_ID_REUSED:
      return absl::StatusCode::kAlreadyExists;

    case v1::ERROR_REASON_ETAG_MISMATCH:
    case v1::ERROR_REASON_REMOTE_FILE_CHANGED:
      return absl::StatusCode::kAborted;

    case v1::ERROR_REASON_TOO_MANY_JOBS_PER_USER:
    case v1::ERROR_REASON_TOO_MANY_JOBS_PER_MACHINE:
    case v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB:
    case v1::ERROR_REASON_TOO_MANY_RANGES_IN_FILE:
    case v1::ERROR_REASON_DISK_FULL:
    case v1::ERROR_REASON_MAX_DOWNLOAD_SIZE:
      return absl::StatusCode::kResourceExhausted;

    case v1::ERROR_REASON_NAME_RESOLUTION_FAILURE:
    case v1::ERROR_REASON_PROXY_NAME_RESOLUTION_FAILURE:
    case v1::ERROR_REASON_CONNECT_FAILURE:
    case v1::ERROR_REASON_CONNECTION_CLOSED:
    case v1::ERROR_REASON_TIMEOUT:
    case v1::ERROR_REASON_STORE_UNAVAILABLE:
    case v1::ERROR_REASON_SHUTTING_DOWN:
      return absl::StatusCode::kUnavailable;

    case v1::ERROR_REASON_INVALID_STATE:
    case v1::ERROR_REASON_EMPTY:
    case v1::ERROR_REASON_SECURE_CHANNEL_FAILURE:
    case v1::ERROR_REASON_TRUST_FAILURE:
    case v1::ERROR_REASON_HTTP_STATUS:
    case v1::ERROR_REASON_INVALID_SERVER_RESPONSE:
    case v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT:
    case v1::ERROR_REASON_REDIRECT_REFUSED:
    case v1::ERROR_REASON_AUTHENTICATION_FAILED:
    case v1::ERROR_REASON_PROXY_FAILURE:
    case v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED:
    case v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM:
    case v1::ERROR_REASON_PATH_NOT_FOUND:
    case v1::ERROR_REASON_PATH_NOT_REGULAR:
    case v1::ERROR_REASON_LOCAL_FILE_CHANGED:
    case v1::ERROR_REASON_LOCAL_FILE_IO:
    case v1::ERROR_REASON_BLOCKED_BY_POLICY:
    case v1::ERROR_REASON_BLOCKED_BY_COST_POLICY:
      return absl::StatusCode::kFailedPrecondition;

    case v1::ERROR_REASON_VALIDATION_FAILED:
    case v1::ERROR_REASON_SIZE_MISMATCH:
      return absl::StatusCode::kDataLoss;

    case v1::ERROR_REASON_DOWNLOAD_NO_PROGRESS:
    case v1::ERROR_REASON_MAX_DOWNLOAD_TIME:
      return absl::StatusCode::kDeadlineExceeded;
    case v1::ERROR_REASON_JOB_INACTIVE:
      return absl::StatusCode::kCancelled;

    case v1::ERROR_REASON_UNSPECIFIED:
    case v1::ERROR_REASON_INTERNAL:
    case v1::ErrorReason_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::ErrorReason_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return absl::StatusCode::kInternal;
}

std::string ReasonName(v1::ErrorReason reason) {
  if (!v1::ErrorReason_IsValid(reason)) {
    return absl::StrCat("UNKNOWN_", static_cast<int>(reason));
  }
  return std::string(
      absl::StripPrefix(v1::ErrorReason_Name(reason), "ERROR_REASON_"));
}

std::string RedactedUrl(absl::string_view url) {
  return WithoutUserInfo(url.substr(0, url.find_first_of("?#")));
}

}  // namespace convoy
