#ifndef CONVOY_DAEMON_TEXT_LINES_H_
#define CONVOY_DAEMON_TEXT_LINES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace convoy {

// The lines of one of the machine's small text files, without blanks around
// them, at most 10,000; none where it cannot be read.
std::vector<std::string> LinesOf(const std::string& path);

// What stands before and after the first `separator`, without blanks around it.
std::pair<std::string, std::string> SplitLine(absl::string_view line,
                                              char separator);

}  // namespace convoy

#endif  // CONVOY_DAEMON_TEXT_LINES_H_
