#ifndef CONVOY_DAEMON_HTTP_OPTIONS_UPDATE_H_
#define CONVOY_DAEMON_HTTP_OPTIONS_UPDATE_H_

#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"

namespace convoy {

// The parts of Job.http that UpdateJob's mask names one by one, so that a
// caller can change one without knowing the secrets of the others.
inline constexpr absl::string_view kHttpParts[] = {
    "http.headers",
    "http.credentials",
    "http.proxy",
    "http.tls",
    "http.redirect_policy",
    "http.method",
    "http.certificate_approval",
};

// Sets one of kHttpParts of `to` to that of `from`. Credentials without their
// secret, as GetJob shows them, keep the one they have.
void CopyHttpPart(absl::string_view part, const v1::HttpOptions& from,
                  v1::HttpOptions* to);

}  // namespace convoy

#endif  // CONVOY_DAEMON_HTTP_OPTIONS_UPDATE_H_
