#ifndef CONVOY_CLIENT_CLI_CHECKSUM_FILE_H_
#define CONVOY_CLIENT_CLI_CHECKSUM_FILE_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// A SHA256SUMS file, as sha256sum(1) writes and checks it: `existing` with the
// lines of the files in `digests` (names to digests of 32 bytes) put in or
// replaced. Lines are sorted by name; those of other files are kept, and what
// is no line of a file stays in front of all. Pure.
std::string WithChecksums(absl::string_view existing,
                          const std::map<std::string, std::string>& digests);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_CHECKSUM_FILE_H_
