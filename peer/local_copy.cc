#include "peer/local_copy.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/base/status_macros.h"
#include "peer/transfer_checkpoint.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::int64_t kStep = 16 << 20;
// How long a transfer that is stopped may have to wait for its step.
constexpr std::int64_t kUnstoppable = 4 << 20;
constexpr int kMaxRestarts = 3;

Error SourceError(v1::ErrorReason reason, absl::string_view url) {
  return Error(reason, v1::ERROR_CONTEXT_LOCAL_FILE).Url(url);
}

}  // namespace

LocalCopy::LocalCopy(const Parts& parts, TransferSpec spec, UniqueFd source,
                     std::shared_ptr<TargetFile> file,
                     std::shared_ptr<ObserverLink> link)
    : parts_(parts),
      spec_(std::move(spec)),
      shared_(std::make_shared<Shared>(std::move(source), file)),
      reporter_(std::move(link), parts.executor, parts.clock,
                [this](TransferNews* news) { CompleteNews(news); }),
      store_({parts.executor, parts.worker}, file, spec_.expected_sha256, this),
      checkpoint_told_(!spec_.checkpoint.empty()) {}

LocalCopy::~LocalCopy() {
  MutexLock lock(&shared_->mutex);
  shared_->stopped = true;
}

void LocalCopy::Start() { Begin(); }

absl::StatusOr<RemoteIdentity> LocalCopy::SourceIdentity() const {
  struct stat info = {};
  if (fstat(shared_->source.get(), &info) != 0) {
    return SourceError(v1::ERROR_REASON_LOCAL_FILE_IO, spec_.urls[0])
        .Status(absl::ErrnoToStatus(errno, "cannot read the source file")
                    .message());
  }
  RemoteIdentity identity;
  identity.complete_length = static_cast<std::int64_t>(info.st_size);
  identity.validator.etag =
      absl::StrCat("\"", info.st_dev, "-", info.st_ino, "-",
                   info.st_mtim.tv_sec, ".", info.st_mtim.tv_nsec, "\"");
  return identity;
}

void LocalCopy::Begin() {
  const absl::Status status = Open();
  if (!status.ok()) return End(status);
  if (!store_.is_open()) return Empty();
  reporter_.news().connected = true;
  reporter_.news().size = map_.size();
  reporter_.news().validator = source_.validator;
  reporter_.news().effective_url = spec_.urls[0];
  reporter_.Changed();
  Step();
}

// Reads what the source is, and makes the store ready: with the checkpoint's
// pieces if they are of the same source.
absl::Status LocalCopy::Open() {
  CONVOY_ASSIGN_OR_RETURN(source_, SourceIdentity());
  const std::int64_t size = *source_.complete_length;
  if (spec_.expected_size.value_or(size) != size) {
    return SourceError(v1::ERROR_REASON_SIZE_MISMATCH, spec_.urls[0])
        .Status(absl::StrCat("the source file has ", size, " bytes, expected ",
                             *spec_.expected_size));
  }
  if (spec_.ranges.empty()) {
    map_ = RangeMap::Whole(size);
  } else {
    CONVOY_ASSIGN_OR_RETURN(map_, RangeMap::Make(spec_.ranges, size));
  }
  const std::optional<TransferCheckpoint> checkpoint =
      TransferCheckpoint::Decode(
          checkpoint_told_ && restarts_ == 0 ? spec_.checkpoint : "");
  CONVOY_ASSIGN_OR_RETURN(const std::int64_t there, store_.FileSize());
  if (checkpoint &&
      checkpoint->source == TransferCheckpoint::Source::kLocalFile &&
      checkpoint->ranges_key == TransferCheckpoint::KeyOfRanges(spec_.ranges) &&
      checkpoint->layout.size() == map_.size() &&
      checkpoint->validator == source_.validator &&
      there >= checkpoint->FlushedEnd()) {
    return store_.Restore(checkpoint->layout, checkpoint->flushed);
  }
  // A checkpoint that does not fit is forgotten first.
  if (checkpoint_told_) return absl::OkStatus();
  return store_.Open(PieceLayout(map_.size()));
}

