#ifndef CONVOY_DAEMON_BROKER_FILES_H_
#define CONVOY_DAEMON_BROKER_FILES_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/broker_client.h"
#include "daemon/job.h"
#include "daemon/owner_files.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// Users' files by way of the broker: for a daemon without root's rights. What
// it is asked, and errors, as OwnerFiles; and those of BrokerClient::Call.
// `broker` is not owned.
std::unique_ptr<OwnerFiles> MakeBrokerFiles(BrokerClient* broker);

// The links of the cache (broker_cache.h), likewise.
absl::Status LinkIntoCacheByBroker(BrokerClient& broker, const JobOwner& owner,
                                   int file, const std::string& folder,
                                   const std::string& name);
absl::StatusOr<UniqueFd> OpenInCacheByBroker(BrokerClient& broker,
                                             const std::string& folder,
                                             const std::string& name);

}  // namespace convoy

#endif  // CONVOY_DAEMON_BROKER_FILES_H_
