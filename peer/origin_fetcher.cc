#include "peer/origin_fetcher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr absl::Duration kRampInterval = absl::Seconds(1);
// Another connection is not worth its set-up for less than this.
constexpr std::int64_t kMinForMore = 8 << 20;
// Less than this is not shared between two connections.
constexpr std::int64_t kMinSplit = 2 << 20;

}  // namespace

absl::Status TooLarge(absl::string_view url, absl::string_view what,
                      std::int64_t max_size) {
  return Error(v1::ERROR_REASON_MAX_DOWNLOAD_SIZE,
               v1::ERROR_CONTEXT_GENERAL_QUEUE_MANAGER)
      .Url(url)
      .Status(absl::StrCat(what, ", and the job may fetch ", max_size,
                           " (maximum_download_bytes)"));
}

OriginFetcher::OriginFetcher(const Parts& parts, Plan plan, const RangeMap* map,
                             Owner* owner)
    : parts_(parts),
      plan_(std::move(plan)),
      map_(map),
      owner_(owner),
      ramp_(plan_.max_connections) {}

OriginFetcher::~OriginFetcher() {
  if (ramp_timer_ != 0) parts_.executor->CancelTimer(ramp_timer_);
  for (const auto& lane : lanes_) Release(lane.get());
}

void OriginFetcher::Start() { NewLane()->connection.Start(plan_.first); }

void OriginFetcher::SetPaused(bool paused) {
  paused_ = paused;
  was_paused_ = was_paused_ || paused;
  for (const auto& lane : lanes_) lane->connection.SetPaused(paused);
}

int OriginFetcher::connections() const {
  return static_cast<int>(std::count_if(
      lanes_.begin(), lanes_.end(),
      [](const auto& lane) { return lane->connection.active(); }));
}

absl::Status OriginFetcher::OnAnswer(OriginConnection* connection,
                                     const OriginAnswer& answer,
                                     const OriginResponseHead& head) {
  Lane* const lane = LaneOf(connection);
  if (identity_) return CheckLater(lane, answer);
  CONVOY_ASSIGN_OR_RETURN(const Verdict verdict, owner_->Judge(answer, head));
  switch (verdict) {
    case Verdict::kTake:
      return TakeFirst(lane, answer);
    case Verdict::kRemoteChanged:
      EndWith(Outcome::Kind::kRemoteChanged);
      return absl::OkStatus();
    case Verdict::kStartOver:
      EndWith(Outcome::Kind::kStartOver);
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status OriginFetcher::TakeFirst(Lane* lane, const OriginAnswer& answer) {
  identity_ = RemoteIdentity{answer.complete_length, answer.validator};
  if (parts_.store->streaming()) return absl::OkStatus();
  if (answer.kind == OriginAnswer::Kind::kBeyondEnd) {
    // An empty file: the body is an explanation, not data.
    EndWith(Outcome::Kind::kWritten);
    return absl::OkStatus();
  }
  PieceLedger* const ledger = parts_.store->ledger();
  lane->span = ledger->FirstMissing();
  ledger->Claim(lane->span);
  lane->position = ledger->NextByte(lane->span.first);
  lane->body_end = lane->position + answer.body.length;
  may_split_ = answer.kind == OriginAnswer::Kind::kPart &&
               !answer.validator.ForIfRange().empty();
  StartRampTimer();
  return absl::OkStatus();
}

absl::Status OriginFetcher::CheckLater(Lane* lane, const OriginAnswer& answer) {
  const RemoteIdentity now{answer.complete_length, answer.validator};
  if (answer.kind == OriginAnswer::Kind::kBeyondEnd ||
      !SameVersion(*identity_, now, plan_.digest_decides)) {
    EndWith(Outcome::Kind::kRemoteChanged);
    return absl::OkStatus();
  }
  if (answer.kind == OriginAnswer::Kind::kWhole) {
    return Error(v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT,
                 v1::ERROR_CONTEXT_REMOTE_FILE)
        .Url(plan_.first.url)
        .Retryable()
        .Status(
            "the origin served a range before, and then the whole file "
            "instead of one");
  }
  lane->body_end = lane->position + answer.body.length;
  return absl::OkStatus();
}

absl::Status OriginFetcher::OnBytes(OriginConnection* connection,
                                    absl::string_view bytes) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  Lane* const lane = LaneOf(connection);
  received_bytes_ += size;
  owner_->OnReceived(size);
  if (parts_.store->streaming()) return TakeStream(lane, bytes);
  // The span may have become shorter than the body since it was asked for.
  const std::int64_t end = SpanEnd(*lane);
  const std::int64_t taken = std::min(size, end - lane->position);
  CONVOY_RETURN_IF_ERROR(parts_.store->Write(
      lane->position, bytes.substr(0, static_cast<std::size_t>(taken))));
  lane->position += taken;
  if (lane->position == end && lane->body_end > end) {
    lane->connection.Stop();
    AssignWork(lane);
  }
  return absl::OkStatus();
}

absl::Status OriginFetcher::TakeStream(Lane* lane, absl::string_view bytes) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  if (plan_.max_size.has_value() && size > *plan_.max_size - lane->position) {
    return TooLarge(
        plan_.first.url,
        absl::StrCat("the file has more than ", lane->position, " bytes"),
        *plan_.max_size);
  }
  if (size > plan_.max_stream_bytes - lane->position) {
    return Error(v1::ERROR_REASON_SIZE_MISMATCH, v1::ERROR_CONTEXT_REMOTE_FILE)
        .Url(plan_.first.url)
        .Status(absl::StrCat("the file is longer than the expected ",
                             plan_.max_stream_bytes, " bytes"));
  }
  CONVOY_RETURN_IF_ERROR(parts_.store->Write(lane->position, bytes));
  lane->position += size;
  return absl::OkStatus();
}

