#ifndef CONVOY_CLIENT_CLI_COMMANDS_PUBLISH_H_
#define CONVOY_CLIENT_CLI_COMMANDS_PUBLISH_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy publish`: needs no daemon. `context` must outlive `app`.
void AddPublishCommand(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_PUBLISH_H_
