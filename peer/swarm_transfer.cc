#include "peer/swarm_transfer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/escaping.h"
#include "peer/base/log.h"
#include "peer/piece_spans.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

// How long a lane works on one claim, with peers and without.
constexpr absl::Duration kClaimTime = absl::Milliseconds(500);
constexpr absl::Duration kLonelyClaimTime = absl::Seconds(4);
// Waits between tries of an origin that failed.
constexpr absl::Duration kFirstWait = absl::Seconds(1);
constexpr absl::Duration kLongestWait = absl::Seconds(30);
// Without an origin and without a piece for so long, the transfer ends.
constexpr absl::Duration kStall = absl::Seconds(30);
constexpr int kMaxBadPieces = 3;
// How often it is looked what another transfer has of the content.
constexpr absl::Duration kCopyAgain = absl::Seconds(1);

std::shared_ptr<PieceHashes> HashesOf(const FoundContent& found) {
  return found.late_bound
             ? std::make_shared<PieceHashes>(found.manifest->layout)
             : std::make_shared<PieceHashes>(found.manifest);
}

StorageMap MapOf(const TransferSpec& spec, const PieceLayout& layout) {
  return spec.ranges.empty() ? StorageMap::Whole(layout)
                             : StorageMap::OfRanges(spec.ranges, layout);
}

}  // namespace

SwarmTransfer::SwarmTransfer(const Parts& parts, const TransferSpec& spec,
                             FoundContent found,
                             std::shared_ptr<TargetFile> file,
                             std::shared_ptr<ObserverLink> link, GiveUp give_up)
    : parts_(parts),
      spec_(spec),
      found_(std::move(found)),
      file_(file),
      give_up_(std::move(give_up)),
      began_(parts.clock->Monotonic()),
      storage_(std::make_shared<SwarmStorage>(
          file, HashesOf(found_), MapOf(spec_, found_.manifest->layout))),
      reporter_(std::move(link), parts.executor, parts.clock,
                [this](TransferNews* news) { CompleteNews(news); }),
      store_({parts.executor, parts.worker}, std::move(file), found_.sha256,
             this),
      sources_(parts.cache_hosts, parts.clock, spec_, found_),
      next_wait_(kFirstWait),
      last_piece_(began_),
      checkpoint_told_(!spec_.checkpoint.empty()) {}

SwarmTransfer::~SwarmTransfer() {
  CountPeerBytes(&reporter_.news());
  member_.reset();
  if (registered_) parts_.registry->Abandon(found_.manifest->info_hash);
}

void SwarmTransfer::Start() {
  reporter_.news().content_id = found_.manifest->info_hash;
  reporter_.news().found_mirrors = sources_.found_mirrors();
  Left left = FindLeft();
  to_begin_with_ = std::move(left.verified);
  if (!left.unchecked.empty()) return Check(std::move(left.unchecked));
  const bool fits = !to_begin_with_.empty() || !checkpoint_told_;
  if (!fits) return reporter_.VoidCheckpoint();
  Begin(to_begin_with_);
}

SwarmTransfer::Left SwarmTransfer::FindLeft() const {
  const std::optional<TransferCheckpoint> checkpoint =
      TransferCheckpoint::Decode(spec_.checkpoint);
  if (!checkpoint ||
      checkpoint->ranges_key != TransferCheckpoint::KeyOfRanges(spec_.ranges)) {
    return {};
  }
  const absl::StatusOr<std::int64_t> there = store_.FileSize();
  const bool own = checkpoint->source == TransferCheckpoint::Source::kSwarm &&
                   checkpoint->validator.etag ==
                       absl::BytesToHexString(found_.manifest->info_hash) &&
                   checkpoint->layout.size() == layout().size() &&
                   checkpoint->layout.piece_length() == layout().piece_length();
  if (own && there.ok() && *there >= storage_->map().file_size()) {
    std::vector<PieceSpan> flushed =
        Intersection(checkpoint->flushed, storage_->map().pieces());
    if (found_.late_bound) return {{}, std::move(flushed)};
    return {std::move(flushed), {}};
  }
  // Bytes of plain HTTP, or of another manifest: pieces that lie in them whole
  // may be right.
  if (!spec_.ranges.empty() || found_.late_bound || !there.ok() ||
      checkpoint->layout.size() != layout().size()) {
    return {};
  }
  Left left;
  const std::int64_t length = layout().piece_length();
  for (const PieceSpan& span : checkpoint->flushed) {
    const ByteRange bytes = checkpoint->layout.RangeOf(span);
    if (bytes.end() > *there) continue;
    const auto first = (bytes.offset + length - 1) / length;
    const auto end = bytes.end() == layout().size() ? layout().count()
                                                    : bytes.end() / length;
    if (first >= end) continue;
    left.unchecked.push_back({PieceIndex{static_cast<std::int32_t>(first)},
                              PieceIndex{static_cast<std::int32_t>(end)}});
  }
  return left;
}

