#ifndef CONVOY_CLIENT_CLI_COMMANDS_STEER_H_
#define CONVOY_CLIENT_CLI_COMMANDS_STEER_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy resume`, `suspend`, `complete` and `cancel`. `context` must outlive
// `app`.
void AddSteerCommands(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_STEER_H_
