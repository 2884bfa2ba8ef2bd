#ifndef CONVOY_DAEMON_CONFIG_CHANGES_H_
#define CONVOY_DAEMON_CONFIG_CHANGES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "daemon/settings.h"

namespace convoy {

// What becomes of a configuration that was read again. Pure.

// The key's value is used only when the daemon starts: it decides what the
// process is made of (folders, sockets, certificates).
bool NeedsRestart(absl::string_view key);

struct ConfigChange {
  // `wanted`, but keys that need a restart are as they were.
  Settings in_force;
  // Keys whose value in force is another one now, in the order of the schema.
  std::vector<std::string> changed;
  // Keys whose wanted value needs a restart.
  std::vector<std::string> for_restart;

  // Whether a changed key is `prefix`, or begins with "`prefix`.".
  bool Touches(absl::string_view prefix) const;
};

ConfigChange PlanConfigChange(const Settings& now, const Settings& wanted);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CONFIG_CHANGES_H_
