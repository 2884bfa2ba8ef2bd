#include "daemon/descriptor_blocks.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

// More would not be used, and the kernel's table is bounded.
constexpr rlim_t kMaxDescriptors = 262'144;

// A duplicate of `fd` in [first, first + kBlockSize), or an invalid one.
UniqueFd DuplicateInto(int fd, int first) {
  UniqueFd duplicate(::fcntl(fd, F_DUPFD_CLOEXEC, first));
  if (duplicate.get() >= first + DescriptorBlocks::kBlockSize) {
    duplicate.reset();
  }
  return duplicate;
}

}  // namespace

DescriptorBlocks::DescriptorBlocks(int first, int end)
    : first_(first),
      max_blocks_(static_cast<std::size_t>(std::max(end - first, 0)) /
                  kBlockSize) {}

absl::Status DescriptorBlocks::Reserve(const SocketPeer& peer) {
  MutexLock lock(&mutex_);
  if (AddBlock(peer) < 0) {
    return absl::ResourceExhaustedError("no descriptor numbers are left");
  }
  return absl::OkStatus();
}

absl::Status DescriptorBlocks::Move(const SocketPeer& peer,
                                    UniqueFd& connection) {
  MutexLock lock(&mutex_);
  User& user = users_[{peer.uid, peer.gid}];
  for (std::size_t i = 0; i < user.blocks.size(); ++i) {
    const std::size_t index = (user.last + i) % user.blocks.size();
    UniqueFd moved = DuplicateInto(connection.get(), user.blocks[index]);
    if (moved.valid()) {
      user.last = index;
      connection = std::move(moved);
      return absl::OkStatus();
    }
  }
  // More than one turn only where numbers of a new block are in use by other
  // parts of the process.
  while (true) {
    const int block = AddBlock(peer);
    if (block < 0) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "no descriptor number is left for connections of user ", peer.uid));
    }
    user.last = user.blocks.size() - 1;
    UniqueFd moved = DuplicateInto(connection.get(), block);
    if (moved.valid()) {
      connection = std::move(moved);
      return absl::OkStatus();
    }
  }
}

std::optional<SocketPeer> DescriptorBlocks::OwnerOf(int number) const {
  if (number < first_) return std::nullopt;
  const auto block = static_cast<std::size_t>(number - first_) / kBlockSize;
  MutexLock lock(&mutex_);
  if (block >= owners_.size()) return std::nullopt;
  return owners_[block];
}

int DescriptorBlocks::AddBlock(const SocketPeer& peer) {
  std::size_t& count = blocks_of_uid_[peer.uid];
  const std::size_t max_of_user =
      peer.uid == 0 ? max_blocks_
                    : std::max<std::size_t>(1, max_blocks_ / 4 * 3);
  if (owners_.size() >= max_blocks_ || count >= max_of_user) return -1;
  const int first = first_ + static_cast<int>(owners_.size()) * kBlockSize;
  owners_.push_back(peer);
  ++count;
  users_[{peer.uid, peer.gid}].blocks.push_back(first);
  return first;
}

int RaiseDescriptorLimit() {
  rlimit limit = {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = std::min(limit.rlim_max, kMaxDescriptors);
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = wanted;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  return static_cast<int>(std::min(limit.rlim_cur, kMaxDescriptors));
}

}  // namespace convoy
