// A line of the schedule takes any text, and a plan made of what it says keeps
// its word: limits do not change before the time it names, and change then.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "peer/bandwidth_plan.h"

namespace convoy {
namespace {

constexpr std::int64_t kLink = 1'000'000;

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckPlan(const BandwidthPlan& plan, absl::Time begin) {
  const BandwidthPlan::Moment moment = plan.At(begin, kLink);
  Check(moment.next_change > begin);
  const bool changes = moment.next_change != absl::InfiniteFuture();
  const absl::Time end =
      changes ? moment.next_change : begin + absl::Hours(24 * 8);
  for (absl::Time time = begin; time < end; time += absl::Minutes(47)) {
    Check(plan.At(time, kLink).limits == moment.limits);
  }
  Check(plan.At(end - absl::Seconds(1), kLink).limits == moment.limits);
}

}  // namespace
}  // namespace convoy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  convoy::BandwidthPlan::Settings settings;
  for (absl::string_view line : absl::StrSplit(input, '\n')) {
    const auto hours = convoy::ParseBandwidthHours(line);
    if (!hours.ok()) {
      convoy::Check(hours.status().message().size() < 400);
    } else if (settings.schedule.size() < 8) {
      settings.schedule.push_back(*hours);
    }
  }
  const convoy::BandwidthPlan plan(std::move(settings),
                                   absl::FixedTimeZone(3600));
  const absl::Time monday =
      absl::FromCivil(absl::CivilDay(2026, 3, 2), absl::FixedTimeZone(3600));
  convoy::CheckPlan(plan, monday + absl::Minutes(7 * 61));
  convoy::CheckPlan(plan, monday + absl::Hours(24 * 6) - absl::Seconds(1));
  return 0;
}
