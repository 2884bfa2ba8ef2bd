#ifndef CONVOY_CLIENT_CLI_COMMANDS_EDIT_H_
#define CONVOY_CLIENT_CLI_COMMANDS_EDIT_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy create`, `add` and `set`. `context` must outlive `app`.
void AddEditCommands(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_EDIT_H_
