#include "daemon/deadlines.h"

#include <algorithm>

namespace convoy {
namespace {

// Of one step of the control thread.
constexpr int kMostAtOnce = 256;

}  // namespace

Deadlines::Deadlines(const Clock& clock, Executor& executor, OnDue on_due)
    : clock_(clock), executor_(executor), on_due_(std::move(on_due)) {}

Deadlines::~Deadlines() {
  if (timer_ != 0) executor_.CancelTimer(timer_);
}

void Deadlines::Set(const JobId& id, Kind kind, absl::Duration when) {
  Clear(id, kind);
  if (when == absl::InfiniteDuration()) return;
  by_key_[{id, kind}] = when;
  by_time_.emplace(when, id, kind);
  Arm();
}

void Deadlines::Clear(const JobId& id, Kind kind) {
  const auto found = by_key_.find({id, kind});
  if (found == by_key_.end()) return;
  by_time_.erase({found->second, id, kind});
  by_key_.erase(found);
}

void Deadlines::ClearAll(const JobId& id) {
  for (const Kind kind :
       {Kind::kRetry, Kind::kNoProgress, Kind::kTimeSlice, Kind::kInactive,
        Kind::kHistoryEnds, Kind::kDownloadTime}) {
    Clear(id, kind);
  }
}

void Deadlines::Arm() {
  if (by_time_.empty()) return;  // A timer that is left finds nothing to do.
  const absl::Duration due = std::get<0>(*by_time_.begin());
  if (timer_ != 0) {
    if (timer_due_ <= due) return;
    executor_.CancelTimer(timer_);
  }
  timer_due_ = due;
  const absl::Duration wait =
      std::max(absl::ZeroDuration(), due - clock_.Monotonic());
  timer_ = executor_.PostAfter(wait, [this] { OnTimer(); });
}

void Deadlines::OnTimer() {
  timer_ = 0;
  const absl::Duration now = clock_.Monotonic();
  for (int i = 0; i < kMostAtOnce && !by_time_.empty(); ++i) {
    const auto [when, id, kind] = *by_time_.begin();
    if (when > now) break;
    Clear(id, kind);
    on_due_(id, kind);
  }
  Arm();
}

}  // namespace convoy
