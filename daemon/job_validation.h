#ifndef CONVOY_DAEMON_JOB_VALIDATION_H_
#define CONVOY_DAEMON_JOB_VALIDATION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_field.h"
#include "peer/base/ids.h"

namespace convoy {

// Turns requests into values, and refuses what the comments of
// convoy/v1/*.proto do not allow. Pure functions: whether a path exists, who
// owns it and what state a job is in is for others to say.
//
// Errors are INVALID_ARGUMENT, or RESOURCE_EXHAUSTED for a quota, with the
// reason and the path of the field from the request's root
// ("files[3].ranges[1]"); FAILED_PRECONDITION (BLOCKED_BY_POLICY) for a URL
// that http.blocked_urls matches. The messages never repeat what may be a
// secret.

// A new job: options and files are filled in; id, owner, times and sequence are
// the caller's to set.
absl::StatusOr<std::unique_ptr<Job>> ValidateCreate(
    const v1::CreateJobRequest& request, const Settings& settings);
// As ValidateCreate, for a job that completes itself.
absl::StatusOr<std::unique_ptr<Job>> ValidateFetch(
    const v1::FetchRequest& request, const Settings& settings);

// Files to add to a job that has `existing_count`; their indexes follow those.
// At least one file.
absl::StatusOr<std::vector<JobFile>> ValidateFiles(
    const google::protobuf::RepeatedPtrField<v1::JobFile>& files,
    int existing_count, const Settings& settings);
// No two files of a job have one local path: `added` against the job's own
// files. Among themselves ValidateFiles has compared them.
absl::Status CheckLocalPathsAreNew(const Job& job,
                                   const std::vector<JobFile>& added);

// Changes the fields that update_mask names; on an error none. ABORTED if the
// request has an etag and it is not the job's. modify_time and revision are the
// caller's to move.
absl::Status ApplyUpdate(const v1::UpdateJobRequest& request,
                         const Settings& settings, Job* job);
// The same for a file; `http` is its job's, and may be null.
absl::Status ApplyFileUpdate(const v1::UpdateFileRequest& request,
                             const Settings& settings,
                             const v1::HttpOptions* http, JobFile* file);

// NOT_FOUND: the job has no file of that index. `field` names it.
absl::Status CheckFileIndex(const Job& job, int file_index,
                            absl::string_view field = "file_index");
// `field` is the name of the field that holds `text`.
absl::StatusOr<JobId> ValidateJobId(absl::string_view text,
                                    absl::string_view field);

// A page of a list: at most `size` entries whose number is above `after`.
struct Page {
  int size = 0;
  std::uint64_t after = 0;
};
// An empty token is the first page: `after` is 0, so numbers begin with 1 (for
// numbers that begin with 0, put number + 1 into the token).
absl::StatusOr<Page> ParsePage(int page_size, absl::string_view page_token);
// The token of the page after the entry with number `last`.
std::string MakePageToken(std::uint64_t last);

// `interval` may be null: the default.
absl::StatusOr<absl::Duration> ParseProgressInterval(
    const google::protobuf::Duration* interval);

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_VALIDATION_H_
