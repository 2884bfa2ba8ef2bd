#ifndef CONVOY_DAEMON_OWNER_COMMAND_H_
#define CONVOY_DAEMON_OWNER_COMMAND_H_

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/job.h"

namespace convoy {

// A command that a user wants the daemon to run. No shell reads it.
struct OwnerCommand {
  JobOwner owner;
  std::string program;  // Absolute path.
  std::vector<std::string> arguments;
  // Beside HOME, LOGNAME, PATH, SHELL and USER.
  std::map<std::string, std::string> environment;
  // After this it is told to end (SIGTERM), and 5 s later it must (SIGKILL);
  // both go to its whole process group.
  absl::Duration time_limit = absl::Minutes(10);
};

// Begins `command` with the rights of its owner and nothing of the daemon's:
// uid, gid and supplementary groups of the owner, no capabilities for users
// other than root, no_new_privs (set-uid programs give no rights), a session of
// its own, folder "/", umask 022, the environment above, no open files but
// /dev/null as standard input, output and error, no core files. Resource limits
// and name spaces are those of the daemon; PAM is not asked.
//
// Returns the process id once the program has been executed; the caller waits
// for its end. May block: on the user database and on the program's file
// system.
//
// Errors: an Error with context LOCAL_FILE and the program's path:
// ACCESS_DENIED (the owner may not execute it, or the daemon may not become the
// owner), PATH_NOT_FOUND, or LOCAL_FILE_IO for all else.
absl::StatusOr<pid_t> StartOwnerCommand(const OwnerCommand& command);

}  // namespace convoy

#endif  // CONVOY_DAEMON_OWNER_COMMAND_H_
