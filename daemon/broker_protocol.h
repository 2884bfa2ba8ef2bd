#ifndef CONVOY_DAEMON_BROKER_PROTOCOL_H_
#define CONVOY_DAEMON_BROKER_PROTOCOL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace convoy {

// What the daemon and its broker (broker_main.cc) say to each other, on a Unix
// socket that keeps messages apart (SOCK_SEQPACKET): the daemon sends a
// BrokerRequest, the broker a BrokerAnswer, each always of its one size and
// with at most one file descriptor. Both are of one build and one machine, so
// numbers are in the machine's order.
//
// A message of another size, with another magic number or version, with a text
// that does not end, or with a descriptor where none belongs ends the
// connection.

inline constexpr std::uint32_t kBrokerMagic = 0x43764231;
// The longest path, with the NUL that ends it: PATH_MAX.
inline constexpr std::size_t kBrokerPathSize = 4096;
inline constexpr std::size_t kBrokerMessageSize = 5120;
// BrokerRequest.mode: none was asked for.
inline constexpr std::uint32_t kBrokerNoMode = ~0u;
// Files in one BrokerOperation::kPublishAll.
inline constexpr std::size_t kBrokerMaxPublications = 1024;
// Program, arguments and environment of a command, with their NULs.
inline constexpr std::size_t kBrokerMaxCommandBytes = 1 << 20;
inline constexpr absl::Duration kBrokerMaxCommandTime = absl::Minutes(10);

// What each takes and gives beside the owner and the status. Those without a
// comment are functions of OwnerFiles; "fd" comes with the answer.
enum class BrokerOperation : std::uint32_t {
  kHello = 1,             // Nothing: is the broker there?
  kCheckDestination = 2,  // path
  kCreateTemporary = 3,   // path, job, number: the index; fd, path, identity
  kOpenTemporary = 4,     // path, identity; fd
  kOpenSource = 5,        // path; fd
  // path, number: the most files. Answers with path and number (the size) for
  // each file, then one without a path.
  kListFiles = 6,
  // path, second_path, identity, mode: one more file for kPublishAll, which
  // follows on the same connection and answers once for each of them.
  kAddPublication = 7,
  kPublishAll = 8,
  kRemoveTemporary = 9,  // path, identity
  kSetMode = 10,         // path, mode
  kRemove = 11,          // path
  // A hard link of the file that comes with the request, which is the owner's,
  // in the daemon's own folder `path` under the name `second_path`.
  kLinkIntoCache = 12,
  kOpenInCache = 13,  // The owner is not looked at; path, second_path; fd
  // number: the time limit in ms; id. The request comes with a memfd that holds
  // `count` texts, each ended by a NUL: program, arguments, then, beginning at
  // text `second_count`, NAME=VALUE of the environment. Answers twice, in an
  // order of its own among answers to others: when it has begun, when it ended.
  kRunCommand = 14,
};

enum class BrokerStage : std::uint32_t { kOnly = 0, kBegun = 1, kEnded = 2 };

struct BrokerRequest {
  std::uint32_t magic = kBrokerMagic;
  BrokerOperation operation = BrokerOperation::kHello;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t number = 0;
  std::uint64_t id = 0;
  std::uint32_t mode = kBrokerNoMode;
  std::uint32_t count = 0;
  std::uint32_t second_count = 0;
  std::uint32_t reserved = 0;
  std::uint8_t job[16] = {};
  char path[kBrokerPathSize] = {};
  char second_path[kBrokerPathSize] = {};
};

struct BrokerAnswer {
  std::uint32_t magic = kBrokerMagic;
  BrokerOperation operation = BrokerOperation::kHello;
  // An absl::StatusCode, a v1::ErrorReason, a v1::ErrorContext.
  std::int32_t code = 0;
  std::int32_t reason = 0;
  std::int32_t context = 0;
  BrokerStage stage = BrokerStage::kOnly;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t number = 0;
  std::uint64_t id = 0;
  char path[kBrokerPathSize] = {};  // With an error: the one that it names.
  char message[kBrokerMessageSize] = {};
};

static_assert(std::has_unique_object_representations_v<BrokerRequest>);
static_assert(std::has_unique_object_representations_v<BrokerAnswer>);

// The text up to its NUL. Without one: all of it, which is too long for a path.
template <std::size_t size>
std::string BrokerText(const char (&text)[size]) {
  const absl::string_view all(text, size);
  return std::string(all.substr(0, all.find('\0')));
}
// False, and nothing is changed: `from` does not fit, or holds a NUL.
template <std::size_t size>
bool SetBrokerText(absl::string_view from, char (&to)[size]) {
  if (from.size() >= size || from.find('\0') != absl::string_view::npos) {
    return false;
  }
  from.copy(to, from.size());
  to[from.size()] = '\0';
  return true;
}

// Is a request as it must be, whatever it asks? Says what is wrong.
absl::Status CheckBrokerRequest(const BrokerRequest& request);

// A status with its ErrorDetail, there and back. A message that is too long
// loses its end.
void SetBrokerStatus(const absl::Status& status, BrokerAnswer* answer);
absl::Status BrokerStatusOf(const BrokerAnswer& answer);

}  // namespace convoy

#endif  // CONVOY_DAEMON_BROKER_PROTOCOL_H_
