#ifndef CONVOY_CLIENT_CLI_COMPLETION_H_
#define CONVOY_CLIENT_CLI_COMPLETION_H_

#include <string>

namespace CLI {
class App;
}

namespace convoy {

// The bash completion of the commands and flags that `app` has.
std::string BashCompletion(const CLI::App& app);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMPLETION_H_
