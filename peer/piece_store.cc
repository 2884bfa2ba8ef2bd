#include "peer/piece_store.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// A flush begins when this much waits, or after this time.
constexpr std::int64_t kFlushBytes = 64 << 20;
constexpr absl::Duration kFlushInterval = absl::Seconds(1);
// The disk is put to work this early, so that a flush finds little left to do.
constexpr std::int64_t kWritebackBytes = 8 << 20;
// A file this small is on its way before room could be made for it.
constexpr std::int64_t kMinAllocate = 1 << 20;
constexpr std::int64_t kHashStep = 8 << 20;
constexpr std::int64_t kMaxHashStep = 64 << 20;
// Small enough to be in the processor's cache when it is hashed.
constexpr std::size_t kHashBuffer = 64 << 10;
// Written, not flushed: sources wait above the one, go on below the other.
constexpr std::int64_t kBacklogFull = 128 << 20;
constexpr std::int64_t kBacklogLow = 64 << 20;

absl::Status HashRange(TargetFile* file, Sha256* sha256, std::int64_t from,
                       std::int64_t to) {
  std::array<char, kHashBuffer> buffer;
  while (from < to) {
    const auto length =
        std::min(to - from, static_cast<std::int64_t>(buffer.size()));
    CONVOY_RETURN_IF_ERROR(
        file->Read(from, buffer.data(), static_cast<std::size_t>(length)));
    sha256->Update(
        absl::string_view(buffer.data(), static_cast<std::size_t>(length)));
    from += length;
  }
  return absl::OkStatus();
}

}  // namespace

PieceStore::PieceStore(const Parts& parts, std::shared_ptr<TargetFile> file,
                       std::string expected_sha256, Listener* listener)
    : parts_(parts),
      file_(std::move(file)),
      expected_sha256_(std::move(expected_sha256)),
      listener_(listener) {}

PieceStore::~PieceStore() { CancelFlushTimer(); }

absl::Status PieceStore::Open(PieceLayout layout) {
  return Restore(layout, {});
}

absl::Status PieceStore::Restore(PieceLayout layout,
                                 const std::vector<PieceSpan>& flushed) {
  scattered_ = false;
  return MakeLedger(layout, flushed, layout.size(), layout.size());
}

absl::Status PieceStore::RestoreScattered(PieceLayout layout,
                                          const std::vector<PieceSpan>& flushed,
                                          std::int64_t room,
                                          std::int64_t size) {
  scattered_ = true;
  return MakeLedger(layout, flushed, room, size);
}

absl::Status PieceStore::MakeLedger(PieceLayout layout,
                                    const std::vector<PieceSpan>& flushed,
                                    std::int64_t room, std::int64_t size) {
  if (room >= kMinAllocate) CONVOY_RETURN_IF_ERROR(file_->Allocate(room));
  final_size_ = size;
  ledger_ = std::make_unique<PieceLedger>(layout, flushed);
  MaybeHash();
  return absl::OkStatus();
}

absl::Status PieceStore::OpenStream() {
  streaming_ = true;
  return absl::OkStatus();
}

absl::Status PieceStore::EndStream() {
  if (stream_written_ > PieceLayout::kMaxSize) {
    return Error(v1::ERROR_REASON_LOCAL_FILE_IO, v1::ERROR_CONTEXT_LOCAL_FILE)
        .Status("the file is too large");
  }
  streaming_ = false;
  final_size_ = stream_written_;
  ledger_ = std::make_unique<PieceLedger>(PieceLayout(stream_written_));
  ledger_->MarkWritten(0, stream_written_);
  return absl::OkStatus();
}

absl::Status PieceStore::Clear() {
  epoch_ = std::make_shared<char>();
  CancelFlushTimer();
  ledger_.reset();
  streaming_ = scattered_ = false;
  stream_written_ = stream_taken_ = stream_flushed_ = 0;
  flush_running_ = writeback_running_ = hash_running_ = false;
  hash_again_ = sync_again_ = false;
  since_writeback_ = flushing_bytes_ = hashed_bytes_ = 0;
  sha256_.reset();
  finishing_ = synced_ = ended_ = false;
  CheckBacklog();
  return file_->SetSize(0);
}

