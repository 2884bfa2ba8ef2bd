#include "daemon/rollout_rule.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace convoy {
namespace {

constexpr int kAll = 10000;
// A window that does not open or close in so long never does: a week, and
// clocks that are put forward or back.
constexpr absl::Duration kLongest = absl::Hours(24 * 9);

// The window as a schedule of bandwidth, which knows zones and their clock
// changes: its hours are those with a limit.
BandwidthPlan PlanOf(const RolloutRule& rule, absl::TimeZone zone) {
  BandwidthPlan::Settings settings;
  settings.schedule = rule.window;
  for (BandwidthHours& hours : settings.schedule) {
    hours.background = BandwidthRate{1, 0};
  }
  return BandwidthPlan(std::move(settings), zone);
}

bool IsOpen(const BandwidthPlan::Moment& moment) {
  return moment.limits.background != 0;
}

}  // namespace

int RolloutRank(absl::string_view job, absl::string_view machine_id) {
  const std::string text = absl::StrCat(job, "\n", machine_id);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest = {};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         digest.data());
  std::uint64_t head = 0;
  for (int i = 0; i < 4; ++i) head = head << 8 | digest[i];
  return static_cast<int>(head * kAll >> 32);
}

std::string WhyNotSelected(const RolloutRule& rule, absl::string_view job,
                           const RolloutMachine& machine) {
  for (const std::string& label : rule.labels) {
    if (!absl::c_linear_search(machine.labels, label)) {
      return absl::StrCat("this machine has not the label ", label);
    }
  }
  const int rank = RolloutRank(job, machine.id);
  if (rank < rule.percent) return "";
  return absl::StrFormat("this machine's rank is %d.%02d %%, of %s %%",
                         rank / 100, rank % 100, PercentText(rule.percent));
}

absl::StatusOr<int> ParsePercent(absl::string_view text) {
  const std::size_t point = text.find('.');
  const absl::string_view whole = text.substr(0, point);
  std::string part(point == absl::string_view::npos ? "0"
                                                    : text.substr(point + 1));
  const bool digits = !whole.empty() && whole.size() <= 3 && !part.empty() &&
                      part.size() <= 2 &&
                      absl::c_all_of(whole, absl::ascii_isdigit) &&
                      absl::c_all_of(part, absl::ascii_isdigit);
  int hundreds = 0;
  int rest = 0;
  part.resize(2, '0');
  if (!digits || !absl::SimpleAtoi(whole, &hundreds) ||
      !absl::SimpleAtoi(part, &rest) || hundreds * 100 + rest > kAll) {
    return absl::InvalidArgumentError("is no such number");
  }
  return hundreds * 100 + rest;
}

std::string PercentText(int hundredths) {
  if (hundredths % 100 == 0) return absl::StrCat(hundredths / 100);
  std::string text =
      absl::StrFormat("%d.%02d", hundredths / 100, hundredths % 100);
  if (text.back() == '0') text.pop_back();
  return text;
}

RolloutHours HoursAt(const RolloutRule& rule, absl::Time now,
                     absl::TimeZone zone) {
  const bool early = now < rule.not_before;
  if (rule.window.empty()) {
    return {!early, early ? rule.not_before : absl::InfiniteFuture()};
  }
  const BandwidthPlan plan = PlanOf(rule, zone);
  absl::Time time = std::max(now, rule.not_before);
  BandwidthPlan::Moment moment = plan.At(time, 0);
  const bool open = !early && IsOpen(moment);
  const absl::Time end = time + kLongest;
  // Neighbouring hours are one window.
  while (time < end) {
    if (IsOpen(moment) != open) return {open, time};
    time = moment.next_change;
    if (time != absl::InfiniteFuture()) moment = plan.At(time, 0);
  }
  return {open, absl::InfiniteFuture()};
}

absl::Time NextOpening(const RolloutRule& rule, absl::Time now,
                       absl::TimeZone zone) {
  const RolloutHours hours = HoursAt(rule, now, zone);
  return hours.open ? now : hours.until;
}

}  // namespace convoy
