#ifndef CONVOY_CLIENT_CLI_COMMAND_WORDS_H_
#define CONVOY_CLIENT_CLI_COMMAND_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// `text` of the daemon, which speaks of the methods of JobService, in terms of
// the command line: "Call ResumeJob." becomes "Run convoy resume 1a2b3c4d.".
// `job_id`: the job's, or empty for "ID". Only whole words are replaced, so
// that paths and URLs stay as they are. Pure.
std::string InCommandWords(absl::string_view text, absl::string_view job_id);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_COMMAND_WORDS_H_
