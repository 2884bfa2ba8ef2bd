#include "daemon/sd_notify.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// SD_LISTEN_FDS_START.
constexpr int kFirstActivatedFd = 3;

std::optional<std::int64_t> Number(const std::optional<std::string>& text) {
  std::int64_t number = 0;
  if (!text.has_value() || !absl::SimpleAtoi(*text, &number)) {
    return std::nullopt;
  }
  return number;
}

bool HasOption(int fd, int option, int value) {
  int found = 0;
  socklen_t size = sizeof(found);
  return ::getsockopt(fd, SOL_SOCKET, option, &found, &size) == 0 &&
         found == value;
}

}  // namespace

ServiceManager::ServiceManager(const Environment& environment)
    : socket_(environment("NOTIFY_SOCKET").value_or("")) {
  const auto microseconds = Number(environment("WATCHDOG_USEC"));
  const auto process = Number(environment("WATCHDOG_PID"));
  if (microseconds.value_or(0) > 0 &&
      process.value_or(::getpid()) == ::getpid()) {
    watchdog_timeout_ = absl::Microseconds(*microseconds);
  }
}

void ServiceManager::Notify(absl::string_view state) const {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  // "@" stands for the zero byte of an abstract name.
  if (socket_[0] == '@') address.sun_path[0] = '\0';
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ::sendto(
      fd.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
      reinterpret_cast<const sockaddr*>(&address),
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size()));
}

absl::StatusOr<UniqueFd> TakeActivatedSocket(const Environment& environment,
                                             int type) {
  const auto process = Number(environment("LISTEN_PID"));
  const auto count = Number(environment("LISTEN_FDS"));
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDS");
  ::unsetenv("LISTEN_FDNAMES");
  if (process != ::getpid() || count.value_or(0) <= 0) return UniqueFd();
  UniqueFd fd(kFirstActivatedFd);
  if (count != 1 || !HasOption(fd.get(), SO_DOMAIN, AF_UNIX) ||
      !HasOption(fd.get(), SO_TYPE, type) ||
      !HasOption(fd.get(), SO_ACCEPTCONN, 1)) {
    return Error(v1::ERROR_REASON_INVALID_STATE,
                 v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
        .Status(absl::StrCat(
            "the service manager passed ", *count,
            " socket(s), but it takes one, a listening Unix socket: ",
            type == SOCK_STREAM
                ? "ListenStream=/run/convoy/convoyd.sock"
                : "ListenSequentialPacket=/run/convoy/broker.sock"));
  }
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  return fd;
}

}  // namespace convoy
