#ifndef CONVOY_DAEMON_STATE_FILE_H_
#define CONVOY_DAEMON_STATE_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace convoy {

// Makes sure that `path` is a plain file of this user's with mode 0600, in a
// folder in which others cannot exchange it. Makes the file, and the folder
// (mode 0700), if they do not exist. Never opens a file that exists: closing it
// again would drop the locks that this process holds on it.
//
// Errors: an Error with reason STORE_UNAVAILABLE that says what to do;
// FAILED_PRECONDITION for a file or folder that cannot be trusted.
absl::Status PrepareStateFile(const std::string& path);

// A file that exists and is not empty.
bool HasContent(const std::string& path);

}  // namespace convoy

#endif  // CONVOY_DAEMON_STATE_FILE_H_
