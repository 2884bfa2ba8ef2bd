#ifndef CONVOY_DAEMON_BROKER_SESSION_H_
#define CONVOY_DAEMON_BROKER_SESSION_H_

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "daemon/broker_channel.h"
#include "daemon/broker_protocol.h"
#include "daemon/job.h"
#include "daemon/owner_commands.h"
#include "daemon/owner_files.h"
#include "daemon/owner_groups.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// What all connections of a broker share.
struct BrokerParts {                  // Not owned; thread-safe.
  OwnerFiles* files = nullptr;        // Null: files are another broker's.
  OwnerCommands* commands = nullptr;  // Null: likewise.
  OwnerGroups* groups = nullptr;      // Asked by uid alone.
  // Owners with a lower uid are refused, and so are gids below it that are not
  // of the owner's own groups. 0: every owner is served.
  uid_t min_uid = 0;
  // Commands that were asked for and have not ended.
  std::atomic<int>* commands_in_hand = nullptr;
};

// One connection of the daemon: checks each request, does it by OwnerFiles or
// OwnerCommands with the owner's rights, and answers. Nothing that a request
// says is believed but who the owner is: that is the daemon's to say.
//
// Thread: that which calls Run.
class BrokerSession {
 public:
  // Commands in hand, of all connections.
  static constexpr int kMaxCommands = 4096;

  // `daemon`: who is at the other end.
  BrokerSession(const BrokerParts& parts, const JobOwner& daemon,
                std::shared_ptr<const UniqueFd> socket);

  // Serves until the connection ends. OK: the daemon ended it.
  // INVALID_ARGUMENT: it sent something that no daemon of this build sends.
  absl::Status Run();

 private:
  using Request = BrokerMessage<BrokerRequest>;

  absl::Status Serve(const Request& request);
  bool Serves(BrokerOperation operation) const;
  absl::Status CheckOwner(const JobOwner& owner);
  absl::Status Refuse(const BrokerRequest& request, const absl::Status& why);

  // Each answers; errors end the connection.
  absl::Status Answer(const BrokerRequest& request, const absl::Status& status,
                      BrokerAnswer answer = {}, int fd = -1);
  absl::Status AnswerOpened(const BrokerRequest& request,
                            const absl::StatusOr<UniqueFd>& opened);
  absl::Status CreateTemporary(const BrokerRequest& request);
  absl::Status ListFiles(const BrokerRequest& request);
  absl::Status AddPublication(const BrokerRequest& request);
  absl::Status PublishAll(const BrokerRequest& request);
  absl::Status RunCommand(const Request& request);

  const BrokerParts parts_;
  const JobOwner daemon_;
  const std::shared_ptr<const UniqueFd> socket_;
  std::vector<Publication> publications_;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_BROKER_SESSION_H_
