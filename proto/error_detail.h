#ifndef CONVOY_PROTO_ERROR_DETAIL_H_
#define CONVOY_PROTO_ERROR_DETAIL_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/error_detail.pb.h"

namespace convoy {

// Makes an absl::Status whose payload is an ErrorDetail:
//
//   return Error(v1::ERROR_REASON_DISK_FULL, v1::ERROR_CONTEXT_LOCAL_FILE)
//       .LocalPath(path)
//       .Status("no space left for 12 GiB");
class Error {
 public:
  Error(v1::ErrorReason reason, v1::ErrorContext context) {
    detail_.set_reason(reason);
    detail_.set_context(context);
  }
  // From a detail that came from elsewhere, as it is.
  explicit Error(v1::ErrorDetail detail) : detail_(std::move(detail)) {}

  // Takes user name and password out of `url`.
  Error&& Url(absl::string_view url) &&;
  Error&& HttpStatus(int status) &&;
  Error&& Policy(absl::string_view key) &&;
  Error&& Field(absl::string_view field) &&;
  Error&& LocalPath(absl::string_view path) &&;
  Error&& Retryable(bool retryable = true) &&;

  // `message` is a sentence for people, without a final full stop.
  absl::Status Status(absl::string_view message) &&;
  // With another code than CodeOfReason's: UNAUTHENTICATED for ACCESS_DENIED.
  absl::Status StatusWithCode(absl::StatusCode code,
                              absl::string_view message) &&;

 private:
  v1::ErrorDetail detail_;
};

// INVALID_ARGUMENT that names a field of the request.
absl::Status InvalidField(absl::string_view field, absl::string_view message);

// The payload that Error put there.
std::optional<v1::ErrorDetail> GetErrorDetail(const absl::Status& status);
// As above; for a status from elsewhere: reason INTERNAL.
v1::ErrorDetail ErrorDetailOf(const absl::Status& status);

// The gRPC code that goes with a reason. Total.
absl::StatusCode CodeOfReason(v1::ErrorReason reason);

// "DISK_FULL" for ERROR_REASON_DISK_FULL.
std::string ReasonName(v1::ErrorReason reason);

// `url` without user name, password, query and fragment: safe to log and to
// show.
std::string RedactedUrl(absl::string_view url);

}  // namespace convoy

#endif  // CONVOY_PROTO_ERROR_DETAIL_H_
