#include "daemon/bandwidth_controller.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

// The calendar's clock may be set at any time.
constexpr absl::Duration kLongestWait = absl::Minutes(1);
// As LinkRate wants it, and how soon it is noticed that bytes come again.
constexpr absl::Duration kSampleInterval = absl::Seconds(1);
constexpr absl::Duration kIdleInterval = absl::Seconds(5);
// A timer that comes early would ask again at once.
constexpr absl::Duration kShortestWait = absl::Milliseconds(1);

std::string RateText(std::int64_t limit) {
  return limit == 0 ? "no limit" : absl::StrCat(limit, " bytes per second");
}

}  // namespace

BandwidthController::BandwidthController(const Parts& parts, BandwidthPlan plan)
    : parts_(parts), plan_(std::move(plan)) {}

void BandwidthController::Start() { Update(); }

void BandwidthController::SetPlan(BandwidthPlan plan) {
  plan_ = std::move(plan);
  planned_at_ = absl::InfinitePast();
  alive_ = std::make_shared<char>();
  Update();
}

void BandwidthController::Update() {
  absl::Duration wait = kLongestWait;
  if (plan_.NeedsMeasuredLink()) {
    wait = Measure() ? kSampleInterval : kIdleInterval;
  }
  const absl::Time now = parts_.clock->Now();
  if (IsDue(now)) {
    planned_at_ = now;
    planned_link_ = link_.rate();
    moment_ = plan_.At(now, planned_link_);
    Apply(moment_.limits);
  }
  const bool may_change = plan_.NeedsMeasuredLink() ||
                          moment_.next_change != absl::InfiniteFuture();
  if (!may_change) return;
  parts_.executor->PostAfter(
      std::max(std::min(wait, moment_.next_change - now), kShortestWait),
      [this, alive = std::weak_ptr<char>(alive_)] {
        if (alive.lock() != nullptr) Update();
      });
}

bool BandwidthController::Measure() {
  const BandwidthLimits limits = applied_.value_or(BandwidthLimits());
  const std::int64_t bytes = parts_.engine->OutsideBytes();
  link_.Add(parts_.clock->Monotonic(), bytes,
            limits.foreground + limits.background + limits.origin);
  return std::exchange(measured_bytes_, bytes) != bytes;
}

bool BandwidthController::IsDue(absl::Time now) const {
  return !applied_.has_value() || now >= moment_.next_change ||
         now < planned_at_ || now - planned_at_ >= kLongestWait ||
         link_.rate() != planned_link_;
}

void BandwidthController::Apply(const BandwidthLimits& limits) {
  if (applied_ == limits) return;
  const bool is_news = applied_.has_value() || !(limits == BandwidthLimits());
  applied_ = limits;
  parts_.engine->SetBandwidth(limits);
  if (!is_news) return;
  LogLine(plan_.NeedsMeasuredLink() ? LogLevel::kDebug : LogLevel::kInfo,
          absl::StrCat("bandwidth: foreground ", RateText(limits.foreground),
                       ", background ", RateText(limits.background),
                       ", upload ", RateText(limits.upload), ", origins ",
                       RateText(limits.origin)));
}

}  // namespace convoy
