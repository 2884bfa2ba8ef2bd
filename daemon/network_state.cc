#include "daemon/network_state.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "daemon/default_route.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

// Times kQuiet: a router's routes change all the time.
constexpr int kLongestBurst = 20;

}  // namespace

NetworkState::NetworkState(MachineSources sources, MachineFacts first,
                           std::function<void(MachineFacts)> on_change,
                           std::function<void()> on_routes)
    : sources_(std::move(sources)),
      on_change_(std::move(on_change)),
      on_routes_(std::move(on_routes)),
      facts_(std::move(first)),
      routes_(OpenRouteWatch()),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), "network state");
}

NetworkState::~NetworkState() {
  const std::uint64_t one = 1;
  (void)!::write(stop_.get(), &one, sizeof(one));
  thread_.join();
}

void NetworkState::Run() {
  if (!routes_.valid()) {
    LogWarning(
        "the kernel does not tell of changed routes; they are looked at every "
        "half minute");
  }
  const auto milliseconds = [](absl::Duration duration) {
    return static_cast<int>(absl::ToInt64Milliseconds(duration));
  };
  pollfd set[] = {{stop_.get(), POLLIN, 0}, {routes_.get(), POLLIN, 0}};
  const nfds_t count = routes_.valid() ? 2 : 1;
  while (set[0].revents == 0) {
    MachineFacts facts = ReadMachineFacts(sources_, facts_);
    if (!(facts == facts_)) {
      facts_ = facts;
      on_change_(std::move(facts));
    }
    const bool looks = facts_.has_battery || !routes_.valid();
    ::poll(set, count, milliseconds(looks ? kLookAtBattery : kLook));
    // What comes together is looked at once.
    bool changed = false;
    for (int i = 0;
         i < kLongestBurst && set[0].revents == 0 && set[1].revents != 0; ++i) {
      changed = true;
      DrainRouteWatch(routes_.get());
      if (::poll(set, count, milliseconds(kQuiet)) == 0) break;
    }
    if (changed && set[0].revents == 0) on_routes_();
  }
}

}  // namespace convoy
