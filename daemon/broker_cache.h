#ifndef CONVOY_DAEMON_BROKER_CACHE_H_
#define CONVOY_DAEMON_BROKER_CACHE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/job.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// Hard links of users' files in the folder of the daemon's cache
// (peer/file_link.h), which a daemon without root's rights can neither make nor
// open. The folder must be `daemon`'s own, with mode 0700, and is opened with
// its rights; names in it are 40 hexadecimal digits, after ".new-" for one that
// is being made. Calls block. Thread-safe.
//
// Errors, with context LOCAL_FILE: ACCESS_DENIED, PATH_NOT_FOUND,
// PATH_NOT_REGULAR, LOCAL_FILE_IO, DISK_FULL; INVALID_ARGUMENT for such a name.

// Gives the open file `file` the name `name` in `folder`; an older link of that
// name, which begins with ".new-", goes. Refused: a file that is not
// `owner`'s, one with a set-uid or set-gid bit, one that was opened by O_PATH.
absl::Status LinkIntoCache(const JobOwner& daemon, const JobOwner& owner,
                           int file, const std::string& folder,
                           const std::string& name);

// Opens the plain file `name` in `folder` for reading; it belongs to the daemon
// or to a uid of at least `min_uid`.
absl::StatusOr<UniqueFd> OpenInCache(const JobOwner& daemon, uid_t min_uid,
                                     const std::string& folder,
                                     const std::string& name);

}  // namespace convoy

#endif  // CONVOY_DAEMON_BROKER_CACHE_H_
