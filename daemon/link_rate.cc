#include "daemon/link_rate.h"

#include <algorithm>

namespace convoy {
namespace {

constexpr absl::Duration kWindow = absl::Seconds(5);
// Between two samples; the machine may have been asleep.
constexpr absl::Duration kLongestGap = absl::Seconds(3);
constexpr std::int64_t kHoursOfDay = 24;

}  // namespace

void LinkRate::Add(absl::Duration now, std::int64_t total, std::int64_t limit) {
  const bool goes_on = !samples_.empty() && total > samples_.back().total &&
                       now > samples_.back().time &&
                       now - samples_.back().time <= kLongestGap;
  if (!goes_on) {
    samples_.clear();
    window_limit_ = 0;
  }
  samples_.push_back({now, total});
  window_limit_ = std::max(window_limit_, limit);
  const absl::Duration time = now - samples_.front().time;
  if (time < kWindow) return;
  const double bytes = static_cast<double>(total - samples_.front().total);
  Take(now, static_cast<std::int64_t>(bytes / absl::ToDoubleSeconds(time)),
       window_limit_);
  samples_.clear();
  samples_.push_back({now, total});
  window_limit_ = limit;
}

void LinkRate::Take(absl::Duration now, std::int64_t rate, std::int64_t limit) {
  const std::int64_t hour = absl::ToInt64Hours(now);
  // A fifth more than the limits allow is the traffic of a class without one.
  const bool is_free = limit == 0 || rate > limit + limit / 5;
  if (!is_free && rate <= this->rate()) return;
  std::int64_t& highest = hours_[hour];
  highest = std::max(highest, rate);
  if (is_free)
    hours_.erase(hours_.begin(), hours_.lower_bound(hour - kHoursOfDay));
}

std::int64_t LinkRate::rate() const {
  std::int64_t highest = 0;
  for (const auto& [hour, rate] : hours_) highest = std::max(highest, rate);
  return highest;
}

}  // namespace convoy
