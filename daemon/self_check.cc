#include "daemon/self_check.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "peer/base/clock.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

absl::Status Failed(const std::string& path, const char* what) {
  const int error = errno;
  return Error(error == ENOSPC || error == EDQUOT
                   ? v1::ERROR_REASON_DISK_FULL
                   : v1::ERROR_REASON_LOCAL_FILE_IO,
               v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path)
      .Status(absl::StrCat("cannot ", what, " ", path, ": ",
                           std::strerror(error),
                           "; the daemon keeps its jobs there"));
}

}  // namespace

void AddCheck(const std::string& name, const Clock& clock,
              const std::function<absl::Status()>& work,
              v1::RunSelfTestResponse& response) {
  const absl::Duration begin = clock.Monotonic();
  const absl::Status status = work();
  const absl::Duration elapsed = clock.Monotonic() - begin;
  v1::SelfTestCheck& check = *response.add_checks();
  check.set_name(name);
  check.set_passed(status.ok());
  check.set_message(status.ok() ? "ok" : std::string(status.message()));
  const std::int64_t nanoseconds = absl::ToInt64Nanoseconds(elapsed);
  check.mutable_elapsed()->set_seconds(nanoseconds / 1'000'000'000);
  check.mutable_elapsed()->set_nanos(
      static_cast<std::int32_t>(nanoseconds % 1'000'000'000));
}

absl::Status TryFileIn(const std::string& directory) {
  const std::string path = directory + "/.self-test";
  const std::string renamed = path + ".renamed";
  const UniqueFd file(::open(
      path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return Failed(path, "make");
  absl::Status status;
  if (::write(file.get(), "convoy\n", 7) != 7) {
    status = Failed(path, "write");
  } else if (::fsync(file.get()) != 0) {
    status = Failed(path, "sync");
  } else if (::rename(path.c_str(), renamed.c_str()) != 0) {
    status = Failed(path, "rename");
  }
  ::unlink(path.c_str());
  ::unlink(renamed.c_str());
  return status;
}

}  // namespace convoy
