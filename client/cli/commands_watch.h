#ifndef CONVOY_CLIENT_CLI_COMMANDS_WATCH_H_
#define CONVOY_CLIENT_CLI_COMMANDS_WATCH_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy watch`. `context` must outlive `app`.
void AddWatchCommand(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_WATCH_H_
