#ifndef CONVOY_DAEMON_URL_POLICY_H_
#define CONVOY_DAEMON_URL_POLICY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "daemon/settings.h"

namespace convoy {

constexpr char kBlockedUrlsKey[] = "http.blocked_urls";

// FAILED_PRECONDITION with reason BLOCKED_BY_POLICY and the key:
// http.blocked_urls matches `url`, as it is written or with scheme and host in
// lower case and without a port that goes without saying. The engine holds
// redirects, and what origins name, to the same patterns. `url` may be a path,
// or empty: OK.
absl::Status CheckUrlNotBlocked(absl::string_view field, const std::string& url,
                                const Settings& settings);

// The same for a job that was taken when the configuration said something else:
// as the engine says it of a request.
absl::Status CheckFetchNotBlocked(const std::string& url,
                                  const Settings& settings);

}  // namespace convoy

#endif  // CONVOY_DAEMON_URL_POLICY_H_
