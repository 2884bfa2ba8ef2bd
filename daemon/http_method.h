#ifndef CONVOY_DAEMON_HTTP_METHOD_H_
#define CONVOY_DAEMON_HTTP_METHOD_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"
#include "daemon/job.h"

namespace convoy {

// What does not go with a job's method (HttpOptions.method), where it is not
// GET. Files of this machine (file://) are asked for by no method: with them
// all goes. Errors: INVALID_ARGUMENT (NOT_WITH_HTTP_METHOD), with the path of
// the field from the request's root.

// Of `http`, which may be null. Empty: GET.
absl::string_view MethodOf(const v1::HttpOptions* http);

// A new job.
absl::Status CheckJobFitsMethod(const Job& job);
// Files for a job with these options: "files[2].ranges".
absl::Status CheckFilesFitMethod(const v1::HttpOptions* http,
                                 const std::vector<JobFile>& files);
// A file that is to have these URLs.
absl::Status CheckChangedFileFitsMethod(
    const v1::HttpOptions* http, const std::string& remote_url,
    const std::vector<std::string>& mirror_urls, const JobFile& file);
// RequestRanges.
absl::Status CheckRangesFitMethod(const v1::HttpOptions* http);
// A job that has files. `changes_method`: else it is on_demand that is new.
absl::Status CheckChangedJobFitsMethod(const v1::HttpOptions* http,
                                       bool on_demand,
                                       const std::vector<JobFile>& files,
                                       bool changes_method);

}  // namespace convoy

#endif  // CONVOY_DAEMON_HTTP_METHOD_H_
