#ifndef CONVOY_DAEMON_OWNER_COMMANDS_H_
#define CONVOY_DAEMON_OWNER_COMMANDS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "daemon/owner_command.h"
#include "peer/base/clock.h"

namespace convoy {

// Runs users' commands: at most 16 at once, and 4 of one user; others wait in
// the order in which they came. Each one that was begun is waited for.
class OwnerCommands {
 public:
  using Told = absl::AnyInvocable<void(const absl::Status&) &&>;

  virtual ~OwnerCommands() = default;

  // `begun` is told when the program has been executed, or why it cannot be
  // (errors of StartOwnerCommand). Then `ended`: OK for exit status 0; ABORTED
  // with "exited with status 3" or "was killed by signal 9";
  // DEADLINE_EXCEEDED when the time limit ended it; after a failed start the
  // same error. Both are called on a thread of the implementation's own, and
  // must not block. Thread-safe.
  virtual void Run(OwnerCommand command, Told begun, Told ended) = 0;
};

// The exit code that `ended` was told of. None: the program did not exit by
// itself, or was not executed.
std::optional<int> ExitCodeOf(const absl::Status& status);

// With a thread of its own. `environment` is put into every command's, which
// wins. What runs when it is destroyed goes on, and nobody is told of it any
// more; what waits is dropped. `clock` is not owned.
std::unique_ptr<OwnerCommands> MakeOwnerCommands(
    const Clock& clock, std::map<std::string, std::string> environment);

}  // namespace convoy

#endif  // CONVOY_DAEMON_OWNER_COMMANDS_H_
