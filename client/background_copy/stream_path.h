#ifndef CONVOY_CLIENT_BACKGROUND_COPY_STREAM_PATH_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_STREAM_PATH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace convoy::background_copy {

// Where the bytes of a file lie until a stream has them: a new hidden name in
// $TMPDIR, else in /var/tmp.
std::string NewStreamPath();

// A path of NewStreamPath, also of another process's.
bool IsStreamPath(absl::string_view path);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_STREAM_PATH_H_