void OriginFetcher::OnDone(OriginConnection* connection, absl::Status status,
                           std::optional<absl::Duration> retry_after) {
  if (ended_) return;
  Lane* const lane = LaneOf(connection);
  if (!status.ok()) return OnLaneFailed(lane, std::move(status), retry_after);
  if (parts_.store->streaming()) {
    status = parts_.store->EndStream();
    if (!status.ok()) {
      return EndWith(Outcome::Kind::kFailed, std::move(status));
    }
    return EndWith(Outcome::Kind::kWritten);
  }
  if (lane->position < SpanEnd(*lane)) return Request(lane);
  AssignWork(lane);
}

void OriginFetcher::OnLaneFailed(Lane* lane, absl::Status status,
                                 std::optional<absl::Duration> retry_after) {
  Release(lane);
  const v1::ErrorDetail detail = ErrorDetailOf(status);
  const int others = connections();
  if (detail.context() == v1::ERROR_CONTEXT_LOCAL_FILE || others == 0) {
    return EndWith(Outcome::Kind::kFailed, std::move(status), retry_after);
  }
  if (detail.retryable() && lane->connection.received() > 0) {
    return AssignWork(lane);
  }
  ramp_.Limit(others);
}

OriginFetcher::Lane* OriginFetcher::NewLane() {
  OriginConnection::Owner* const self = this;
  lanes_.push_back(std::make_unique<Lane>(parts_.transport, self));
  return lanes_.back().get();
}

OriginFetcher::Lane* OriginFetcher::LaneOf(const OriginConnection* connection) {
  for (const auto& lane : lanes_) {
    if (&lane->connection == connection) return lane.get();
  }
  return nullptr;
}

std::int64_t OriginFetcher::SpanEnd(const Lane& lane) const {
  return parts_.store->ledger()->layout().RangeOf(lane.span).end();
}

void OriginFetcher::AssignWork(Lane* lane) {
  PieceLedger* const ledger = parts_.store->ledger();
  lane->span = ledger->FirstMissing();
  if (!lane->span.empty()) {
    ledger->Claim(lane->span);
  } else if (may_split_ && connections() < ramp_.target()) {
    lane->span = SplitLargest(lane);
  }
  if (!lane->span.empty()) {
    lane->position = ledger->NextByte(lane->span.first);
    return Request(lane);
  }
  if (connections() == 0) EndWith(Outcome::Kind::kWritten);
}

