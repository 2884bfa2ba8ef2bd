#ifndef CONVOY_CLIENT_CLI_WHOLE_FILE_H_
#define CONVOY_CLIENT_CLI_WHOLE_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/base/unique_fd.h"

// Small files that are read and written as a whole. Links in the last component
// are not followed: a folder may belong to another user than the command's.
namespace convoy {

// For errno `error`: "cannot DOING PATH: ...", with the reason that fits.
absl::Status LocalFileError(int error, absl::string_view doing,
                            const std::string& path);

// A plain file, open for reading. PATH_NOT_FOUND, PATH_NOT_REGULAR (not a plain
// file, or a link and not `follow_link`), ACCESS_DENIED, LOCAL_FILE_IO.
absl::StatusOr<UniqueFd> OpenPlainFile(const std::string& path,
                                       bool follow_link);

// Its bytes; none if there is no such file. Errors as OpenPlainFile; also when
// it has more than `max_size` bytes.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          std::size_t max_size);

// The bytes of a file that is there, of any kind: a link is followed, a pipe is
// read to its end. PATH_NOT_FOUND, ACCESS_DENIED, LOCAL_FILE_IO; also when it
// has more than `max_size` bytes.
absl::StatusOr<std::string> ReadKeyFile(const std::string& path,
                                        std::size_t max_size);

// Gives `path` these bytes, in one step and durably. Returns whether it had
// other ones, or none, before; if not, it is left alone.
absl::StatusOr<bool> WriteWholeFile(const std::string& path,
                                    absl::string_view bytes);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_WHOLE_FILE_H_
