#ifndef CONVOY_DAEMON_JOB_EXTRAS_CHECK_H_
#define CONVOY_DAEMON_JOB_EXTRAS_CHECK_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"
#include "daemon/job.h"

namespace convoy {

// The fields of Job that few jobs have, by the rules of convoy/v1/job.proto.
// Each reads one of them; an absent one is its default. `field` is its path
// from the request's root. Errors: INVALID_ARGUMENT; annotations' values and a
// command's arguments are not repeated in them.

// Characters of a watcher_id.
inline constexpr std::size_t kMaxWatcherId = 64;

absl::Status ReadNotifyCommand(absl::string_view field, const v1::Job& from,
                               JobExtras* to);
absl::Status ReadMaximumDownloadTime(absl::string_view field,
                                     const v1::Job& from, JobExtras* to);
absl::Status ReadCostFlags(absl::string_view field, const v1::Job& from,
                           JobExtras* to);
absl::Status ReadMaximumDownloadBytes(absl::string_view field,
                                      const v1::Job& from, JobExtras* to);
absl::Status ReadInactivityTimeout(absl::string_view field, const v1::Job& from,
                                   JobExtras* to);
absl::Status ReadNotifyWatcher(absl::string_view field, const v1::Job& from,
                               JobExtras* to);
absl::Status ReadAnnotations(absl::string_view field, const v1::Job& from,
                             JobExtras* to);

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_EXTRAS_CHECK_H_
