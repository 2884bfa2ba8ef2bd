#ifndef CONVOY_DAEMON_CALLER_RESOLVER_H_
#define CONVOY_DAEMON_CALLER_RESOLVER_H_

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/caller.h"
#include "daemon/daemon_paths.h"
#include "daemon/descriptor_blocks.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"

namespace convoy {

// Tells who makes a call, and what that user may do. Thread-safe.
class CallerResolver {
 public:
  // Is the user in the group of administrators? May block (directory services).
  using IsAdministrator = std::function<bool(const SocketPeer&)>;
  using Done = absl::AnyInvocable<void(absl::StatusOr<Caller>) &&>;

  // How long an answer of IsAdministrator holds.
  static constexpr absl::Duration kCacheTime = absl::Seconds(10);

  struct Parts {  // All not owned; must outlive the resolver.
    const DescriptorBlocks* blocks;
    const Clock* clock;
    // Runs IsAdministrator; what waits for it is dropped when this stops.
    Executor* lookups;
  };

  CallerResolver(const Parts& parts, const DaemonIdentity& identity,
                 IsAdministrator is_administrator);

  // `peer` is RpcCall::Peer. Who has shown a certificate administers, as the
  // user that the daemon runs as. `done` is called once: inside this
  // call when the answer is known, else on the executor for look-ups.
  // UNAUTHENTICATED: nobody knows the user. PERMISSION_DENIED: the daemon
  // serves another user.
  void Resolve(absl::string_view peer, Done done);

 private:
  struct Answer {
    bool administrator = false;
    absl::Duration expires;  // Monotonic.
  };

  std::optional<bool> Cached(const SocketPeer& user)
      ABSL_LOCKS_EXCLUDED(mutex_);
  bool LookUp(const SocketPeer& user) ABSL_LOCKS_EXCLUDED(mutex_);

  const Parts parts_;
  const DaemonIdentity identity_;
  const IsAdministrator is_administrator_;

  Mutex mutex_;
  // No more than there are users in `blocks`.
  std::map<std::pair<uid_t, gid_t>, Answer> answers_ ABSL_GUARDED_BY(mutex_);
};

// The user is a member of `group` by the machine's user database, or its
// process has that group. No such group: false.
bool IsMemberOf(const SocketPeer& user, const char* group);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CALLER_RESOLVER_H_
