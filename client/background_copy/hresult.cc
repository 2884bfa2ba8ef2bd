#include "client/background_copy/hresult.h"

#include <optional>

#include "client/job_client.h"
#include "proto/error_detail.h"

namespace convoy::background_copy {
namespace {

// A reason's code in each flavour.
struct Codes {
  uint32_t bits;
  uint32_t delivery_optimization;
};

constexpr uint32_t kHttp = 0x80190000;
constexpr uint32_t kHttpUnauthorized = kHttp + 401;

// Of details without an HTTP status, where that would be the code.
//
// Codes without a name here are Win32's and WinINet's (0x80072Exx, 0x80072Fxx)
// where a facility has none of its own. No default: the compiler finds what is
// missing.
Codes CodesOf(v1::ErrorReason reason) {
  switch (reason) {
    case v1::ERROR_REASON_INVALID_ARGUMENT:
      return {0x80070057, 0x80070057};
    case v1::ERROR_REASON_STRING_TOO_LONG:
      return {0x80200021, 0x80070057};
    case v1::ERROR_REASON_INVALID_RANGE:
      return {0x8020002B, 0x80D05010};
    case v1::ERROR_REASON_OVERLAPPING_RANGES:
      return {0x8020002C, 0x80D05012};
    case v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE:
      return {0x80200005, 0x80070057};
    case v1::ERROR_REASON_NOT_FOUND:
      return {0x80200001, 0x80D02003};
    case v1::ERROR_REASON_INVALID_STATE:
      return {0x80200002, 0x80D02013};
    case v1::ERROR_REASON_EMPTY:
      return {0x80200003, 0x80D02004};
    case v1::ERROR_REASON_ACCESS_DENIED:
      return {0x80070005, 0x80070005};
    case v1::ERROR_REASON_ETAG_MISMATCH:
      return {0x8000000C, 0x8000000C};
    case v1::ERROR_REASON_REQUEST_ID_REUSED:
      return {0x800700B7, 0x800700B7};
    case v1::ERROR_REASON_TOO_MANY_JOBS_PER_USER:
      return {0x80200049, 0x80070718};
    case v1::ERROR_REASON_TOO_MANY_JOBS_PER_MACHINE:
      return {0x80200050, 0x80070718};
    case v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB:
      return {0x80200051, 0x80070718};
    case v1::ERROR_REASON_TOO_MANY_RANGES_IN_FILE:
      return {0x80200052, 0x80070718};
    case v1::ERROR_REASON_NOT_WITH_HTTP_METHOD:
      return {0x80200071, 0x80070057};

    case v1::ERROR_REASON_NAME_RESOLUTION_FAILURE:
      return {0x80200031, 0x80072EE7};
    case v1::ERROR_REASON_PROXY_NAME_RESOLUTION_FAILURE:
      return {0x80200035, 0x80072EE7};
    case v1::ERROR_REASON_CONNECT_FAILURE:
      return {0x8020002D, 0x80072EFD};
    case v1::ERROR_REASON_CONNECTION_CLOSED:
      return {0x8020002E, 0x80072EFE};
    case v1::ERROR_REASON_TIMEOUT:
      return {0x8020003B, 0x80072EE2};
    case v1::ERROR_REASON_SECURE_CHANNEL_FAILURE:
      return {0x80200038, 0x80072F7D};
    case v1::ERROR_REASON_TRUST_FAILURE:
      return {0x8020003C, 0x80D05002};
    case v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED:
      return {0x80200074, 0x80D05002};
    case v1::ERROR_REASON_HTTP_STATUS:
      return {0x8020001B, 0x80072F78};
    case v1::ERROR_REASON_INVALID_SERVER_RESPONSE:
      return {0x8020001B, 0x80072F78};
    case v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT:
      return {0x80200013, 0x80D05011};
    case v1::ERROR_REASON_REDIRECT_REFUSED:
      return {0x80072F7C, 0x80072F7C};
    case v1::ERROR_REASON_REMOTE_FILE_CHANGED:
      return {0x80200073, 0x80D05001};
    case v1::ERROR_REASON_AUTHENTICATION_FAILED:
      return {kHttpUnauthorized, kHttpUnauthorized};
    case v1::ERROR_REASON_PROXY_FAILURE:
      return {0x8020003F, 0x80072EFD};

    case v1::ERROR_REASON_VALIDATION_FAILED:
      return {0x80200053, 0x80D06805};
    case v1::ERROR_REASON_SIZE_MISMATCH:
      return {0x80200011, 0x80D0681D};

    case v1::ERROR_REASON_DISK_FULL:
      return {0x80070070, 0x80070070};
    case v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM:
      return {0x80070013, 0x80070013};
    case v1::ERROR_REASON_PATH_NOT_FOUND:
      return {0x80070003, 0x80070003};
    case v1::ERROR_REASON_PATH_NOT_REGULAR:
      return {0x8007010B, 0x8007010B};
    case v1::ERROR_REASON_LOCAL_FILE_CHANGED:
      return {0x8020001D, 0x80070002};
    case v1::ERROR_REASON_LOCAL_FILE_IO:
      return {0x8007001D, 0x8007001D};

    case v1::ERROR_REASON_DOWNLOAD_NO_PROGRESS:
      return {0x80200024, 0x80D02002};
    case v1::ERROR_REASON_BLOCKED_BY_POLICY:
      return {0x8020003E, 0x80D03806};
    case v1::ERROR_REASON_JOB_INACTIVE:
      return {0x8020003B, 0x80D0200C};
    case v1::ERROR_REASON_MAX_DOWNLOAD_TIME:
      return {0x80200054, 0x80D0200C};
    case v1::ERROR_REASON_MAX_DOWNLOAD_SIZE:
      return {0x80200064, 0x80070718};
    case v1::ERROR_REASON_BLOCKED_BY_COST_POLICY:
      return {0x80200059, 0x80D03801};

    case v1::ERROR_REASON_STORE_UNAVAILABLE:
      return {0x8007001D, 0x8007001D};
    case v1::ERROR_REASON_SHUTTING_DOWN:
      return {0x800706BA, 0x800706BA};
    case v1::ERROR_REASON_INTERNAL:
      return {0x8020003D, 0x8000FFFF};

    case v1::ERROR_REASON_UNSPECIFIED:
    case v1::ErrorReason_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::ErrorReason_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  // Of a newer daemon.
  return {0x8020003D, 0x8000FFFF};
}

// The status of a server's or proxy's answer is the code.
bool IsHttpStatus(const v1::ErrorDetail& detail) {
  return detail.http_status() != 0 &&
         (detail.reason() == v1::ERROR_REASON_HTTP_STATUS ||
          detail.reason() == v1::ERROR_REASON_AUTHENTICATION_FAILED ||
          detail.reason() == v1::ERROR_REASON_PROXY_FAILURE);
}

}  // namespace

HRESULT HresultOfDetail(const v1::ErrorDetail& detail, const Flavour& flavour) {
  if (IsHttpStatus(detail)) {
    return static_cast<HRESULT>(kHttp +
                                static_cast<uint32_t>(detail.http_status()));
  }
  const Codes codes = CodesOf(detail.reason());
  return static_cast<HRESULT>(flavour.kind == Flavour::Kind::kBits
                                  ? codes.bits
                                  : codes.delivery_optimization);
}

HRESULT HresultOf(const absl::Status& status, const Flavour& flavour) {
  if (status.ok()) return S_OK;
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  if (detail.has_value()) return HresultOfDetail(*detail, flavour);
  if (IsSocketForbidden(status)) return E_ACCESSDENIED;
  if (absl::IsUnavailable(status)) return kServerUnavailable;
  if (absl::IsDeadlineExceeded(status)) return kTimeout;
  // What the daemon's gRPC refuses before it looks at the call: texts that are
  // not UTF-8, messages that are too large.
  if (absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status)) {
    return E_INVALIDARG;
  }
  // A daemon that is older than this library.
  if (absl::IsUnimplemented(status)) return E_NOTIMPL;
  return E_FAIL;
}

BG_ERROR_CONTEXT ContextOf(const v1::ErrorDetail& detail,
                           const Flavour& flavour) {
  if (flavour.tells_few_contexts) {
    return detail.context() == v1::ERROR_CONTEXT_REMOTE_FILE
               ? BG_ERROR_CONTEXT_REMOTE_FILE
               : BG_ERROR_CONTEXT_NONE;
  }
  if (detail.reason() == v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED) {
    return BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK;
  }
  switch (detail.context()) {
    case v1::ERROR_CONTEXT_REQUEST:
    case v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER:
      return BG_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER;
    case v1::ERROR_CONTEXT_LOCAL_FILE:
      return BG_ERROR_CONTEXT_LOCAL_FILE;
    case v1::ERROR_CONTEXT_REMOTE_FILE:
      return BG_ERROR_CONTEXT_REMOTE_FILE;
    case v1::ERROR_CONTEXT_GENERAL_TRANSPORT:
      return BG_ERROR_CONTEXT_GENERAL_TRANSPORT;
    default:
      return BG_ERROR_CONTEXT_UNKNOWN;
  }
}

}  // namespace convoy::background_copy
