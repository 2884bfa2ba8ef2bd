#ifndef CONVOY_DAEMON_JOB_PROTO_H_
#define CONVOY_DAEMON_JOB_PROTO_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "peer/http_settings.h"

namespace convoy {

// Jobs as the contract shows them. Pure but for the names of users;
// thread-safe.

// What a job has only while it runs.
struct LiveJob {
  std::int64_t rate_bytes_per_second = 0;
};

// The job without its files, its defaults filled in. Header values, passwords
// and tokens are left out.
std::shared_ptr<const v1::Job> JobSnapshot(const Job& job, const LiveJob& live,
                                           const Settings& settings);
// REQUIRES: `file` is one of `job`.
v1::JobFile FileSnapshot(const Job& job, const JobFile& file);

// Job.etag.
std::string EtagOf(const Job& job);
// Size of the local file: as the origin told, or as its ranges say.
std::optional<std::int64_t> LocalSize(const JobFile& file);
// The job's own value, else the configuration's default for its priority.
absl::Duration NoProgressTimeout(const Job& job, const Settings& settings);
absl::Duration MinimumRetryDelay(const Job& job, const Settings& settings);
// The job's own value, at most limits.max_download_seconds where that is set;
// else the configuration's default. InfiniteDuration: no limit.
absl::Duration MaximumDownloadTime(const Job& job, const Settings& settings);
inline constexpr char kMaxDownloadTimeKey[] = "limits.max_download_seconds";
// How long the job may stay as it is: what the configuration says, where it
// says so itself; else the job's own value, else the configuration's default.
absl::Duration InactivityTimeout(const Job& job, const Settings& settings);
inline constexpr char kInactivityKey[] = "limits.job_inactivity_seconds";
// The key that it comes from. Empty: the job.
absl::string_view InactivityPolicy(const Job& job, const Settings& settings);
// Only what was asked for of the file is fetched.
bool IsOnDemand(const Job& job, const JobFile& file);
// The file is not whole, and something of it is to be fetched.
bool HasWork(const Job& job, const JobFile& file);

// `options` may be null. The PEM texts are those of the files named there;
// empty: not named.
std::shared_ptr<const HttpSettings> MakeHttpSettings(
    const v1::HttpOptions* options, std::string ca_pem,
    std::string certificate_pem, std::string key_pem);

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_PROTO_H_
