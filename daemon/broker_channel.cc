#include "daemon/broker_channel.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

// More than one is an error; what comes beyond these the kernel closes.
constexpr std::size_t kMaxReceived = 8;

absl::Status Gone(int error) {
  return absl::UnavailableError(std::strerror(error));
}

absl::Status Send(int socket, const void* bytes, std::size_t size, int fd) {
  iovec part = {const_cast<void*>(bytes), size};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &fd, sizeof(int));
  }
  while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return Gone(errno);
  }
  return absl::OkStatus();
}

// Takes ownership of what came with a message.
std::vector<UniqueFd> DescriptorsOf(msghdr* message) {
  std::vector<UniqueFd> fds;
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr;
       header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      fds.emplace_back(fd);
    }
  }
  return fds;
}

template <typename Message>
absl::StatusOr<std::optional<BrokerMessage<Message>>> Receive(int socket) {
  std::optional<BrokerMessage<Message>> received(std::in_place);
  iovec part = {&received->message, sizeof(Message)};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxReceived * sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  do {
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Gone(errno);
  std::vector<UniqueFd> fds = DescriptorsOf(&message);
  if (got == 0 && fds.empty()) {
    return std::optional<BrokerMessage<Message>>();
  }
  if (got != static_cast<ssize_t>(sizeof(Message)) ||
      (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return absl::InvalidArgumentError("it is not of the size it must have");
  }
  if (fds.size() > 1) {
    return absl::InvalidArgumentError("it has more than one descriptor");
  }
  if (!fds.empty()) received->fd = std::move(fds[0]);
  return received;
}

}  // namespace

absl::StatusOr<UniqueFd> ConnectToBroker(const std::string& socket) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (socket.empty() || socket.size() >= sizeof address.sun_path) {
    return absl::UnavailableError("a socket's path has 1 to 107 bytes");
  }
  std::memcpy(address.sun_path, socket.data(), socket.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  while (!fd.valid() ||
         connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                 sizeof address) != 0) {
    if (!fd.valid() || errno != EINTR) return Gone(errno);
  }
  return fd;
}

absl::Status SendToBroker(int socket, const BrokerRequest& request, int fd) {
  return Send(socket, &request, sizeof request, fd);
}

absl::Status SendToDaemon(int socket, const BrokerAnswer& answer, int fd) {
  return Send(socket, &answer, sizeof answer, fd);
}

absl::StatusOr<std::optional<BrokerMessage<BrokerRequest>>> ReceiveRequest(
    int socket) {
  return Receive<BrokerRequest>(socket);
}

absl::StatusOr<std::optional<BrokerMessage<BrokerAnswer>>> ReceiveAnswer(
    int socket) {
  return Receive<BrokerAnswer>(socket);
}

}  // namespace convoy
