#ifndef CONVOY_DAEMON_ADMIN_SERVICE_H_
#define CONVOY_DAEMON_ADMIN_SERVICE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "convoy/v1/admin_service.pb.h"
#include "daemon/caller_resolver.h"
#include "daemon/config_reloader.h"
#include "daemon/declared_jobs.h"
#include "daemon/job_manager.h"
#include "daemon/rpc_call.h"
#include "daemon/settings.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/transfer_engine.h"

namespace convoy {

// What AdminService works on. Pointers are not owned; what they name must be at
// work until the server is down.
struct AdminServiceParts {
  const JobManager* manager = nullptr;
  const TransferEngine* engine = nullptr;
  Executor* control = nullptr;
  // For checks that block.
  Executor* files_executor = nullptr;
  const Clock* clock = nullptr;
  CallerResolver* callers = nullptr;
  const Settings* settings = nullptr;
  std::string state_directory;
  std::string socket;
  // Bytes of this month. Called on the control executor.
  std::function<v1::MonthStatistics()> month;
  // Reads the configuration anew.
  std::function<void(ConfigReloader::Answer)> reload;
  // Mistakes of the files as they were read last, and keys that wait for a
  // restart. Called on the control executor.
  std::function<v1::ReloadConfigResponse()> last_reload;
  DeclaredJobs* declared = nullptr;
  // Writes to the store and syncs it. Called on the control executor.
  std::function<absl::Status()> check_store;
  // Can the brokers be reached? Null: there are none. Blocks.
  std::function<absl::Status()> check_broker;
};

// convoy.v1.AdminService. The daemon's start time is that of this call.
RpcService MakeAdminService(AdminServiceParts parts);

}  // namespace convoy

#endif  // CONVOY_DAEMON_ADMIN_SERVICE_H_
