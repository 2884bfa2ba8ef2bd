#include "peer/beacon_peers.h"

#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "peer/base/log.h"
#include "peer/base/mutex.h"
#include "peer/base/status_macros.h"

namespace convoy {

struct BeaconPeers::State {
  std::vector<Address> literals;
  std::vector<HostAndPort> names;
  std::function<void()> changed;
  Resolver resolver;

  Mutex mutex;
  CondVar stop;
  bool stopped ABSL_GUARDED_BY(mutex) = false;
  std::vector<Address> resolved ABSL_GUARDED_BY(mutex);
};

absl::StatusOr<std::unique_ptr<BeaconPeers>> BeaconPeers::Make(
    const std::vector<std::string>& texts, std::function<void()> changed,
    Resolver resolver) {
  auto state = std::make_shared<State>();
  state->changed = std::move(changed);
  state->resolver = std::move(resolver);
  for (const std::string& text : texts) {
    CONVOY_ASSIGN_OR_RETURN(HostAndPort peer, ParseHostAndPort(text));
    if (const auto address = IpAddress::Parse(peer.host)) {
      state->literals.emplace_back(*address, peer.port);
    } else {
      state->names.push_back(std::move(peer));
    }
  }
  return std::unique_ptr<BeaconPeers>(new BeaconPeers(std::move(state)));
}

BeaconPeers::BeaconPeers(std::shared_ptr<State> state)
    : state_(std::move(state)) {
  if (state_->names.empty()) return;
  // Detached, for nothing can end a look-up: with a name server that is gone
  // it takes half a minute, and the daemon shall not take that long to stop.
  std::thread thread([shared = state_] { Run(shared); });
  pthread_setname_np(thread.native_handle(), "peer names");
  thread.detach();
}

BeaconPeers::~BeaconPeers() {
  MutexLock lock(&state_->mutex);
  state_->stopped = true;
  state_->stop.NotifyAll();
}

std::vector<BeaconPeers::Address> BeaconPeers::addresses() const {
  std::vector<Address> all = state_->literals;
  MutexLock lock(&state_->mutex);
  all.insert(all.end(), state_->resolved.begin(), state_->resolved.end());
  return all;
}

void BeaconPeers::Run(const std::shared_ptr<State>& state) {
  while (true) {
    std::vector<Address> resolved;
    bool complete = true;
    for (const HostAndPort& name : state->names) {
      const std::vector<IpAddress> addresses = state->resolver(name.host);
      complete &= !addresses.empty();
      for (const IpAddress& address : addresses) {
        resolved.emplace_back(address, name.port);
      }
    }
    MutexLock lock(&state->mutex);
    if (state->stopped) return;
    if (resolved != state->resolved) {
      state->resolved = std::move(resolved);
      // Under the lock, so that it does not run into the destructor's return.
      state->changed();
    }
    const absl::Time again = absl::Now() + (complete ? kLookAgain : kTryAgain);
    while (!state->stopped && absl::Now() < again) {
      state->stop.WaitFor(&state->mutex, again - absl::Now());
    }
    if (state->stopped) return;
  }
}

std::vector<IpAddress> BeaconPeers::ResolveHost(const std::string& host) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0) {
    LogWarning("the peer ", host,
               " of swarm.peers has no address: ", gai_strerror(error));
    return {};
  }
  std::vector<IpAddress> addresses;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    const auto address = IpAddress::FromSockaddr(each->ai_addr, nullptr);
    if (address && addresses.size() < kMaxAddressesOfName) {
      addresses.push_back(*address);
    }
  }
  freeaddrinfo(list);
  return addresses;
}

}  // namespace convoy
