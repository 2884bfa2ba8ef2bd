#ifndef CONVOY_CLIENT_CLI_UNKNOWN_WORD_H_
#define CONVOY_CLIENT_CLI_UNKNOWN_WORD_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace CLI {
class App;
}

namespace convoy {

// The one of `words` that `typed` is most likely meant to be; empty: it is like
// none of them.
std::string NearestWord(absl::string_view typed,
                        const std::vector<std::string>& words);

// "there is no command "jbos"; did you mean "jobs"?"
std::string UnknownCommand(const CLI::App& app, absl::string_view typed);

// What is wrong with the first word that the parser of `app` could not place:
// a command or a flag that there is not. Empty: the parser's own message says
// it.
std::string UnknownWord(const CLI::App& app);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_UNKNOWN_WORD_H_
