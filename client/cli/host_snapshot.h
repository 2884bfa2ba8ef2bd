#ifndef CONVOY_CLIENT_CLI_HOST_SNAPSHOT_H_
#define CONVOY_CLIENT_CLI_HOST_SNAPSHOT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client_options.h"
#include "convoy/v1/admin_service.pb.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/swarm_service.pb.h"

namespace convoy {

// A machine's daemon at one moment, as `convoy status` and `convoy top` show
// it.
struct HostSnapshot {
  absl::Time time;
  bool serving = false;
  v1::HostStatistics statistics;
  // Absent: the daemon knows nothing of declared jobs.
  std::optional<v1::ListDeclaredJobsResponse> declared;
  // Those that the caller may see.
  std::vector<v1::SwarmPeer> peers;
  // Jobs that have a place, or wait for one, or for another try; at most
  // kMaxJobs. Of all users for administrators, else the caller's.
  std::vector<v1::Job> jobs;
  // Whole contents that peers can have, of those that the caller may see.
  // Absent: not asked for.
  struct Cache {
    std::int64_t contents = 0;
    std::int64_t bytes = 0;
  };
  std::optional<Cache> cache;

  static constexpr int kMaxJobs = 500;
};

// Asks the daemon. `with_cache`: a call for each thousand contents.
absl::StatusOr<HostSnapshot> TakeHostSnapshot(const ClientOptions& client,
                                              bool with_cache);

// Bytes per second of all jobs of the snapshot together.
std::int64_t RateOf(const HostSnapshot& snapshot);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_HOST_SNAPSHOT_H_
