#ifndef CONVOY_PEER_LIBTORRENT_SWARM_H_
#define CONVOY_PEER_LIBTORRENT_SWARM_H_

#include <memory>

#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/file_worker.h"
#include "peer/group_membership.h"
#include "peer/rate_limiter.h"
#include "peer/swarm.h"
#include "peer/swarm_settings.h"

namespace convoy {

// The swarm over libtorrent, with a thread of its own, and the beacon, with
// another one.
class LibtorrentSwarm : public Swarm {
 public:
  struct Parts {         // Not owned.
    Executor* executor;  // The engine's.
    FileWorker* worker;
    const Clock* clock;
    // Of all that comes from outside of the LAN: peers and origins share it.
    RateLimiter* limiter;
  };

  // Takes the place where it listens. Cannot fail: without a place to listen at
  // it refuses, with the reason. `group`: not owned; where an authenticated
  // group is configured, only its members are met.
  static std::unique_ptr<LibtorrentSwarm> Make(const Parts& parts,
                                               const SwarmSettings& settings,
                                               const GroupMembership& group);
  // Leaves everything; waits for the threads. Not on them. After it, the
  // engine's executor gets nothing any more.
  virtual void Stop() = 0;
};

}  // namespace convoy

#endif  // CONVOY_PEER_LIBTORRENT_SWARM_H_
