#include "client/background_copy/stream_path.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/job_client.h"

namespace convoy::background_copy {
namespace {

constexpr absl::string_view kPrefix = "/.convoy-stream-";

}  // namespace

std::string NewStreamPath() {
  const char* const folder = std::getenv("TMPDIR");
  const bool is_absolute = folder != nullptr && folder[0] == '/';
  return absl::StrCat(is_absolute ? folder : "/var/tmp", kPrefix,
                      NewRequestId());
}

bool IsStreamPath(absl::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash != absl::string_view::npos &&
         absl::StartsWith(path.substr(slash), kPrefix);
}

}  // namespace convoy::background_copy
