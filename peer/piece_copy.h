#ifndef CONVOY_PEER_PIECE_COPY_H_
#define CONVOY_PEER_PIECE_COPY_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "peer/base/executor.h"
#include "peer/file_worker.h"
#include "peer/piece_layout.h"
#include "peer/swarm_storage.h"

namespace convoy {

// Copies the pieces that one file of a content lacks from another file of this
// machine that has them. Each is checked before it is written.
//
// Thread: `executor`, for calls and callbacks; bytes move on the worker. A
// callback may destroy the copy; none comes after that.
class PieceCopy {
 public:
  struct Parts {  // Not owned.
    Executor* executor;
    FileWorker* worker;
  };
  // The pieces are in `to` now, verified.
  using Put = std::function<void(const std::vector<PieceIndex>& pieces)>;
  // Once, last. OK: `to` has what `from` had at the beginning, but for what
  // came into doubt there since. Else why it goes no further; a status of `to`
  // where that cannot be written (`local`).
  using End = absl::AnyInvocable<void(absl::Status status, bool local) &&>;

  // Begins at once. REQUIRES: both have one layout.
  PieceCopy(const Parts& parts, std::shared_ptr<SwarmStorage> from,
            std::shared_ptr<SwarmStorage> to, Put put, End end);

  // The step under way ends.
  void SetPaused(bool paused);

 private:
  struct Step {
    std::vector<PieceIndex> put;
    absl::Status status;
    bool local = false;
  };

  static Step Copy(SwarmStorage& from, SwarmStorage& to,
                   const std::vector<PieceIndex>& pieces);
  void Next();
  void OnStep(Step step);

  const Parts parts_;
  const std::shared_ptr<SwarmStorage> from_;
  const std::shared_ptr<SwarmStorage> to_;
  const Put put_;
  End end_;
  std::vector<PieceIndex> missing_;  // The next one last.
  bool paused_ = false;
  bool copying_ = false;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_PEER_PIECE_COPY_H_
