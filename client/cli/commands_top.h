#ifndef CONVOY_CLIENT_CLI_COMMANDS_TOP_H_
#define CONVOY_CLIENT_CLI_COMMANDS_TOP_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy top`. `context` must outlive `app`.
void AddTopCommand(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_TOP_H_
