#ifndef CONVOY_CLIENT_CLI_COMMANDS_GET_H_
#define CONVOY_CLIENT_CLI_COMMANDS_GET_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy get`. `context` must outlive `app`.
void AddGetCommand(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_GET_H_
