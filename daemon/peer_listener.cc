#include "daemon/peer_listener.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/base/log.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

// How long to leave connections in the queue when no descriptor is left.
constexpr int kExhaustedWaitMilliseconds = 100;

// What an HTTP/2 server says that takes no connection: empty SETTINGS (RFC 9113
// section 6.5), then GOAWAY with ENHANCE_YOUR_CALM and a text (section 6.8).
std::string Refusal(absl::string_view text) {
  constexpr char kSettings = 4, kGoAway = 7, kEnhanceYourCalm = 11;
  const auto frame_head = [](std::size_t length, char type) {
    std::string head(9, '\0');
    head[1] = static_cast<char>(length >> 8);
    head[2] = static_cast<char>(length & 0xFF);
    head[3] = type;
    return head;
  };
  std::string last_stream_and_code(8, '\0');
  last_stream_and_code[7] = kEnhanceYourCalm;
  return absl::StrCat(frame_head(0, kSettings),
                      frame_head(8 + text.size(), kGoAway),
                      last_stream_and_code, text);
}

void Refuse(const UniqueFd& connection, const absl::Status& why) {
  const std::string refusal = Refusal(why.message());
  // A fresh socket's buffer has room for it; who cannot be told is not waited
  // for.
  ::send(connection.get(), refusal.data(), refusal.size(),
         MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

PeerListener::PeerListener(UniqueFd listening, DescriptorBlocks& blocks,
                           OnConnection on_connection)
    : listening_(std::move(listening)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)),
      blocks_(blocks),
      on_connection_(std::move(on_connection)) {
  // Another process may hold the same socket (activation): accept must not
  // block when it was faster.
  ::fcntl(listening_.get(), F_SETFL,
          ::fcntl(listening_.get(), F_GETFL) | O_NONBLOCK);
  thread_ = std::thread([this] { Run(); });
}

PeerListener::~PeerListener() { Stop(); }

void PeerListener::Stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  while (::write(stop_event_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {
  }
  thread_.join();
  listening_.reset();
}

void PeerListener::Run() {
  ::pthread_setname_np(::pthread_self(), "listener");
  while (Wait(/*for_connections=*/true, -1)) AcceptOne();
}

void PeerListener::AcceptOne() {
  UniqueFd connection(::accept4(listening_.get(), nullptr, nullptr,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!connection.valid()) {
    if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN) {
      LogError("cannot accept a connection: ", std::strerror(errno));
      Wait(/*for_connections=*/false, kExhaustedWaitMilliseconds);
    }
    return;
  }
  ucred credentials = {};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &credentials,
                   &size) != 0) {
    LogError("cannot tell who connects: ", std::strerror(errno));
    return;
  }
  const absl::Status moved =
      blocks_.Move({credentials.uid, credentials.gid}, connection);
  if (!moved.ok()) {
    LogWarning("connection refused: ", moved.message());
    Refuse(connection, moved);
    return;
  }
  on_connection_(std::move(connection));
}

bool PeerListener::Wait(bool for_connections, int milliseconds) {
  pollfd fds[] = {{stop_event_.get(), POLLIN, 0},
                  {for_connections ? listening_.get() : -1, POLLIN, 0}};
  while (::poll(fds, 2, milliseconds) < 0 && errno == EINTR) {
  }
  return fds[0].revents == 0;
}

}  // namespace convoy
