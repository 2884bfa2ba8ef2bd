#ifndef CONVOY_DAEMON_DECLARED_HOST_H_
#define CONVOY_DAEMON_DECLARED_HOST_H_

#include <string>

#include "daemon/daemon_paths.h"
#include "daemon/declared_files.h"
#include "daemon/declared_jobs.h"
#include "daemon/declared_record.h"
#include "daemon/job_manager.h"
#include "daemon/owner_commands.h"
#include "daemon/rollout_rule.h"
#include "daemon/settings.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/transfer_engine.h"

namespace convoy {

// The daemon that declared jobs work in. Pointers are not owned.
struct DeclaredHost {
  const Clock* clock = nullptr;
  Executor* control = nullptr;
  Executor* blocking = nullptr;
  JobManager* manager = nullptr;
  TransferEngine* engine = nullptr;
  DeclaredStore* store = nullptr;
  DeclaredFiles* files = nullptr;
  OwnerCommands* commands = nullptr;
  const Settings* settings = nullptr;
  DaemonIdentity identity;
  // The first configuration file; empty: there is none.
  std::string config_file;
};

DeclaredJobs::Parts MakeDeclaredParts(const DeclaredHost& host);

// paths.jobs_directory, else jobs.d beside `config_file`. Empty: none.
std::string JobsDirectory(const Settings& settings,
                          const std::string& config_file);

// machine.id, else what /etc/machine-id says, else the host's name; and
// machine.labels.
RolloutMachine ThisMachine(const Settings& settings);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARED_HOST_H_
