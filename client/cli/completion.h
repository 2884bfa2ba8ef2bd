#ifndef CONVOY_CLIENT_CLI_COMPLETION_H_
#define CONVOY_CLIENT_CLI_COMPLETION_H_

#include <string>

#include "client/cli/completion_words.h"

namespace convoy {

// Scripts that make a shell complete the command `convoy` and its flags. Ids of
// jobs and contents are asked of the daemon when they are needed.
std::string BashCompletion(const CompletionCommand& convoy);
std::string ZshCompletion(const CompletionCommand& convoy);
std::string FishCompletion(const CompletionCommand& convoy);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMPLETION_H_