PieceSpan OriginFetcher::SplitLargest(const Lane* taker) {
  const PieceLayout& layout = parts_.store->ledger()->layout();
  Lane* victim = nullptr;
  PieceSpan largest;
  for (const auto& lane : lanes_) {
    if (lane.get() == taker || !lane->connection.active()) continue;
    if (lane->position >= SpanEnd(*lane)) continue;
    // The piece it is in stays its own.
    PieceSpan rest = lane->span;
    rest.first.value = layout.PieceAt(lane->position).value + 1;
    if (rest.count() > largest.count()) {
      largest = rest;
      victim = lane.get();
    }
  }
  if (victim == nullptr || layout.RangeOf(largest).length < kMinSplit) {
    return {};
  }
  largest.first.value += largest.count() / 2;
  victim->span.end = largest.first;
  return largest;
}

void OriginFetcher::Request(Lane* lane) {
  if (identity_->validator.ForIfRange().empty() && !plan_.digest_decides) {
    return EndWith(
        Outcome::Kind::kFailed,
        Error(v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT,
              v1::ERROR_CONTEXT_REMOTE_FILE)
            .Url(plan_.first.url)
            .Status("the origin gives no ETag and no Last-Modified, so parts "
                    "of the file cannot be told to be of one version"));
  }
  OriginRequest request = plan_.first;
  ByteRange range = map_->RemoteFrom(lane->position);
  range.length = std::min(range.length, SpanEnd(*lane) - lane->position);
  request.range = range;
  request.if_range = identity_->validator.ForIfRange();
  lane->connection.Start(std::move(request));
  if (paused_) lane->connection.SetPaused(true);
}

void OriginFetcher::Release(Lane* lane) {
  lane->connection.Stop();
  PieceLedger* const ledger = parts_.store->ledger();
  if (ledger != nullptr) ledger->Release(lane->span);
  lane->span = {};
}

void OriginFetcher::StartRampTimer() {
  const std::int64_t rest =
      parts_.store->ledger()->layout().size() - parts_.store->written_bytes();
  if (!may_split_ || plan_.max_connections <= 1 || rest <= kMinForMore) return;
  ramp_timer_ = parts_.executor->PostAfter(kRampInterval, [this] {
    ramp_timer_ = 0;
    OnRampTimer();
  });
}

void OriginFetcher::OnRampTimer() {
  const std::int64_t bytes = received_bytes_ - received_at_interval_;
  received_at_interval_ = received_bytes_;
  // An interval in which the disk was the limit says nothing.
  if (!std::exchange(was_paused_, paused_) && connections() == ramp_.target()) {
    ramp_.OnInterval(bytes);
  }
  DropLanes();
  AddLanes();
  if (!ended_ && !ramp_.settled()) StartRampTimer();
}

void OriginFetcher::AddLanes() {
  while (connections() < ramp_.target()) {
    const auto idle = std::find_if(
        lanes_.begin(), lanes_.end(),
        [](const auto& lane) { return !lane->connection.active(); });
    Lane* lane = idle == lanes_.end() ? nullptr : idle->get();
    if (lane == nullptr) lane = NewLane();
    AssignWork(lane);
    if (!lane->connection.active()) return;
  }
}

void OriginFetcher::DropLanes() {
  for (auto lane = lanes_.rbegin();
       lane != lanes_.rend() && connections() > ramp_.target(); ++lane) {
    if ((*lane)->connection.active()) Release(lane->get());
  }
}

void OriginFetcher::EndWith(Outcome::Kind kind, absl::Status status,
                            std::optional<absl::Duration> retry_after) {
  if (std::exchange(ended_, true)) return;
  if (ramp_timer_ != 0) {
    parts_.executor->CancelTimer(std::exchange(ramp_timer_, 0));
  }
  for (const auto& lane : lanes_) Release(lane.get());
  Outcome outcome;
  outcome.kind = kind;
  outcome.status = std::move(status);
  outcome.retry_after = retry_after;
  outcome.received_bytes = received_bytes_;
  parts_.executor->Post([this, alive = std::weak_ptr<char>(alive_),
                         outcome = std::move(outcome)]() mutable {
    if (!alive.expired()) owner_->OnFetcherEnd(std::move(outcome));
  });
}

}  // namespace convoy
