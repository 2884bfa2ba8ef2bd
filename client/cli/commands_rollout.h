#ifndef CONVOY_CLIENT_CLI_COMMANDS_ROLLOUT_H_
#define CONVOY_CLIENT_CLI_COMMANDS_ROLLOUT_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy rollout status` and `convoy rollout plan`; the latter needs no
// daemon. `context` must outlive `app`.
void AddRolloutCommands(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_ROLLOUT_H_
