#include "peer/claim_fetcher.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr absl::Duration kRampInterval = absl::Seconds(1);
// Before a rate was measured.
constexpr std::int64_t kFirstSpanBytes = 1 << 20;
constexpr std::int64_t kLongestSpanBytes = 64 << 20;

Error RemoteError(v1::ErrorReason reason, absl::string_view url) {
  return Error(reason, v1::ERROR_CONTEXT_REMOTE_FILE).Url(url);
}

}  // namespace

ClaimFetcher::ClaimFetcher(const Parts& parts, Plan plan, PieceLayout layout,
                           Owner* owner)
    : parts_(parts),
      plan_(std::move(plan)),
      layout_(layout),
      owner_(owner),
      identity_(plan_.identity),
      ramp_(plan_.max_connections) {}

ClaimFetcher::~ClaimFetcher() {
  if (ramp_timer_ != 0) parts_.executor->CancelTimer(ramp_timer_);
}

int ClaimFetcher::connections() const {
  return static_cast<int>(std::count_if(
      lanes_.begin(), lanes_.end(),
      [](const auto& lane) { return lane->connection.active(); }));
}

int ClaimFetcher::free_lanes() const {
  return std::max(ramp_.target() - connections(), 0);
}

int ClaimFetcher::wanted_spans() const {
  return free_lanes() > 0 ? free_lanes() : next_.empty() ? 1 : 0;
}

int ClaimFetcher::PiecesFor(absl::Duration span_time) const {
  std::int64_t bytes = kFirstSpanBytes;
  if (interval_bytes_ > 0) {
    const double rate = static_cast<double>(interval_bytes_) /
                        std::max(connections(), 1) /
                        absl::ToDoubleSeconds(kRampInterval);
    bytes = std::min(
        kLongestSpanBytes,
        static_cast<std::int64_t>(rate * absl::ToDoubleSeconds(span_time)));
  }
  return static_cast<int>(
      std::max<std::int64_t>(bytes / layout_.piece_length(), 1));
}

void ClaimFetcher::Fetch(PieceSpan span) {
  if (free_lanes() == 0) {
    next_ = span;
    return;
  }
  auto free = std::find_if(lanes_.begin(), lanes_.end(), [](const auto& lane) {
    return !lane->connection.active();
  });
  if (free == lanes_.end()) {
    OriginConnection::Owner* const self = this;
    lanes_.push_back(std::make_unique<Lane>(parts_.transport, self));
    free = lanes_.end() - 1;
  }
  (*free)->span = span;
  Request(free->get());
  if (ramp_timer_ != 0) return;
  ramp_timer_ =
      parts_.executor->PostAfter(kRampInterval, [this] { OnRampTimer(); });
}

void ClaimFetcher::Request(Lane* lane) {
  lane->bytes.clear();
  OriginRequest request = plan_.request;
  request.range = layout_.RangeOf(lane->span);
  if (plan_.one_version && identity_) {
    request.if_range = identity_->validator.ForIfRange();
  }
  lane->connection.Start(std::move(request));
  if (paused_) lane->connection.SetPaused(true);
}

std::vector<PieceSpan> ClaimFetcher::spans() const {
  std::vector<PieceSpan> spans;
  for (const auto& lane : lanes_) {
    if (lane->connection.active() && !lane->span.empty()) {
      spans.push_back(lane->span);
    }
  }
  if (!next_.empty()) spans.push_back(next_);
  return spans;
}

std::vector<PieceSpan> ClaimFetcher::Drop(PieceSpan span) {
  std::vector<PieceSpan> behind;
  // Cuts `from` where the dropped pieces begin. False: it has none of them.
  const auto cut = [&](PieceSpan* from) {
    const PieceIndex first = std::max(span.first, from->first);
    if (!(first < std::min(span.end, from->end))) return false;
    if (span.end < from->end) behind.push_back({span.end, from->end});
    from->end = first;
    return true;
  };
  if (cut(&next_)) TellOwner();
  for (const auto& lane : lanes_) {
    const PieceIndex first = lane->span.first;
    if (!cut(&lane->span) || !lane->span.empty()) continue;
    const std::int64_t length = layout_.RangeOf(first).length;
    if (static_cast<std::int64_t>(lane->bytes.size()) * 2 >= length) {
      lane->span.end.value = first.value + 1;
    } else {
      lane->connection.Stop();
      Free(lane.get());
    }
  }
  return behind;
}

PieceSpan ClaimFetcher::TakeWaiting() { return std::exchange(next_, {}); }

void ClaimFetcher::SetPaused(bool paused) {
  paused_ = paused;
  was_paused_ = was_paused_ || paused;
  for (const auto& lane : lanes_) lane->connection.SetPaused(paused);
}