// Hashes on the worker; goes on with the pieces that are right (of a late-bound
// content: with all, their hashes are what was lost).
void SwarmTransfer::Check(std::vector<PieceSpan> unchecked) {
  parts_.worker->Post([this, alive = std::weak_ptr<char>(alive_),
                       executor = parts_.executor, storage = storage_,
                       unchecked = std::move(unchecked)]() mutable {
    std::vector<PieceIndex> right;
    for (const PieceSpan& span : unchecked) {
      for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
        const absl::StatusOr<std::string> hash = storage->HashPiece(piece);
        if (hash.ok() && storage->hashes().Learn(piece, *hash)) {
          right.push_back(piece);
        }
      }
    }
    executor->Post([this, alive, right = std::move(right)] {
      if (alive.expired()) return;
      to_begin_with_ = SpansOf(right);
      if (!found_.late_bound || to_begin_with_.empty()) {
        return reporter_.VoidCheckpoint();
      }
      Begin(to_begin_with_);
    });
  });
}

void SwarmTransfer::CheckpointForgotten() {
  checkpoint_told_ = false;
  if (!reporter_.ended()) Begin(to_begin_with_);
}

void SwarmTransfer::Begin(const std::vector<PieceSpan>& verified) {
  for (const PieceSpan& span : verified) {
    for (PieceIndex piece = span.first; piece < span.end; ++piece.value) {
      storage_->MarkVerified(piece);
    }
  }
  const StorageMap& map = storage_->map();
  const std::vector<PieceSpan> there =
      Union(Complement(map.pieces(), layout()), verified);
  const absl::Status opened =
      spec_.ranges.empty()
          ? store_.Restore(layout(), there)
          : store_.RestoreScattered(layout(), there, map.file_size(),
                                    map.local_size());
  if (!opened.ok()) return End(opened);
  reporter_.news().size = map.local_size();
  reporter_.Changed();
  if (store_.ledger()->AllWritten()) return OnWritten();
  if (mode() < DownloadMode::kLan) return Join();
  LookHere();
}

void SwarmTransfer::LookHere() {
  if (reporter_.ended() || finishing_) return;
  waits_ = false;
  if (copy_ != nullptr) return;  // Its end comes here.
  if (copy_failed_) return OnWhole(nullptr);
  parts_.registry->OpenWhole(found_.manifest->info_hash,
                             [this, alive = std::weak_ptr<char>(alive_)](
                                 std::shared_ptr<SwarmStorage> whole) {
                               if (!alive.expired()) OnWhole(std::move(whole));
                             });
}

void SwarmTransfer::OnWhole(std::shared_ptr<SwarmStorage> whole) {
  if (whole != nullptr) return Copy(std::move(whole));
  const std::string& id = found_.manifest->info_hash;
  registered_ = parts_.registry->Begin(id, this);
  if (registered_) return Join();
  waits_ = true;
  parts_.registry->WhenFree(id, spec_.origin_delay,
                            [this, alive = std::weak_ptr<char>(alive_)] {
                              if (!alive.expired()) LookHere();
                            });
  CopyFilled();
}

