#ifndef CONVOY_DAEMON_BROKER_COMMANDS_H_
#define CONVOY_DAEMON_BROKER_COMMANDS_H_

#include <map>
#include <memory>
#include <string>

#include "daemon/broker_client.h"
#include "daemon/owner_commands.h"

namespace convoy {

// Users' commands by way of the broker, which runs them and keeps to their
// limits (owner_commands.h). When the broker dies: a command that was not begun
// is asked for again, `ended` of one that was is UNAVAILABLE. While the broker
// is gone commands wait for it. `environment` is added to that of each command.
// `broker` is not owned.
std::unique_ptr<OwnerCommands> MakeBrokerCommands(
    BrokerClient* broker, std::map<std::string, std::string> environment);

}  // namespace convoy

#endif  // CONVOY_DAEMON_BROKER_COMMANDS_H_
