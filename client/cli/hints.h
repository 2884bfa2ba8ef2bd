#ifndef CONVOY_CLIENT_CLI_HINTS_H_
#define CONVOY_CLIENT_CLI_HINTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/error_detail.pb.h"

namespace convoy {

// What the user of the `convoy` command can do about an error: a sentence
// without a final full stop, in terms of the command line. Empty: nothing
// better than the message is known. `job_id`: the job's, or empty.
std::string HintFor(const v1::ErrorDetail& detail, absl::string_view job_id);

// As above, for the status of a call, or one that UsageError made.
std::string HintFor(const absl::Status& status, absl::string_view job_id);

// INVALID_ARGUMENT for a wrong command line, with its hint.
absl::Status UsageError(absl::string_view message, absl::string_view hint);

// `status`, with its hint for HintFor.
absl::Status WithHint(absl::Status status, absl::string_view hint);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_HINTS_H_
