#ifndef CONVOY_DAEMON_CALLER_H_
#define CONVOY_DAEMON_CALLER_H_

#include <sys/types.h>

#include "daemon/job.h"

namespace convoy {

// Who makes a call: the process at the other end of the socket, by SO_PEERCRED.
struct Caller {
  uid_t uid = 0;
  gid_t gid = 0;
  // root, a member of the `convoy` group, or the user the daemon runs as (other
  // than root).
  bool administrator = false;
};

// May see and steer the job.
inline bool MayUse(const Caller& caller, const Job& job) {
  return caller.administrator || caller.uid == job.owner.uid;
}

}  // namespace convoy

#endif  // CONVOY_DAEMON_CALLER_H_
