#ifndef CONVOY_DAEMON_DESCRIPTOR_BLOCKS_H_
#define CONVOY_DAEMON_DESCRIPTOR_BLOCKS_H_

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// The user at the other end of a Unix socket.
struct SocketPeer {
  uid_t uid = 0;
  gid_t gid = 0;
  friend bool operator==(const SocketPeer& a, const SocketPeer& b) {
    return a.uid == b.uid && a.gid == b.gid;
  }
};

// Gives descriptor numbers to users, for the life of the process.
//
// gRPC names the peer of a call by its descriptor's number ("fd:17") and by
// nothing else. A number that is closed is soon used again, maybe for another
// user, while a late handler still holds the old name. So numbers come in
// blocks, and a block belongs to one user and group for ever: from number to
// user there is one answer at all times.
//
// Thread-safe.
class DescriptorBlocks {
 public:
  static constexpr int kBlockSize = 16;

  // Hands out [first, end), whole blocks only.
  DescriptorBlocks(int first, int end);

  // Makes a block of `peer`'s at once, so that there is one when others have
  // used up the rest.
  absl::Status Reserve(const SocketPeer& peer);
  // Moves a connection to a number of its user; the old number is closed. On
  // RESOURCE_EXHAUSTED the connection stays where it is: all numbers are given
  // out, or one user (other than root) has three quarters of them.
  absl::Status Move(const SocketPeer& peer, UniqueFd& connection);
  // Absent: not a number of anybody.
  std::optional<SocketPeer> OwnerOf(int number) const;

 private:
  struct User {
    std::vector<int> blocks;  // Their first numbers.
    std::size_t last = 0;     // Index of the block that had room last.
  };

  // The first number of a new block, or -1.
  int AddBlock(const SocketPeer& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int first_;
  const std::size_t max_blocks_;

  mutable Mutex mutex_;
  std::vector<SocketPeer> owners_ ABSL_GUARDED_BY(mutex_);  // By block.
  std::map<std::pair<uid_t, gid_t>, User> users_ ABSL_GUARDED_BY(mutex_);
  std::map<uid_t, std::size_t> blocks_of_uid_ ABSL_GUARDED_BY(mutex_);
};

// Raises this process' limit of open files as far as it may. Returns the limit.
int RaiseDescriptorLimit();

}  // namespace convoy

#endif  // CONVOY_DAEMON_DESCRIPTOR_BLOCKS_H_
