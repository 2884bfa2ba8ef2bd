#ifndef CONVOY_DAEMON_DOWNLOAD_POLICY_H_
#define CONVOY_DAEMON_DOWNLOAD_POLICY_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"
#include "daemon/job.h"
#include "daemon/settings.h"
#include "peer/swarm_settings.h"

namespace convoy {

// What a job and the configuration together say of peers. Pure functions.

inline constexpr char kDownloadModeKey[] = "swarm.download_mode";

// Where a job's bytes may come from.
struct DownloadPolicy {
  DownloadMode mode = DownloadMode::kHttpOnly;
  // The configuration decides: the job asks for nothing, or for more than
  // kDownloadModeKey allows. Else the job does.
  bool configured = false;

  // TransferSpec.mode_policy: "job" or kDownloadModeKey.
  std::string by() const { return configured ? kDownloadModeKey : "job"; }
};

DownloadPolicy DownloadPolicyOf(const Job& job, const Settings& settings);
// The job asks for more than the configuration allows.
bool AsksForMore(const Job& job, const Settings& settings);

v1::DownloadMode ToProto(DownloadMode mode);
// "http_only", as in the configuration.
absl::string_view ModeName(DownloadMode mode);
absl::string_view ModeName(v1::DownloadMode mode);

// Whether something must vouch for the file's bytes. Where both demand it, the
// policy does: a job cannot take that back.
ProofDemand DemandedProof(const JobFile& file, const Settings& settings);

// How long the job's files wait for peers before the origin is asked.
absl::Duration OriginDelay(const Job& job, const Settings& settings);
// How long they ask cache hosts before the origin; InfiniteDuration: for ever.
absl::Duration CacheHostDelay(const Job& job, const Settings& settings);
// What peers must give the job's files together, in bytes per second; 0: no
// matter.
std::int64_t MinPeerRate(const Job& job, const Settings& settings);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DOWNLOAD_POLICY_H_
