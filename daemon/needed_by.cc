#include "daemon/needed_by.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace convoy {
namespace {

constexpr double kOriginFactor = 3;
constexpr double kForegroundFactor = 1.5;
// To check, to hand over, and for the last answer to come.
constexpr absl::Duration kMargin = absl::Seconds(10);
// Further ahead nothing is planned.
constexpr absl::Duration kHorizon = absl::Hours(24 * 30);

// Hours in which the same limits hold.
struct Hours {
  absl::Time begin;
  absl::Time end;
  double background = 0;  // Bytes per second.
  double foreground = 0;
};

double Limited(std::int64_t rate, std::int64_t limit) {
  return static_cast<double>(limit == 0 ? rate : std::min(rate, limit));
}

// From now to `end`, without gaps.
std::vector<Hours> HoursUntil(const NeededByInput& input, absl::Time end) {
  std::vector<Hours> all;
  for (absl::Time begin = input.now; begin < end;) {
    const BandwidthPlan::Moment moment =
        input.plan->At(begin, input.measured_link);
    const absl::Time next = std::min(moment.next_change, end);
    all.push_back({begin, next,
                   Limited(input.origin_rate, moment.limits.background),
                   Limited(input.origin_rate, moment.limits.foreground)});
    begin = next;
  }
  return all;
}

// The latest time from which `bytes` come until the end; InfinitePast: they do
// not, even from now on.
absl::Time LatestStart(const std::vector<Hours>& hours, double bytes,
                       double Hours::*rate) {
  for (std::size_t i = hours.size(); i > 0; --i) {
    const Hours& part = hours[i - 1];
    const double most =
        part.*rate * absl::ToDoubleSeconds(part.end - part.begin);
    if (most >= bytes) return part.end - absl::Seconds(bytes / (part.*rate));
    bytes -= most;
  }
  return absl::InfinitePast();
}

// Until when the cheapest of the hours before `end` goes on; InfinitePast: it
// is not now, or all are the same.
absl::Time CheapUntil(const std::vector<Hours>& hours, absl::Time end) {
  double best = 0;
  double worst = hours.front().background;
  for (const Hours& part : hours) {
    if (part.begin >= end) break;
    best = std::max(best, part.background);
    worst = std::min(worst, part.background);
  }
  if (best == worst || hours.front().background < best) {
    return absl::InfinitePast();
  }
  return hours.front().end;
}

}  // namespace

NeededByPlan PlanNeededBy(const NeededByInput& input) {
  NeededByPlan plan;
  const absl::Time end =
      std::min(input.needed_by - kMargin, input.now + kHorizon);
  const std::vector<Hours> hours = HoursUntil(input, end);
  const auto missing = static_cast<double>(input.remaining_bytes);
  plan.to_foreground =
      LatestStart(hours, missing * kForegroundFactor, &Hours::foreground);
  plan.to_origin =
      std::min(LatestStart(hours, missing * kOriginFactor, &Hours::background),
               plan.to_foreground);
  plan.next = absl::InfiniteFuture();
  if (hours.empty() || plan.to_foreground <= input.now ||
      input.reached == NeededByPhase::kForeground) {
    plan.to_foreground = input.now;
    plan.to_origin = std::min(plan.to_origin, input.now);
    plan.phase = NeededByPhase::kForeground;
    return plan;
  }
  if (plan.to_origin <= input.now || input.reached == NeededByPhase::kOrigin) {
    plan.to_origin = input.now;
    plan.phase = NeededByPhase::kOrigin;
    plan.next = plan.to_foreground;
    return plan;
  }
  const absl::Time cheap_until = CheapUntil(hours, plan.to_origin);
  if (cheap_until > input.now) {
    plan.phase = NeededByPhase::kCheapHours;
    plan.next = std::min(cheap_until, plan.to_origin);
    return plan;
  }
  plan.phase = NeededByPhase::kPeers;
  plan.next = std::min(plan.to_origin, hours.front().end);
  return plan;
}

}  // namespace convoy
