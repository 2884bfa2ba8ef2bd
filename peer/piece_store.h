#ifndef CONVOY_PEER_PIECE_STORE_H_
#define CONVOY_PEER_PIECE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "peer/base/executor.h"
#include "peer/file_worker.h"
#include "peer/piece_layout.h"
#include "peer/piece_ledger.h"
#include "peer/sha256.h"
#include "peer/target_file.h"

namespace convoy {

// Where the bytes of a transfer go, whatever source they come from: writes them
// into the target file, marks them in the ledger, brings them to the disk while
// more come, and follows the whole beginning of the file with SHA-256.
//
// Closed → Open, Restore or OpenStream → writes → Finish; Clear leads back to
// closed. A file whose size is not known is a stream: it is written from its
// first byte on, and becomes a file with a ledger at EndStream.
//
// Thread: everything on the executor, the listener too; flushing and hashing
// run on the file worker.
class PieceStore {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // More is on disk.
    virtual void OnFlushed() = 0;
    // More is written, or waits for that, than the disk takes for now: hold the
    // sources back; or go on. From inside of Write, NoteWritten, NoteInMemory
    // and Clear too.
    virtual void OnBacklog(bool full) = 0;
    // After Finish. OK: everything is on disk, and the SHA-256 is the expected
    // one, if there is one. VALIDATION_FAILED: it is not. Errors of the disk
    // come at any time. Not from inside a call.
    virtual void OnStoreEnd(absl::Status status) = 0;
  };

  struct Parts {  // Not owned.
    Executor* executor;
    FileWorker* worker;
  };

  // `expected_sha256`: 32 bytes, or empty for no check. `listener` is not
  // owned.
  PieceStore(const Parts& parts, std::shared_ptr<TargetFile> file,
             std::string expected_sha256, Listener* listener);
  ~PieceStore();
  PieceStore(const PieceStore&) = delete;
  PieceStore& operator=(const PieceStore&) = delete;

  // Another digest for what is opened next. REQUIRES: closed.
  void SetExpectedSha256(std::string expected_sha256) {
    expected_sha256_ = std::move(expected_sha256);
  }

  // Of the target file, as it is.
  absl::StatusOr<std::int64_t> FileSize() const { return file_->Size(); }

  // Makes room on the disk; everything is missing.
  absl::Status Open(PieceLayout layout);
  // As Open, but `flushed` is there from an earlier transfer. REQUIRES: inside
  // the layout.
  absl::Status Restore(PieceLayout layout,
                       const std::vector<PieceSpan>& flushed);
  // As Restore, for a file whose bytes lie elsewhere than in the ledger's
  // order: `room` bytes are needed meanwhile, the first `size` are left at the
  // end. Write is not used; SHA-256 is computed at the end.
  absl::Status RestoreScattered(PieceLayout layout,
                                const std::vector<PieceSpan>& flushed,
                                std::int64_t room, std::int64_t size);
  absl::Status OpenStream();
  // The stream is whole: its size is what was written.
  absl::Status EndStream();
  // Empties the file and forgets everything.
  absl::Status Clear();

  bool is_open() const { return streaming_ || ledger_ != nullptr; }
  bool streaming() const { return streaming_; }
  bool backlog_full() const { return backlog_full_; }
  // Null while closed or streaming.
  PieceLedger* ledger() { return ledger_.get(); }
  const PieceLedger* ledger() const { return ledger_.get(); }
  // Bytes in the file, on disk or not.
  std::int64_t written_bytes() const;
  std::int64_t flushed_bytes() const;

  // Bytes from a source. REQUIRES: open; as PieceLedger::MarkWritten.
  absl::Status Write(std::int64_t offset, absl::string_view bytes);
  // As Write, for bytes that somebody else put into the file.
  void NoteWritten(std::int64_t offset, std::int64_t length);
  // So many bytes more, or less, wait in memory for somebody else to put them
  // into the file: they count for the backlog.
  void NoteInMemory(std::int64_t change);
  // Somebody else has put other bytes there than those that were noted before.
  // What they left behind the file's end is cut off if it was cut before; an
  // error of that comes as OnStoreEnd, at once.
  void NoteReplaced(std::int64_t offset);

  // Begins to flush whole pieces that are not on disk, if none are on their
  // way; OnFlushed follows. False: all are on disk.
  bool FlushNow();
  // Cuts the file to its size, flushes and checks what is left; ends with
  // OnStoreEnd. REQUIRES: everything is written.
  absl::Status Finish();
  // Flushes and checks once more, for pieces were replaced since. REQUIRES: it
  // has ended with VALIDATION_FAILED, and is not scattered.
  void FinishAgain();

 private:
  // What lies behind the size that the file must have goes.
  absl::Status CutToSize();
  absl::Status MakeLedger(PieceLayout layout,
                          const std::vector<PieceSpan>& flushed,
                          std::int64_t room, std::int64_t size);
  std::int64_t frontier() const;
  std::int64_t untaken_bytes() const;
  void StartFlush();
  void OnFlushDone(const std::vector<PieceIndex>& pieces,
                   std::int64_t stream_mark, absl::Status status);
  void MaybeStartWriteback();
  void MaybeHash();
  void OnHashDone(std::int64_t hashed, absl::Status status);
  void ArmFlushTimer();
  void CancelFlushTimer();
  void CheckBacklog();
  void MaybeEnd();
  void End(absl::Status status);
  // Runs `job` on the worker, then `done` here; not if the store was cleared or
  // destroyed in between.
  void RunOnWorker(absl::AnyInvocable<absl::Status() &&> job,
                   absl::AnyInvocable<void(absl::Status) &&> done);

  const Parts parts_;
  const std::shared_ptr<TargetFile> file_;
  std::string expected_sha256_;
  Listener* const listener_;

  std::unique_ptr<PieceLedger> ledger_;
  bool scattered_ = false;
  std::int64_t final_size_ = 0;  // With a ledger.
  bool streaming_ = false;
  std::int64_t stream_written_ = 0;
  std::int64_t stream_taken_ = 0;  // Covered by a flush that was begun.
  std::int64_t stream_flushed_ = 0;

  bool flush_running_ = false;
  std::int64_t flushing_bytes_ = 0;
  bool writeback_running_ = false;
  std::int64_t since_writeback_ = 0;
  Executor::TimerId flush_timer_ = 0;
  std::int64_t in_memory_bytes_ = 0;
  bool backlog_full_ = false;

  std::shared_ptr<Sha256> sha256_;  // With the job while hash_running_.
  bool hash_running_ = false;
  std::int64_t hashed_bytes_ = 0;
  // What is under way is of old bytes.
  bool hash_again_ = false;
  bool sync_again_ = false;

  bool finishing_ = false;
  bool synced_ = false;  // Since Finish.
  bool ended_ = false;

  // Replaced by Clear: what came from before is recognised.
  std::shared_ptr<char> epoch_ = std::make_shared<char>();
};

}  // namespace convoy

#endif  // CONVOY_PEER_PIECE_STORE_H_