void SwarmTransfer::CopyFilled() {
  if (!waits_ || copy_failed_ || reporter_.ended() || finishing_) return;
  std::shared_ptr<SwarmStorage> filled =
      parts_.registry->Filling(found_.manifest->info_hash);
  if (filled != nullptr) Copy(std::move(filled));
  reporter_.Changed();
}

void SwarmTransfer::Copy(std::shared_ptr<SwarmStorage> from) {
  copy_ = std::make_unique<PieceCopy>(
      PieceCopy::Parts{parts_.executor, parts_.worker}, std::move(from),
      storage_,
      [this](const std::vector<PieceIndex>& pieces) { OnCopied(pieces); },
      [this](const absl::Status& status, bool local) {
        OnCopyEnd(status, local);
      });
  reporter_.Changed();
}

void SwarmTransfer::OnCopied(const std::vector<PieceIndex>& pieces) {
  TransferNews& news = reporter_.news();
  for (const PieceIndex piece : pieces) {
    news.connected = true;
    news.local_bytes += layout().RangeOf(piece).length;
    NotePiece(piece);
    if (copy_ == nullptr) return;
  }
}

void SwarmTransfer::OnCopyEnd(const absl::Status& status, bool local) {
  copy_.reset();
  if (!status.ok()) {
    if (local) return End(status);
    LogInfo("content ", absl::BytesToHexString(found_.manifest->info_hash),
            " is not copied from this machine: ", status.message());
    copy_failed_ = true;
  }
  if (!waits_) return LookHere();
  parts_.executor->PostAfter(kCopyAgain,
                             [this, alive = std::weak_ptr<char>(alive_)] {
                               if (!alive.expired()) CopyFilled();
                             });
}

void SwarmTransfer::Join() {
  SwarmContent content;
  content.manifest = found_.manifest;
  content.storage = storage_;
  content.mode = mode();
  content.downloads = true;
  content.background = !spec_.foreground;
  content.min_peer_rate = spec_.min_peer_bytes_per_second;
  SwarmObserver* const self = this;
  member_ = parts_.swarm->Join(std::move(content), self);
  const absl::Duration delay =
      found_.peers_allowed ? spec_.origin_delay : spec_.plain_delay;
  if (delay > absl::ZeroDuration()) {
    peers_first_until_ = parts_.clock->Monotonic() + delay;
    shown_until_ = parts_.clock->Now() + delay;
    UseSource();
    HoldOrigin(delay);
  } else {
    UseSource();
  }
}

void SwarmTransfer::UseSource() {
  bad_pieces_ = 0;
  ClaimFetcher::Plan plan;
  plan.request = source().Request(spec_.foreground);
  plan.max_connections = parts_.max_connections_per_file;
  plan.one_version = found_.late_bound;
  if (source().kind != HttpSource::Kind::kMirror) {
    plan.identity = found_.identity;
  }
  std::vector<PieceSpan> unfinished;
  if (fetcher_ != nullptr) unfinished = fetcher_->spans();
  ClaimFetcher::Owner* const self = this;
  fetcher_ = std::make_unique<ClaimFetcher>(
      ClaimFetcher::Parts{parts_.transport, parts_.executor}, std::move(plan),
      layout(), self);
  if (store_.backlog_full()) fetcher_->SetPaused(true);
  if (sources_.waiting()) {
    HoldOrigin(sources_.wait());
  } else {
    SetOriginUsable(!peers_first_until_);
  }
  for (const PieceSpan& span : unfinished) member_->Unclaim(span);
}

void SwarmTransfer::HoldOrigin(absl::Duration wait) {
  origin_error_ = absl::OkStatus();
  SetOriginUsable(false);
  PostTimer(wait, &SwarmTransfer::OnHoldOver);
}

void SwarmTransfer::OnHoldOver() {
  if (fetcher_ == nullptr || origin_usable_) return;
  const absl::Duration now = parts_.clock->Monotonic();
  const absl::Duration left =
      std::max(sources_.wait(), peers_first_until_.value_or(now) - now);
  if (left > absl::ZeroDuration()) return HoldOrigin(left);
  peers_first_until_.reset();
  if (!sources_.waiting()) return SetOriginUsable(true);
  sources_.WaitIsOver();
  UseSource();
}

