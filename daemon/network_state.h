#ifndef CONVOY_DAEMON_NETWORK_STATE_H_
#define CONVOY_DAEMON_NETWORK_STATE_H_

#include <functional>
#include <memory>
#include <thread>

#include "absl/time/time.h"
#include "daemon/machine_facts.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// Tells when what rules ask of this machine changes: routes and interfaces at
// once (rtnetlink), the charge of a battery within kLookAtBattery, all else
// within kLook.
class NetworkState {
 public:
  // While there is a battery; the kernel tells of it to root's processes only.
  static constexpr absl::Duration kLookAtBattery = absl::Seconds(30);
  // NetworkManager may take another connection for its primary one, and routes
  // stay.
  static constexpr absl::Duration kLook = absl::Minutes(1);
  // Routes change many at a time.
  static constexpr absl::Duration kQuiet = absl::Milliseconds(100);

  // `on_change` is called on a thread of its own, with facts that differ from
  // those before. `first`: those that are known already. `on_routes` is called
  // there whenever routes or interfaces have changed, also where the facts are
  // the same.
  NetworkState(MachineSources sources, MachineFacts first,
               std::function<void(MachineFacts)> on_change,
               std::function<void()> on_routes);
  // Neither runs, nor is called any more. Not on their thread.
  ~NetworkState();
  NetworkState(const NetworkState&) = delete;
  NetworkState& operator=(const NetworkState&) = delete;

 private:
  void Run();

  const MachineSources sources_;
  const std::function<void(MachineFacts)> on_change_;
  const std::function<void()> on_routes_;
  MachineFacts facts_;  // Of the thread.
  const UniqueFd routes_;
  const UniqueFd stop_;
  std::thread thread_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_NETWORK_STATE_H_
