#ifndef CONVOY_CLIENT_BACKGROUND_COPY_REMOTE_NAME_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_REMOTE_NAME_H_

#include <string>

#include "absl/strings/string_view.h"

namespace convoy::background_copy {

// BITS takes plain paths as remote names; the contract takes URLs. A path
// becomes a URL whose scheme is written "File", so that the name can be given
// back as it came, to every process.
std::string UrlOfRemoteName(absl::string_view name);
std::string RemoteNameOfUrl(absl::string_view url);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_REMOTE_NAME_H_