std::int64_t PieceStore::written_bytes() const {
  return ledger_ != nullptr ? ledger_->written_bytes() : stream_written_;
}

std::int64_t PieceStore::flushed_bytes() const {
  // What was flushed as a stream stays so when the stream becomes pieces.
  return std::max(stream_flushed_,
                  ledger_ != nullptr ? ledger_->flushed_bytes() : 0);
}

std::int64_t PieceStore::frontier() const {
  if (scattered_) return finishing_ ? final_size_ : 0;
  return ledger_ != nullptr ? ledger_->frontier() : stream_written_;
}

std::int64_t PieceStore::untaken_bytes() const {
  return ledger_ != nullptr ? ledger_->untaken_bytes()
                            : stream_written_ - stream_taken_;
}

absl::Status PieceStore::Write(std::int64_t offset, absl::string_view bytes) {
  CONVOY_RETURN_IF_ERROR(file_->Write(offset, bytes));
  NoteWritten(offset, static_cast<std::int64_t>(bytes.size()));
  return absl::OkStatus();
}

void PieceStore::NoteWritten(std::int64_t offset, std::int64_t length) {
  bool whole = false;
  if (ledger_ != nullptr) {
    ledger_->MarkWritten(offset, length);
    whole = ledger_->AllWritten();
  } else {
    stream_written_ += length;
  }
  if (whole) return;  // Finish does the rest.
  since_writeback_ += length;
  const std::int64_t untaken = untaken_bytes();
  if (untaken >= kFlushBytes) {
    StartFlush();
  } else if (untaken > 0) {
    ArmFlushTimer();
  }
  MaybeStartWriteback();
  MaybeHash();
  CheckBacklog();
}

void PieceStore::NoteReplaced(std::int64_t offset) {
  if (ended_) return;
  if (hash_running_) {
    hash_again_ = true;
  } else if (scattered_ || offset < hashed_bytes_) {
    sha256_.reset();
    hashed_bytes_ = 0;
  }
  if (finishing_) {
    absl::Status cut = CutToSize();
    if (!cut.ok()) return End(std::move(cut));
    sync_again_ = flush_running_;
    synced_ = false;
    StartFlush();
  }
  MaybeHash();
}

bool PieceStore::FlushNow() {
  if (ended_ || (!flush_running_ && untaken_bytes() == 0)) return false;
  StartFlush();
  return true;
}

absl::Status PieceStore::CutToSize() {
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t file_size, file_->Size());
  if (file_size == final_size_) return absl::OkStatus();
  return file_->SetSize(final_size_);
}

absl::Status PieceStore::Finish() {
  CONVOY_RETURN_IF_ERROR(CutToSize());
  finishing_ = true;
  CancelFlushTimer();
  StartFlush();
  MaybeHash();
  return absl::OkStatus();
}

void PieceStore::FinishAgain() {
  ended_ = synced_ = false;
  sha256_.reset();
  hashed_bytes_ = 0;
  StartFlush();
  MaybeHash();
}

void PieceStore::StartFlush() {
  if (flush_running_ || ended_) return;
  CancelFlushTimer();
  flush_running_ = true;
  flushing_bytes_ = untaken_bytes();
  std::vector<PieceIndex> pieces;
  if (ledger_ != nullptr) pieces = ledger_->TakeWritten();
  stream_taken_ = stream_written_;
  RunOnWorker([file = file_] { return file->Sync(); },
              [this, pieces = std::move(pieces), mark = stream_taken_,
               last = finishing_](absl::Status status) {
                synced_ = !std::exchange(sync_again_, false) && last;
                OnFlushDone(pieces, mark, std::move(status));
              });
}

void PieceStore::OnFlushDone(const std::vector<PieceIndex>& pieces,
                             std::int64_t stream_mark, absl::Status status) {
  flush_running_ = false;
  flushing_bytes_ = 0;
  if (!status.ok()) return End(std::move(status));
  stream_flushed_ = stream_mark;
  if (ledger_ != nullptr) ledger_->MarkFlushed(pieces);
  CheckBacklog();
  listener_->OnFlushed();
  if (finishing_ && !synced_) return StartFlush();
  if (untaken_bytes() > 0) ArmFlushTimer();
  if (untaken_bytes() >= kFlushBytes) StartFlush();
  MaybeEnd();
}