void SwarmTransfer::WaitNoLonger(absl::Duration origin_delay) {
  const absl::Duration until = parts_.clock->Monotonic() + origin_delay;
  if (!peers_first_until_ || *peers_first_until_ <= until) return;
  peers_first_until_ = until;
  shown_until_ = parts_.clock->Now() + origin_delay;
  PostTimer(origin_delay, &SwarmTransfer::OnHoldOver);
}

// After all sources have failed.
void SwarmTransfer::AskAgain() {
  if (fetcher_ == nullptr || origin_usable_) return;
  sources_.StartOver();
  UseSource();
}

void SwarmTransfer::SetOriginUsable(bool usable) {
  origin_usable_ = usable;
  if (usable) origin_error_ = absl::OkStatus();
  if (!usable) member_->Unclaim(fetcher_->TakeWaiting());
  member_->SetOriginUsable(usable);
  UpdateDemand();
  reporter_.Changed();
}

void SwarmTransfer::UpdateDemand() {
  if (member_ == nullptr || fetcher_ == nullptr) return;
  const bool lonely = swarm_.connections() == 0;
  member_->SetDemand(
      origin_usable_ && !store_.backlog_full() ? fetcher_->wanted_spans() : 0,
      fetcher_->PiecesFor(lonely ? kLonelyClaimTime : kClaimTime));
}

void SwarmTransfer::OnLanesChanged() { UpdateDemand(); }

void SwarmTransfer::OnClaimed(PieceSpan span) {
  // It was on its way here when the last piece came from elsewhere.
  if (fetcher_ == nullptr) return member_->Unclaim(span);
  if (!origin_usable_ || fetcher_->wanted_spans() == 0) {
    member_->Unclaim(span);
    return UpdateDemand();
  }
  fetcher_->Fetch(span);
  UpdateDemand();
}

void SwarmTransfer::OnUnclaimed(PieceSpan span) {
  if (fetcher_ == nullptr) return;
  for (const PieceSpan& behind : fetcher_->Drop(span)) {
    member_->Unclaim(behind);
  }
}

void SwarmTransfer::OnOriginAnswer(const OriginAnswer& answer,
                                   const OriginResponseHead& head) {
  TransferNews& news = reporter_.news();
  news.connected = true;
  news.effective_url = head.effective_url;
  news.response_headers = HeadersToShow(head);
  news.http_status = head.status;
  news.server_address = head.server_address;
  news.validator = answer.validator;
  reporter_.Changed();
}

void SwarmTransfer::OnOriginBytes(PieceIndex piece, std::int64_t in_piece,
                                  std::int64_t bytes) {
  BytesOf(source().kind, &reporter_.news()) += bytes;
  member_->NoteProgress(piece, in_piece);
  reporter_.Changed();
}

void SwarmTransfer::OnOriginPiece(PieceIndex piece, std::string bytes) {
  // A late-bound one may have been verified on a false word.
  if (!found_.late_bound && storage_->verified(piece)) {
    return member_->PiecePut(piece);
  }
  const auto authority = source().kind == HttpSource::Kind::kMirror
                             ? SwarmStorage::Authority::kMirror
                             : SwarmStorage::Authority::kOrigin;
  store_.NoteInMemory(static_cast<std::int64_t>(bytes.size()));
  parts_.worker->Post([this, alive = std::weak_ptr<char>(alive_),
                       executor = parts_.executor, storage = storage_, piece,
                       authority, bytes = std::move(bytes)]() mutable {
    absl::StatusOr<bool> put = storage->PutPiece(piece, bytes, authority);
    executor->Post([this, alive, piece, put = std::move(put)]() mutable {
      if (!alive.expired()) OnOriginChecked(piece, std::move(put));
    });
  });
}

