#ifndef CONVOY_CLIENT_CLI_COMMANDS_CAT_H_
#define CONVOY_CLIENT_CLI_COMMANDS_CAT_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy cat`. `context` must outlive `app`.
void AddCatCommand(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_CAT_H_
