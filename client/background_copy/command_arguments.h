#ifndef CONVOY_CLIENT_BACKGROUND_COPY_COMMAND_ARGUMENTS_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_COMMAND_ARGUMENTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace convoy::background_copy {

// A command line in words, by the rules of CommandLineToArgvW: blanks part
// words, quotes hold them together, and a backslash is special only before a
// quote.
std::vector<std::string> SplitCommandLine(absl::string_view line);

// The other way: a line that SplitCommandLine parts into `words` again.
std::string JoinCommandLine(const std::vector<std::string>& words);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_COMMAND_ARGUMENTS_H_