void SwarmTransfer::OnOriginChecked(PieceIndex piece,
                                    absl::StatusOr<bool> put) {
  store_.NoteInMemory(-layout().RangeOf(piece).length);
  if (member_ == nullptr) return;
  const bool replaced =
      put.ok() && *put && store_.ledger()->state(piece) >= PieceState::kWritten;
  if (replaced) {
    store_.NoteReplaced(layout().RangeOf(piece).offset);
    if (member_ == nullptr) return;
  }
  // The last piece may have come from elsewhere meanwhile, and the fetcher be
  // gone: what the origin says of this one counts all the same.
  if (put.ok()) {
    if (doubting_) last_piece_ = parts_.clock->Monotonic();
    bad_pieces_ = 0;
    next_wait_ = kFirstWait;
    member_->PiecePut(piece);
    if (*put) NotePiece(piece);
    return;
  }
  if (!absl::IsDataLoss(put.status())) return End(put.status());
  member_->Unclaim({piece, PieceIndex{piece.value + 1}});
  if (fetcher_ == nullptr || ++bad_pieces_ < kMaxBadPieces) {
    return UpdateDemand();
  }
  OnUrlFailed(
      Error(v1::ERROR_REASON_VALIDATION_FAILED, v1::ERROR_CONTEXT_REMOTE_FILE)
          .Url(source().url)
          .Status("the pieces at the origin are not those of the "
                  "manifest"),
      false, std::nullopt);
}

void SwarmTransfer::OnSpanFailed(PieceSpan rest, absl::Status status,
                                 std::optional<absl::Duration> retry_after) {
  if (member_ == nullptr) return;
  member_->Unclaim(rest);
  const bool may_pass = ErrorDetailOf(status).retryable();
  OnUrlFailed(std::move(status), may_pass, retry_after);
}

void SwarmTransfer::OnUrlFailed(absl::Status status, bool may_pass,
                                std::optional<absl::Duration> retry_after) {
  if (fetcher_->connections() > 0 && may_pass) return UpdateDemand();
  // A mirror's bytes make nothing certain.
  if (sources_.Fail(status) &&
      !(doubting_ && source().kind == HttpSource::Kind::kMirror)) {
    return UseSource();
  }
  origin_error_ = std::move(status);
  retry_after_ = retry_after;
  SetOriginUsable(false);
  // With peers there is hope; what they give shows in OnStallTimer.
  if (swarm_.connections() + swarm_.crowd == 0) return OnStallTimer();
  if (may_pass) {
    PostTimer(std::max(next_wait_, retry_after.value_or(next_wait_)),
              &SwarmTransfer::AskAgain);
    next_wait_ = std::min(next_wait_ * 2, kLongestWait);
  }
  PostTimer(kStall, &SwarmTransfer::OnStallTimer);
}

void SwarmTransfer::OnStallTimer() {
  if (origin_usable_ || reporter_.ended() || finishing_) return;
  const absl::Duration quiet = parts_.clock->Monotonic() - last_piece_;
  if (swarm_.connections() + swarm_.crowd > 0 && quiet < kStall) {
    return PostTimer(kStall - quiet, &SwarmTransfer::OnStallTimer);
  }
  const v1::ErrorReason reason = ErrorDetailOf(origin_error_).reason();
  if (reason == v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT ||
      reason == v1::ERROR_REASON_SIZE_MISMATCH ||
      reason == v1::ERROR_REASON_REMOTE_FILE_CHANGED ||
      reason == v1::ERROR_REASON_VALIDATION_FAILED) {
    return GiveUpWith(std::string(origin_error_.message()));
  }
  pending_end_ = origin_error_;
  OnFlushed();
}

void SwarmTransfer::OnPeerPiece(PieceIndex piece) {
  reporter_.news().connected = true;
  NotePiece(piece);
}

void SwarmTransfer::NotePiece(PieceIndex piece) {
  if (store_.ledger()->state(piece) >= PieceState::kWritten) return;
  last_piece_ = parts_.clock->Monotonic();
  const ByteRange range = layout().RangeOf(piece);
  store_.NoteWritten(range.offset, range.length);
  reporter_.Changed();
  if (store_.ledger()->AllWritten()) OnWritten();
}

