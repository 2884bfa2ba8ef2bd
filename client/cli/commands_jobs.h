#ifndef CONVOY_CLIENT_CLI_COMMANDS_JOBS_H_
#define CONVOY_CLIENT_CLI_COMMANDS_JOBS_H_

#include "client/cli/cli_context.h"

namespace CLI {
class App;
}

namespace convoy {

// `convoy jobs` and `convoy show`. `context` must outlive `app`.
void AddJobsCommands(CLI::App& app, CliContext& context);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMANDS_JOBS_H_