void LocalCopy::Step() {
  if (step_running_ || waiting_for_disk_ || reporter_.ended()) return;
  PieceLedger* const ledger = store_.ledger();
  if (ledger->AllWritten()) return OnAllWritten();
  if (span_.empty()) {
    span_ = ledger->FirstMissing();
    ledger->Claim(span_);
  }
  const std::int64_t position = ledger->NextByte(span_.first);
  const ByteRange from = map_.RemoteFrom(position);
  const std::int64_t length = std::min(
      {kStep, from.length, ledger->layout().RangeOf(span_).end() - position});
  step_running_ = true;
  parts_.worker->Post([this, alive = std::weak_ptr<char>(alive_),
                       executor = parts_.executor, shared = shared_, position,
                       from, length] {
    absl::StatusOr<std::int64_t> copied = 0;
    while (copied.ok() && *copied < length) {
      MutexLock lock(&shared->mutex);
      if (shared->stopped) return;
      const std::int64_t done = *copied;
      const absl::StatusOr<std::int64_t> more = shared->target->CopyFrom(
          shared->source.get(), from.offset + done, position + done,
          std::min(length - done, kUnstoppable));
      if (more.ok() && *more == 0) break;
      copied = more.ok() ? absl::StatusOr<std::int64_t>(done + *more) : more;
    }
    executor->Post([this, alive, position, copied = std::move(copied)] {
      if (!alive.expired()) OnStepDone(position, copied);
    });
  });
}

void LocalCopy::OnStepDone(std::int64_t position,
                           absl::StatusOr<std::int64_t> copied) {
  step_running_ = false;
  if (reporter_.ended()) return;
  if (!copied.ok()) return End(copied.status());
  if (*copied == 0) return BeginAnew();  // The source became shorter.
  store_.NoteWritten(position, *copied);
  PieceLedger* const ledger = store_.ledger();
  while (!span_.empty() && ledger->NextByte(span_.first) ==
                               ledger->layout().RangeOf(span_.first).end()) {
    ++span_.first.value;
  }
  reporter_.news().local_bytes += *copied;
  reporter_.Changed();
  Step();
}

void LocalCopy::OnAllWritten() {
  const absl::StatusOr<RemoteIdentity> now = SourceIdentity();
  if (!now.ok()) return End(now.status());
  if (!SameVersion(source_, *now, false)) return BeginAnew();
  finishing_ = true;
  const absl::Status status = store_.Finish();
  if (!status.ok()) End(status);
}

void LocalCopy::BeginAnew() {
  span_ = {};
  if (++restarts_ > kMaxRestarts) {
    return End(
        SourceError(v1::ERROR_REASON_REMOTE_FILE_CHANGED, spec_.urls[0])
            .Retryable()
            .Status("the source file changed again and again while it was "
                    "copied"));
  }
  Empty();
}

void LocalCopy::Empty() {
  dropped_ = true;
  if (checkpoint_told_) return reporter_.VoidCheckpoint();
  dropped_ = false;
  const absl::Status cleared = store_.Clear();
  if (!cleared.ok()) return End(cleared);
  Begin();
}

void LocalCopy::CheckpointForgotten() {
  checkpoint_told_ = false;
  if (!reporter_.ended()) Empty();
}

void LocalCopy::OnFlushed() { reporter_.Changed(); }

void LocalCopy::OnBacklog(bool full) {
  waiting_for_disk_ = full;
  if (full) return;
  parts_.executor->Post([this, alive = std::weak_ptr<char>(alive_)] {
    if (!alive.expired() && store_.is_open() && !finishing_) Step();
  });
}

void LocalCopy::OnStoreEnd(absl::Status status) {
  if (ErrorDetailOf(status).reason() == v1::ERROR_REASON_VALIDATION_FAILED &&
      !status.ok()) {
    dropped_ = true;
  }
  End(std::move(status));
}

void LocalCopy::End(absl::Status status) {
  reporter_.End(std::move(status), std::nullopt);
}

void LocalCopy::CompleteNews(TransferNews* news) {
  news->flushed_bytes = dropped_ ? 0 : store_.flushed_bytes();
  news->activity = !finishing_                     ? "copying a local file"
                   : spec_.expected_sha256.empty() ? "bringing the file to disk"
                                                   : "checking SHA-256";
  news->integrity = spec_.expected_sha256.empty()
                        ? "size and modification time of the local file"
                        : "sha-256 given in the job";
  news->checkpoint.clear();
  if (dropped_ || store_.ledger() == nullptr) return;
  TransferCheckpoint checkpoint;
  checkpoint.source = TransferCheckpoint::Source::kLocalFile;
  checkpoint.url_key = TransferCheckpoint::KeyOfUrl(spec_.urls[0]);
  checkpoint.ranges_key = TransferCheckpoint::KeyOfRanges(spec_.ranges);
  checkpoint.complete_length = source_.complete_length;
  checkpoint.validator = source_.validator;
  checkpoint.layout = store_.ledger()->layout();
  checkpoint.flushed = store_.ledger()->FlushedSpans();
  news->checkpoint = checkpoint.Encode();
  checkpoint_told_ = true;
}

}  // namespace convoy