void PieceStore::MaybeStartWriteback() {
  if (since_writeback_ < kWritebackBytes || writeback_running_) return;
  since_writeback_ = 0;
  writeback_running_ = true;
  RunOnWorker(
      [file = file_] {
        file->StartWriteback(0, 0);
        return absl::OkStatus();
      },
      [this](absl::Status) {
        writeback_running_ = false;
        MaybeStartWriteback();
      });
}

void PieceStore::MaybeHash() {
  if (expected_sha256_.empty() || hash_running_ || ended_) return;
  const std::int64_t from = hashed_bytes_;
  const std::int64_t waiting = frontier() - from;
  if (waiting < kHashStep && !(finishing_ && waiting > 0)) return MaybeEnd();
  hash_running_ = true;
  if (sha256_ == nullptr) sha256_ = std::make_shared<Sha256>();
  const std::int64_t to = from + std::min(waiting, kMaxHashStep);
  RunOnWorker(
      [file = file_, sha256 = sha256_, from, to] {
        return HashRange(file.get(), sha256.get(), from, to);
      },
      [this, to](absl::Status status) { OnHashDone(to, std::move(status)); });
}

void PieceStore::OnHashDone(std::int64_t hashed, absl::Status status) {
  hash_running_ = false;
  hashed_bytes_ = hashed;
  if (std::exchange(hash_again_, false)) {
    sha256_.reset();
    hashed_bytes_ = 0;
  }
  if (!status.ok()) return End(std::move(status));
  MaybeHash();
}

void PieceStore::ArmFlushTimer() {
  if (flush_timer_ != 0 || flush_running_) return;
  flush_timer_ = parts_.executor->PostAfter(
      kFlushInterval, [this, epoch = std::weak_ptr<char>(epoch_)] {
        if (epoch.expired()) return;
        flush_timer_ = 0;
        StartFlush();
      });
}

void PieceStore::CancelFlushTimer() {
  if (flush_timer_ == 0) return;
  parts_.executor->CancelTimer(std::exchange(flush_timer_, 0));
}

void PieceStore::NoteInMemory(std::int64_t change) {
  in_memory_bytes_ += change;
  CheckBacklog();
}

void PieceStore::CheckBacklog() {
  const std::int64_t waiting =
      untaken_bytes() + flushing_bytes_ + in_memory_bytes_;
  const bool full = waiting > (backlog_full_ ? kBacklogLow : kBacklogFull);
  if (full == backlog_full_) return;
  backlog_full_ = full;
  listener_->OnBacklog(full);
}

void PieceStore::MaybeEnd() {
  if (!finishing_ || ended_ || !synced_ || flush_running_ || hash_running_) {
    return;
  }
  if (expected_sha256_.empty()) return End(absl::OkStatus());
  if (hashed_bytes_ < final_size_) return;
  if (sha256_ == nullptr) sha256_ = std::make_shared<Sha256>();
  const std::string digest = sha256_->Finish();
  if (digest == expected_sha256_) return End(absl::OkStatus());
  End(Error(v1::ERROR_REASON_VALIDATION_FAILED, v1::ERROR_CONTEXT_REMOTE_FILE)
          .Status(absl::StrCat("the file's SHA-256 is ",
                               absl::BytesToHexString(digest), ", expected ",
                               absl::BytesToHexString(expected_sha256_))));
}

void PieceStore::End(absl::Status status) {
  if (std::exchange(ended_, true)) return;
  CancelFlushTimer();
  listener_->OnStoreEnd(std::move(status));
}

void PieceStore::RunOnWorker(absl::AnyInvocable<absl::Status() &&> job,
                             absl::AnyInvocable<void(absl::Status) &&> done) {
  parts_.worker->Post([executor = parts_.executor,
                       epoch = std::weak_ptr<char>(epoch_),
                       job = std::move(job), done = std::move(done)]() mutable {
    absl::Status status = std::move(job)();
    executor->Post([epoch = std::move(epoch), done = std::move(done),
                    status = std::move(status)]() mutable {
      if (!epoch.expired()) std::move(done)(std::move(status));
    });
  });
}

}  // namespace convoy
