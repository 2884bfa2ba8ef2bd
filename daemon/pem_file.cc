#include "daemon/pem_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "peer/base/bounded_read.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {

PemFile::PemFile(const Settings& settings, std::string key, std::string path)
    : settings_(settings), key_(std::move(key)), path_(std::move(path)) {}

absl::StatusOr<std::string> PemFile::Read() const {
  // O_NONBLOCK: a named pipe must not hold up the start.
  const UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return CannotRead(errno);
  std::string text;
  const int error = BoundedRead(fd.get(), kMaxBytes, &text);
  if (error != 0) return CannotRead(error);
  if (text.size() > kMaxBytes) return CannotRead(EFBIG);
  if (!absl::StrContains(text, "-----BEGIN ")) {
    return Problem(v1::ERROR_REASON_INVALID_ARGUMENT, "is not PEM");
  }
  return text;
}

absl::Status PemFile::Problem(v1::ErrorReason reason,
                              absl::string_view what) const {
  return Error(reason, v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path_)
      .Policy(key_)
      .Status(absl::StrCat(settings_.ProviderOf(key_), ": ", key_, ": ", path_,
                           " ", what));
}

absl::Status PemFile::CannotRead(int error) const {
  const v1::ErrorReason reason =
      error == ENOENT || error == ENOTDIR ? v1::ERROR_REASON_PATH_NOT_FOUND
      : error == EACCES || error == EPERM ? v1::ERROR_REASON_ACCESS_DENIED
                                          : v1::ERROR_REASON_LOCAL_FILE_IO;
  return Problem(reason,
                 absl::StrCat("cannot be read: ", std::strerror(error),
                              reason == v1::ERROR_REASON_ACCESS_DENIED
                                  ? absl::StrCat("; uid ", geteuid(),
                                                 " must be able to read it")
                                  : std::string()));
}

}  // namespace convoy
