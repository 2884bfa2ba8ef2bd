#ifndef CONVOY_DAEMON_SWARM_CONFIG_H_
#define CONVOY_DAEMON_SWARM_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "daemon/settings.h"
#include "peer/bandwidth_plan.h"
#include "peer/http_settings.h"
#include "peer/swarm_settings.h"

namespace convoy {

// What the engine is told of peers, cache hosts and bandwidth, made of the
// configuration.

// All but the certificates of the group, which are read at the start only. The
// cache is in the state directory if nothing else is configured.
SwarmSettings MakePeerSettings(const Settings& settings,
                               const std::string& state_directory);

// With them: reads the PEM files of `group`. Errors name the key, who set it,
// and the file: FAILED_PRECONDITION, NOT_FOUND or PERMISSION_DENIED for a file
// that cannot be read; INVALID_ARGUMENT for one that is not PEM, or if a
// certificate has no key, or a key no certificate.
absl::StatusOr<SwarmSettings> MakeSwarmSettings(
    const Settings& settings, const std::string& state_directory);

CacheHostSettings MakeCacheHostSettings(const Settings& settings);

// REQUIRES: `settings` comes from ParseConfig, which has checked the schedule.
BandwidthPlan::Settings MakeBandwidthSettings(const Settings& settings);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SWARM_CONFIG_H_
