#include "daemon/control_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr int kLockTries = 50;
constexpr absl::Duration kLockStep = absl::Milliseconds(20);

// Many clients may start at once; the kernel caps it at net.core.somaxconn.
constexpr int kBacklog = 4096;

absl::Status SocketError(v1::ErrorReason reason, const std::string& path,
                         const std::string& message) {
  return Error(reason, v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .LocalPath(path)
      .Status(message);
}

// `what` is a part of a sentence: "cannot ...".
absl::Status ErrnoError(const std::string& path, const std::string& what) {
  const int error = errno;
  return SocketError(
      error == EACCES || error == EPERM ? v1::ERROR_REASON_ACCESS_DENIED
      : error == ENOENT                 ? v1::ERROR_REASON_PATH_NOT_FOUND
      : error == EROFS                  ? v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM
                                        : v1::ERROR_REASON_LOCAL_FILE_IO,
      path, absl::StrCat(what, " ", path, ": ", std::strerror(error)));
}

absl::StatusOr<sockaddr_un> Address(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return SocketError(
        v1::ERROR_REASON_INVALID_ARGUMENT, path,
        absl::StrCat("the socket's path ", path, " has ", path.size(),
                     " bytes, but a socket's name has 1 to ",
                     sizeof(address.sun_path) - 1,
                     "; choose a shorter one with --socket or paths.socket"));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

UniqueFd UnixSocket(int type) {
  return UniqueFd(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

bool Connect(const UniqueFd& fd, const sockaddr_un& address) {
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                   sizeof(address)) == 0 ||
         errno == EAGAIN;  // Its queue is full: somebody is there.
}

// " (process 17)" of the daemon at the other end, if the kernel tells.
std::string ProcessOf(const UniqueFd& connected) {
  ucred credentials = {};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(connected.get(), SOL_SOCKET, SO_PEERCRED, &credentials,
                   &size) != 0 ||
      credentials.pid <= 0) {
    return "";
  }
  return absl::StrCat(" (process ", credentials.pid, ")");
}

absl::Status AlreadyServed(const std::string& path,
                           const std::string& process) {
  return SocketError(
      v1::ERROR_REASON_INVALID_STATE, path,
      absl::StrCat("another daemon", process, " already serves ", path,
                   "; stop it, or choose another socket with --socket"));
}

// A child that a killed daemon was just making holds the lock, too, until it is
// another program: that is waited for.
bool Lock(const UniqueFd& lock) {
  for (int i = 0; ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
    if (i == kLockTries) return false;
    absl::SleepFor(kLockStep);
  }
  return true;
}

// Makes way for bind: removes the socket of a process that is gone.
absl::Status RemoveStale(const std::string& path, const sockaddr_un& address,
                         int type) {
  struct stat attributes = {};
  if (::lstat(path.c_str(), &attributes) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return ErrnoError(path, "cannot look at");
  }
  if (!S_ISSOCK(attributes.st_mode)) {
    return SocketError(
        v1::ERROR_REASON_PATH_NOT_REGULAR, path,
        absl::StrCat(path,
                     " is not a socket and is left alone; remove it, or "
                     "choose another path with --socket"));
  }
  const UniqueFd probe = UnixSocket(type);
  if (Connect(probe, address)) return AlreadyServed(path, ProcessOf(probe));
  if (errno != ECONNREFUSED && errno != ENOENT) {
    return ErrnoError(path, "cannot tell who serves");
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return ErrnoError(path, "cannot remove the old socket");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ControlSocket> ControlSocket::Make(const std::string& path,
                                                  mode_t mode, int type) {
  CONVOY_ASSIGN_OR_RETURN(const sockaddr_un address, Address(path));
  const std::string lock_path = path + ".lock";
  UniqueFd lock(::open(lock_path.c_str(),
                       O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.valid()) return ErrnoError(lock_path, "cannot open the lock");
  if (!Lock(lock)) {
    const UniqueFd probe = UnixSocket(type);
    return AlreadyServed(path, Connect(probe, address) ? ProcessOf(probe) : "");
  }
  CONVOY_RETURN_IF_ERROR(RemoveStale(path, address, type));
  UniqueFd listening = UnixSocket(type);
  if (!listening.valid() ||
      ::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address),
             sizeof(address)) != 0) {
    return ErrnoError(path, "cannot make the socket");
  }
  // From here on the file is ours to remove.
  ControlSocket socket(path, std::move(lock), std::move(listening));
  // Nobody gets in before listen.
  if (::chmod(path.c_str(), mode) != 0 ||
      ::listen(socket.listening_.get(), kBacklog) != 0) {
    return ErrnoError(path, "cannot open the socket to callers");
  }
  return socket;
}

ControlSocket::ControlSocket(std::string path, UniqueFd lock,
                             UniqueFd listening)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      listening_(std::move(listening)) {
  struct stat attributes = {};
  if (::lstat(path_.c_str(), &attributes) == 0) {
    device_ = attributes.st_dev;
    inode_ = attributes.st_ino;
  }
}

ControlSocket::~ControlSocket() {
  if (!lock_.valid()) return;
  struct stat attributes = {};
  if (::lstat(path_.c_str(), &attributes) == 0 &&
      attributes.st_dev == device_ && attributes.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
}

absl::Status ProbeSocket(const std::string& path) {
  CONVOY_ASSIGN_OR_RETURN(const sockaddr_un address, Address(path));
  const UniqueFd probe = UnixSocket(SOCK_STREAM);
  if (Connect(probe, address)) return absl::OkStatus();
  return ErrnoError(path, "nobody answers at");
}

}  // namespace convoy
