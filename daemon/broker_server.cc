#include "daemon/broker_server.h"

#include <poll.h>
#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

// A daemon that takes no answer for so long has lost its connection.
constexpr timeval kSendPatience = {30, 0};

// By the user database, the primary one among them; none without a name.
std::vector<gid_t> GroupsOfUser(const JobOwner& owner) {
  std::vector<char> buffer(1 << 16);
  passwd entry = {};
  passwd* found = nullptr;
  getpwuid_r(owner.uid, &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return {};
  return LookUpGroups({owner.uid, found->pw_gid});
}

void Serve(const BrokerParts& parts, const JobOwner& daemon,
           const std::shared_ptr<const UniqueFd>& socket) {
  const absl::Status status = BrokerSession(parts, daemon, socket).Run();
  if (!status.ok()) {
    LogWarning("a message of the daemon ends its connection: ",
               status.message());
  }
}

}  // namespace

BrokerServer::BrokerServer(UniqueFd listening, const Options& options)
    : listening_(std::move(listening)),
      options_(options),
      stop_(eventfd(0, EFD_CLOEXEC)),
      groups_(clock_, GroupsOfUser),
      files_(options.files ? MakeOwnerFiles() : nullptr),
      commands_(options.commands ? MakeOwnerCommands(clock_, {}) : nullptr),
      thread_([this] { Loop(); }) {}

BrokerServer::~BrokerServer() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_.get(), &one, sizeof one);
  thread_.join();
  for (Connection& connection : connections_) {
    shutdown(connection.socket->get(), SHUT_RDWR);
    connection.thread.join();
  }
}

void BrokerServer::Loop() {
  while (true) {
    pollfd watched[] = {{stop_.get(), POLLIN, 0},
                        {listening_.get(), POLLIN, 0}};
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[0].revents != 0) return;
    Accept();
  }
}

void BrokerServer::Accept() {
  UniqueFd fd(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!fd.valid()) return;
  ucred peer = {};
  socklen_t size = sizeof peer;
  if (getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
      peer.uid != options_.daemon_uid) {
    LogWarning("uid ", peer.uid, " (process ", peer.pid,
               ") is refused: only the daemon's user, uid ",
               options_.daemon_uid, ", may connect");
    return;
  }
  Reap();
  if (connections_.size() >= kMaxConnections) {
    LogWarning("the daemon has more than ", kMaxConnections,
               " connections; one is refused");
    return;
  }
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kSendPatience,
             sizeof kSendPatience);
  Connection& connection = connections_.emplace_back();
  connection.socket = std::make_shared<const UniqueFd>(std::move(fd));
  connection.thread =
      std::thread([this, &connection, daemon = JobOwner{peer.uid, peer.gid}] {
        BrokerParts parts;
        parts.files = files_.get();
        parts.commands = commands_.get();
        parts.groups = &groups_;
        parts.min_uid = options_.min_uid;
        parts.commands_in_hand = &commands_in_hand_;
        Serve(parts, daemon, connection.socket);
        // Now: commands of this connection may still have a share in the
        // socket.
        shutdown(connection.socket->get(), SHUT_RDWR);
        connection.ended = true;
      });
}

void BrokerServer::Reap() {
  for (auto one = connections_.begin(); one != connections_.end();) {
    if (!one->ended) {
      ++one;
      continue;
    }
    one->thread.join();
    one = connections_.erase(one);
  }
}

}  // namespace convoy