ClaimFetcher::Lane* ClaimFetcher::LaneOf(const OriginConnection* connection) {
  for (const auto& lane : lanes_) {
    if (&lane->connection == connection) return lane.get();
  }
  return nullptr;
}

absl::Status ClaimFetcher::OnAnswer(OriginConnection*,
                                    const OriginAnswer& answer,
                                    const OriginResponseHead& head) {
  if (answer.complete_length && *answer.complete_length != layout_.size()) {
    return RemoteError(v1::ERROR_REASON_SIZE_MISMATCH, plan_.request.url)
        .Status(absl::StrCat("the file at the origin has ",
                             *answer.complete_length, " bytes, the content ",
                             layout_.size()));
  }
  const RemoteIdentity now{answer.complete_length, answer.validator};
  if (plan_.one_version && identity_ && !SameVersion(*identity_, now, false)) {
    return RemoteError(v1::ERROR_REASON_REMOTE_FILE_CHANGED, plan_.request.url)
        .Status("the origin has another version of the file now");
  }
  if (answer.kind != OriginAnswer::Kind::kPart) {
    return RemoteError(v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT,
                       plan_.request.url)
        .Status("the origin serves no ranges of the file");
  }
  if (!identity_) identity_ = now;
  if (!std::exchange(answered_, true)) owner_->OnOriginAnswer(answer, head);
  return absl::OkStatus();
}

absl::Status ClaimFetcher::OnBytes(OriginConnection* connection,
                                   absl::string_view bytes) {
  Lane* const lane = LaneOf(connection);
  received_ += static_cast<std::int64_t>(bytes.size());
  while (!bytes.empty() && !lane->span.empty()) {
    const PieceIndex piece = lane->span.first;
    const auto length = static_cast<std::size_t>(layout_.RangeOf(piece).length);
    if (lane->bytes.empty()) lane->bytes.reserve(length);
    const std::size_t step =
        std::min(bytes.size(), length - lane->bytes.size());
    lane->bytes.append(bytes.data(), step);
    bytes.remove_prefix(step);
    owner_->OnOriginBytes(piece, static_cast<std::int64_t>(lane->bytes.size()),
                          static_cast<std::int64_t>(step));
    if (lane->bytes.size() < length) break;
    ++lane->span.first.value;
    owner_->OnOriginPiece(piece, std::exchange(lane->bytes, {}));
  }
  if (lane->span.empty()) {
    // The rest of the body was dropped while it came.
    lane->connection.Stop();
    Free(lane);
  }
  return absl::OkStatus();
}

void ClaimFetcher::OnDone(OriginConnection* connection, absl::Status status,
                          std::optional<absl::Duration> retry_after) {
  Lane* const lane = LaneOf(connection);
  const PieceSpan rest = lane->span;
  if (!rest.empty() && status.ok()) {
    status = RemoteError(v1::ERROR_REASON_CONNECTION_CLOSED, plan_.request.url)
                 .Retryable()
                 .Status("the answer ended before the range did");
  }
  Free(lane);
  if (rest.empty()) return;
  if (retry_after || connections() > 0) {
    ramp_.Limit(std::max(connections(), 1));
  }
  owner_->OnSpanFailed(rest, std::move(status), retry_after);
}

void ClaimFetcher::Free(Lane* lane) {
  lane->span = {};
  lane->bytes.clear();
  TellOwner();
}

// In a later task: the lane may be in the middle of a call of the transport's.
void ClaimFetcher::TellOwner() {
  if (std::exchange(telling_, true)) return;
  parts_.executor->Post([this, alive = std::weak_ptr<char>(alive_)] {
    if (alive.expired()) return;
    telling_ = false;
    if (!next_.empty() && free_lanes() > 0) Fetch(std::exchange(next_, {}));
    owner_->OnLanesChanged();
  });
}

void ClaimFetcher::OnRampTimer() {
  ramp_timer_ = 0;
  const std::int64_t bytes = received_ - received_at_interval_;
  received_at_interval_ = received_;
  if (bytes > 0) interval_bytes_ = bytes;
  // An interval in which there was not enough to fetch says nothing.
  const int before = ramp_.target();
  if (!std::exchange(was_paused_, paused_) && connections() == before) {
    ramp_.OnInterval(bytes);
  }
  if (connections() > 0 || bytes > 0) {
    ramp_timer_ =
        parts_.executor->PostAfter(kRampInterval, [this] { OnRampTimer(); });
  }
  if (ramp_.target() > before) TellOwner();
}

}  // namespace convoy
