#ifndef CONVOY_CLIENT_CLI_JOB_QUERIES_H_
#define CONVOY_CLIENT_CLI_JOB_QUERIES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/job_client.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"

namespace convoy {

// Gives each job that `request` selects to `use`, page by page.
absl::Status ForEachJob(const JobClient& client, v1::ListJobsRequest request,
                        const std::function<void(const v1::Job&)>& use);

// All files of a job.
absl::StatusOr<std::vector<v1::JobFile>> ListAllFiles(const JobClient& client,
                                                      absl::string_view job_id);

// The id of the job that the user means: a whole id, or its first digits, at
// least 4, if they fit one job only. NOT_FOUND: they fit none.
// INVALID_ARGUMENT: they fit several, or are no digits of an id.
absl::StatusOr<std::string> ResolveJobId(const JobClient& client,
                                         absl::string_view text);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_JOB_QUERIES_H_
