#ifndef CONVOY_CLIENT_CLI_COMMANDS_STATUS_H_
#define CONVOY_CLIENT_CLI_COMMANDS_STATUS_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy explain` and `status`. `context` must outlive `app`.
void AddStatusCommands(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_STATUS_H_
