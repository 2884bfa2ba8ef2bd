#ifndef CONVOY_CLIENT_CLI_COMMANDS_SWARM_H_
#define CONVOY_CLIENT_CLI_COMMANDS_SWARM_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy peers` and `convoy cache`. `context` must outlive `app`.
void AddSwarmCommands(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_SWARM_H_
