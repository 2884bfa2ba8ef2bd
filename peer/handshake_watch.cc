#include "peer/handshake_watch.h"

#include <dirent.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"

namespace convoy {
namespace {

std::vector<int> OpenDescriptors() {
  struct Close {
    void operator()(DIR* folder) const { closedir(folder); }
  };
  std::vector<int> descriptors;
  const std::unique_ptr<DIR, Close> folder(opendir("/proc/self/fd"));
  if (folder == nullptr) return descriptors;
  while (const dirent* const entry = readdir(folder.get())) {
    int descriptor = -1;
    if (absl::SimpleAtoi(entry->d_name, &descriptor)) {
      descriptors.push_back(descriptor);
    }
  }
  return descriptors;
}

// `get`: getsockname or getpeername. Nothing: no connected socket of IP.
template <typename Get>
std::optional<HandshakeWatch::Endpoint> EndpointOf(int descriptor, Get get) {
  sockaddr_storage storage = {};
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  socklen_t size = sizeof(storage);
  if (get(descriptor, address, &size) != 0) return std::nullopt;
  int port = 0;
  const std::optional<IpAddress> ip = IpAddress::FromSockaddr(address, &port);
  if (!ip) return std::nullopt;
  return HandshakeWatch::Endpoint(*ip, port);
}

bool IsTcp(int descriptor) {
  int type = 0;
  socklen_t size = sizeof(type);
  return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
         type == SOCK_STREAM;
}

}  // namespace

HandshakeWatch::HandshakeWatch(MayBePeer may_be_peer)
    : may_be_peer_(std::move(may_be_peer)) {}

void HandshakeWatch::Sweep(const std::set<int>& ports,
                           const std::set<Endpoint>& peers,
                           absl::Duration now) {
  std::map<int, Waiting> seen;
  for (const int descriptor : OpenDescriptors()) {
    const auto local = EndpointOf(descriptor, getsockname);
    if (!local || ports.count(local->second) == 0 || !IsTcp(descriptor)) {
      continue;
    }
    const auto remote = EndpointOf(descriptor, getpeername);
    if (!remote || peers.count(*remote) != 0) continue;
    const auto before = waiting_.find(descriptor);
    const bool known =
        before != waiting_.end() && before->second.remote == *remote;
    seen[descriptor] = {*remote, known ? before->second.since : now};
  }
  waiting_ = std::move(seen);
  EndSome(now);
}

void HandshakeWatch::EndSome(absl::Duration now) {
  std::vector<std::pair<absl::Duration, int>> by_age;
  for (const auto& [descriptor, waiting] : waiting_) {
    by_age.emplace_back(waiting.since, descriptor);
  }
  std::sort(by_age.begin(), by_age.end());
  std::size_t left = by_age.size();
  for (const auto& [since, descriptor] : by_age) {
    const auto waiting = waiting_.find(descriptor);
    if (left <= kMost && now - since < kPatience &&
        may_be_peer_(waiting->second.remote.first)) {
      continue;
    }
    // Its owner sees the end of the connection, and closes it.
    shutdown(descriptor, SHUT_RDWR);
    waiting_.erase(waiting);
    --left;
  }
}

}  // namespace convoy
