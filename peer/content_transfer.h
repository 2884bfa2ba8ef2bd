#ifndef CONVOY_PEER_CONTENT_TRANSFER_H_
#define CONVOY_PEER_CONTENT_TRANSFER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "peer/base/executor.h"
#include "peer/content_finder.h"
#include "peer/swarm_transfer.h"
#include "peer/target_file.h"
#include "peer/transfer_engine.h"
#include "peer/transfer_reporter.h"

namespace convoy {

// Fills one file from http and https URLs, in the best way there is: finds out
// what its bytes must be, then gets them from a swarm and the origin, or, where
// nothing vouches for pieces, by plain HTTP. A swarm that cannot give the file
// leads to plain HTTP too, and so does another method than GET.
//
// Thread: everything on the engine's executor.
class ContentTransfer final : public Transfer {
 public:
  struct Parts {
    SwarmTransfer::Parts swarm;       // Its pointers are not owned.
    const ContentSettings* settings;  // Not owned.
  };

  // `spec.target` is in `file` by now.
  ContentTransfer(const Parts& parts, TransferSpec spec,
                  std::shared_ptr<TargetFile> file,
                  std::shared_ptr<ObserverLink> link);

  ~ContentTransfer() override;

  void Start();
  void CheckpointForgotten() override;

 private:
  void OnFound(FoundContent found);
  // Cache hosts may have the file, whatever is wrong at the origin.
  bool CacheHostsMayHaveIt() const;
  void End(absl::Status status, std::optional<absl::Duration> retry_after);
  void StartSwarm(FoundContent found);
  void OnSwarmGaveUp(std::string reason);
  // `reason`: why no peers are used, `policy` as in PeerUse.
  void StartPlain(std::string reason, std::string policy);
  void BeginPlain(std::vector<PeerUse> peers);

  const Parts parts_;
  TransferSpec spec_;
  const std::shared_ptr<TargetFile> file_;
  const std::shared_ptr<ObserverLink> link_;
  std::unique_ptr<ContentFinder> finder_;
  FoundContent found_;
  std::unique_ptr<Transfer> transfer_;  // Null: the finder is at work.
  absl::Duration started_;              // Monotonic.
  Executor::TimerId timer_ = 0;         // For the plain transfer.
};

}  // namespace convoy

#endif  // CONVOY_PEER_CONTENT_TRANSFER_H_