void SwarmTransfer::OnSwarmNews(const SwarmNews& news) {
  const bool lonely = swarm_.connections() == 0;
  swarm_ = news;
  if (news.slow_peers && peers_first_until_) {
    peers_first_until_ = parts_.clock->Monotonic();
    OnHoldOver();
  }
  if (lonely != (news.connections() == 0)) UpdateDemand();
  reporter_.Changed();
}

void SwarmTransfer::OnSwarmError(absl::Status status) {
  End(std::move(status));
}

void SwarmTransfer::OnWritten() {
  if (std::exchange(finishing_, true)) return;
  reporter_.news().connected = true;
  reporter_.Changed();
  copy_.reset();
  if (member_ != nullptr) member_->SetDemand(0, 1);
  if (fetcher_ != nullptr) {
    const std::vector<PieceSpan> unfinished = fetcher_->spans();
    fetcher_.reset();
    for (const PieceSpan& span : unfinished) member_->Unclaim(span);
  }
  const absl::Status status = store_.Finish();
  if (!status.ok()) End(status);
}

void SwarmTransfer::OnFlushed() {
  reporter_.Changed();
  if (pending_end_ && !store_.FlushNow()) End(*pending_end_, retry_after_);
}

void SwarmTransfer::OnBacklog(bool full) {
  if (copy_ != nullptr) return copy_->SetPaused(full);
  if (member_ == nullptr) return;
  member_->SetBacklog(full);
  if (fetcher_ == nullptr) return;
  fetcher_->SetPaused(full);
  UpdateDemand();
}

void SwarmTransfer::OnStoreEnd(absl::Status status) {
  const bool wrong =
      ErrorDetailOf(status).reason() == v1::ERROR_REASON_VALIDATION_FAILED;
  if (wrong) {
    if (Doubt()) return;
    return GiveUpWith(
        found_.late_bound
            ? "the file's SHA-256 was not the expected"
            : "the manifest is of another file: its SHA-256 was not the "
              "expected");
  }
  if (!status.ok()) return End(std::move(status));
  doubts_ = 0;
  storage_->Trust();
  CountPeerBytes(&reporter_.news());
  if (spec_.ranges.empty() && mode() >= DownloadMode::kLan) HandOver();
  End(absl::OkStatus());
}

void SwarmTransfer::HandOver() {
  SeededContent seeded;
  seeded.manifest = found_.manifest;
  seeded.storage = storage_;
  seeded.file = file_;
  seeded.news = swarm_;
  seeded.news.stats = Stats();
  seeded.source_url = spec_.urls[0];
  seeded.owner = spec_.owner;
  seeded.member = std::move(member_);
  if (std::exchange(registered_, false)) {
    parts_.registry->Finish(std::move(seeded));
  } else {
    parts_.registry->FinishCopy(std::move(seeded));
  }
}

void SwarmTransfer::GiveUpWith(std::string reason) {
  if (reporter_.ended()) return;
  CountPeerBytes(&reporter_.news());
  copy_.reset();
  member_.reset();
  fetcher_.reset();
  parts_.executor->Post([this, alive = std::weak_ptr<char>(alive_),
                         reason = std::move(reason)]() mutable {
    if (!alive.expired()) std::move(give_up_)(std::move(reason));
  });
}

void SwarmTransfer::End(absl::Status status,
                        std::optional<absl::Duration> retry_after) {
  CountPeerBytes(&reporter_.news());
  copy_.reset();
  member_.reset();
  fetcher_.reset();
  reporter_.End(std::move(status), retry_after);
}

void SwarmTransfer::PostTimer(absl::Duration delay,
                              void (SwarmTransfer::*what)()) {
  parts_.executor->PostAfter(delay,
                             [this, alive = std::weak_ptr<char>(alive_), what] {
                               if (!alive.expired() && member_ != nullptr)
                                 (this->*what)();
                             });
}

}  // namespace convoy
