#ifndef CONVOY_CLIENT_CLI_LOCAL_PATH_H_
#define CONVOY_CLIENT_CLI_LOCAL_PATH_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Paths as the daemon wants them, from what a user types.
namespace convoy {

// `path` seen from the working directory, without "." and "..": symbolic links
// before a ".." are followed, as the kernel would.
std::string AbsolutePath(const std::string& path);

// The name that a file from `url` gets: the last part of its path, decoded.
// INVALID_ARGUMENT: the URL has none that could be a file's.
absl::StatusOr<std::string> FileNameOfUrl(absl::string_view url);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_LOCAL_PATH_H_
