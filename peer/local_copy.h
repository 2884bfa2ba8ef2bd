#ifndef CONVOY_PEER_LOCAL_COPY_H_
#define CONVOY_PEER_LOCAL_COPY_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "peer/base/clock.h"
#include "peer/base/executor.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"
#include "peer/file_worker.h"
#include "peer/piece_store.h"
#include "peer/range_map.h"
#include "peer/remote_identity.h"
#include "peer/target_file.h"
#include "peer/transfer_engine.h"
#include "peer/transfer_reporter.h"

namespace convoy {

// Fills one file from another one of this machine (file:// URLs), step by step
// on the file worker. The source's size, inode and modification time are its
// validator: when they change, the copy begins anew. Thread: everything but the
// steps on the engine's executor.
class LocalCopy final : public Transfer, private PieceStore::Listener {
 public:
  struct Parts {  // Not owned.
    Executor* executor;
    FileWorker* worker;
    const Clock* clock;
  };

  // `spec.target` and `spec.source` are in `file` and `source` by now.
  LocalCopy(const Parts& parts, TransferSpec spec, UniqueFd source,
            std::shared_ptr<TargetFile> file,
            std::shared_ptr<ObserverLink> link);
  // When it returns, no step writes any more.
  ~LocalCopy() override;

  void Start();
  void CheckpointForgotten() override;

 private:
  // What a step on the worker needs. Steps hold the mutex while they write.
  struct Shared {
    Shared(UniqueFd from, std::shared_ptr<TargetFile> to)
        : source(std::move(from)), target(std::move(to)) {}
    const UniqueFd source;
    const std::shared_ptr<TargetFile> target;
    Mutex mutex;
    bool stopped ABSL_GUARDED_BY(mutex) = false;
  };

  void OnFlushed() override;
  void OnBacklog(bool full) override;
  void OnStoreEnd(absl::Status status) override;

  absl::StatusOr<RemoteIdentity> SourceIdentity() const;
  absl::Status Open();
  void Begin();
  void Step();
  void OnStepDone(std::int64_t position, absl::StatusOr<std::int64_t> copied);
  void OnAllWritten();
  void BeginAnew();
  // Empties the store, when no checkpoint speaks of it any more, and begins.
  void Empty();
  void End(absl::Status status);
  void CompleteNews(TransferNews* news);

  const Parts parts_;
  const TransferSpec spec_;
  const std::shared_ptr<Shared> shared_;
  TransferReporter reporter_;
  PieceStore store_;
  RangeMap map_;
  RemoteIdentity source_;
  PieceSpan span_;  // Claimed; being copied.
  bool step_running_ = false;
  bool waiting_for_disk_ = false;
  bool finishing_ = false;
  int restarts_ = 0;
  bool dropped_ = false;  // The store is of no use any more.
  // The observer has a checkpoint.
  bool checkpoint_told_ = false;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_PEER_LOCAL_COPY_H_
