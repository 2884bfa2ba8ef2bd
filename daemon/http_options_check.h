#ifndef CONVOY_DAEMON_HTTP_OPTIONS_CHECK_H_
#define CONVOY_DAEMON_HTTP_OPTIONS_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"

namespace convoy {

// What HttpOptions in convoy/v1/job.proto asks of its fields. `field` is the
// path of `options` from the request's root. Errors never repeat a value.
absl::Status CheckHttpOptions(absl::string_view field,
                              const v1::HttpOptions& options);

}  // namespace convoy

#endif  // CONVOY_DAEMON_HTTP_OPTIONS_CHECK_H_
