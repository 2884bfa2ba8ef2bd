#ifndef CONVOY_CLIENT_CLI_COMMANDS_CONFIG_H_
#define CONVOY_CLIENT_CLI_COMMANDS_CONFIG_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy config check`, `show` and `reload`. `context` must outlive `app`.
void AddConfigCommand(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_CONFIG_H_
