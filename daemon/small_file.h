#ifndef CONVOY_DAEMON_SMALL_FILE_H_
#define CONVOY_DAEMON_SMALL_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace convoy {

// The rest of the open file `fd`, at most `max_bytes`. `path` is for messages;
// `uid` is who opened it. Errors: as OwnerFiles::ReadSmallFile.
absl::StatusOr<std::string> ReadSmallFile(int fd, const std::string& path,
                                          std::size_t max_bytes, unsigned uid);

}  // namespace convoy

#endif  // CONVOY_DAEMON_SMALL_FILE_H_
