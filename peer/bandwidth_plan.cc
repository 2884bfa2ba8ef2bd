#include "peer/bandwidth_plan.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "peer/base/status_macros.h"

namespace convoy {
namespace {

constexpr int kMinutesOfDay = 24 * 60;
constexpr int kDaysOfWeek = 7;
constexpr std::int64_t kMaxRate = 1'000'000'000'000;
constexpr absl::string_view kDays[kDaysOfWeek] = {"mon", "tue", "wed", "thu",
                                                  "fri", "sat", "sun"};
constexpr char kForm[] = "; write it as \"mon-fri 08:00-18:00 background=10%\"";

absl::Status Wrong(absl::string_view what, absl::string_view text,
                   absl::string_view why) {
  // Somebody's essay is not repeated.
  return absl::InvalidArgumentError(
      absl::StrCat("has the ", what, " \"",
                   absl::CHexEscape(text.substr(0, 40)), "\"", why));
}

bool IsDigits(absl::string_view text) {
  return !text.empty() && absl::c_all_of(text, absl::ascii_isdigit);
}

absl::StatusOr<int> ParseDay(absl::string_view text) {
  const auto found = absl::c_find(kDays, absl::AsciiStrToLower(text));
  if (found == std::end(kDays)) {
    return Wrong("day", text, "; days are mon, tue, wed, thu, fri, sat, sun");
  }
  return static_cast<int>(found - std::begin(kDays));
}

absl::StatusOr<std::array<bool, 7>> ParseDays(absl::string_view text) {
  std::array<bool, kDaysOfWeek> days = {};
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> range =
        absl::StrSplit(part, absl::MaxSplits('-', 1));
    CONVOY_ASSIGN_OR_RETURN(const int first, ParseDay(range.first));
    int last = first;
    if (part.size() > range.first.size()) {
      CONVOY_ASSIGN_OR_RETURN(last, ParseDay(range.second));
    }
    for (int day = first;; day = (day + 1) % kDaysOfWeek) {
      days[static_cast<std::size_t>(day)] = true;
      if (day == last) break;
    }
  }
  return days;
}

absl::StatusOr<int> ParseMinute(absl::string_view text) {
  int hour = 0;
  int minute = 0;
  const bool reads = text.size() == 5 && text[2] == ':' &&
                     IsDigits(text.substr(0, 2)) && IsDigits(text.substr(3)) &&
                     absl::SimpleAtoi(text.substr(0, 2), &hour) &&
                     absl::SimpleAtoi(text.substr(3), &minute);
  const int of_day = hour * 60 + minute;
  if (!reads || minute > 59 || of_day > kMinutesOfDay) {
    return Wrong("time", text, "; times are 00:00 to 24:00");
  }
  return of_day;
}

absl::Status ParseTimes(absl::string_view text, BandwidthHours* hours) {
  const std::pair<absl::string_view, absl::string_view> range =
      absl::StrSplit(text, absl::MaxSplits('-', 1));
  CONVOY_ASSIGN_OR_RETURN(hours->begin, ParseMinute(range.first));
  CONVOY_ASSIGN_OR_RETURN(hours->end, ParseMinute(range.second));
  if (hours->begin == kMinutesOfDay) {
    return Wrong("time", text, ", which begins at 24:00; write 00:00");
  }
  if (hours->begin == hours->end) {
    return Wrong("time", text,
                 ", which has no length; a whole day is 00:00-24:00");
  }
  return absl::OkStatus();
}

absl::StatusOr<BandwidthRate> ParseRate(absl::string_view text) {
  BandwidthRate rate;
  absl::string_view number = text;
  if (absl::ConsumeSuffix(&number, "%")) {
    if (!IsDigits(number) || !absl::SimpleAtoi(number, &rate.percent) ||
        rate.percent < 1 || rate.percent > 100) {
      return Wrong("limit", text,
                   "; percentages are 1% to 100%, and 0 is no limit");
    }
    return rate;
  }
  if (!IsDigits(number) || !absl::SimpleAtoi(number, &rate.bytes_per_second) ||
      rate.bytes_per_second > kMaxRate) {
    return Wrong("limit", text,
                 absl::StrCat("; limits are 0 to ", kMaxRate,
                              " bytes per second, or a percentage"));
  }
  return rate;
}

absl::Status ParseLimit(absl::string_view text, BandwidthHours* hours) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('=', 1));
  const std::string key = absl::AsciiStrToLower(parts.first);
  std::optional<BandwidthRate>* const rate =
      key == "foreground"     ? &hours->foreground
      : key == "background"   ? &hours->background
      : key == "upload"       ? &hours->upload
      : key == "lan_download" ? &hours->lan_download
      : key == "lan_upload"   ? &hours->lan_upload
                              : nullptr;
  if (rate == nullptr) {
    return Wrong("limit", text,
                 "; limits begin with foreground=, background=, upload=, "
                 "lan_download= or lan_upload=");
  }
  if (rate->has_value()) {
    return Wrong("limit", text, ", the second of its kind");
  }
  CONVOY_ASSIGN_OR_RETURN(*rate, ParseRate(parts.second));
  const bool of_lan =
      rate == &hours->lan_download || rate == &hours->lan_upload;
  if (of_lan && (*rate)->percent != 0) {
    return Wrong("limit", text,
                 "; percentages are of the link to the origins, so limits of "
                 "the LAN are bytes per second");
  }
  return absl::OkStatus();
}

int WeekdayOf(absl::CivilMinute local) {
  return static_cast<int>(absl::GetWeekday(local));
}

// The stricter of two limits, of which 0 is none.
std::int64_t Stricter(std::int64_t a, std::int64_t b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

// 0: no limit.
std::int64_t RateOf(const BandwidthRate& rate, std::int64_t link) {
  if (rate.percent == 0 || link <= 0) return rate.bytes_per_second;
  // In whole hundredths: a rate may be large, and must not become 0.
  const std::int64_t part = std::max<std::int64_t>(
      link / 100 * rate.percent + link % 100 * rate.percent / 100, 1);
  return Stricter(rate.bytes_per_second, part);
}

}  // namespace

bool BandwidthHours::Contains(absl::CivilMinute local) const {
  const int minute = local.hour() * 60 + local.minute();
  const auto day = static_cast<std::size_t>(WeekdayOf(local));
  const bool today = days[day];
  if (begin < end) return today && minute >= begin && minute < end;
  const bool yesterday = days[(day + kDaysOfWeek - 1) % kDaysOfWeek];
  return (today && minute >= begin) || (yesterday && minute < end);
}

absl::StatusOr<BandwidthHours> ParseWeeklyHours(absl::string_view line) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.size() != 2) {
    return absl::InvalidArgumentError(
        "is not days and times; write it as \"mon-fri 22:00-06:00\"");
  }
  BandwidthHours hours;
  CONVOY_ASSIGN_OR_RETURN(hours.days, ParseDays(words[0]));
  CONVOY_RETURN_IF_ERROR(ParseTimes(words[1], &hours));
  return hours;
}

absl::StatusOr<BandwidthHours> ParseBandwidthHours(absl::string_view line) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.size() < 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("has not days, times and limits", kForm));
  }
  BandwidthHours hours;
  CONVOY_ASSIGN_OR_RETURN(hours.days, ParseDays(words[0]));
  CONVOY_RETURN_IF_ERROR(ParseTimes(words[1], &hours));
  for (std::size_t i = 2; i < words.size(); ++i) {
    CONVOY_RETURN_IF_ERROR(ParseLimit(words[i], &hours));
  }
  return hours;
}

BandwidthPlan::BandwidthPlan(Settings settings, absl::TimeZone zone)
    : settings_(std::move(settings)), zone_(zone) {
  std::set<int> boundaries;
  for (const BandwidthHours& hours : settings_.schedule) {
    // 0: the days of a line need not be neighbours.
    boundaries.insert({0, hours.begin, hours.end % kMinutesOfDay});
  }
  boundaries_.assign(boundaries.begin(), boundaries.end());
}

BandwidthPlan::Moment BandwidthPlan::At(absl::Time now,
                                        std::int64_t measured_link) const {
  const std::int64_t link =
      settings_.link != 0 ? settings_.link : measured_link;
  return {LimitsOf(HoursAt(now), link), NextChange(now)};
}

bool BandwidthPlan::NeedsMeasuredLink() const {
  const auto is_part = [](const std::optional<BandwidthRate>& rate) {
    return rate.has_value() && rate->percent != 0;
  };
  return settings_.link == 0 &&
         (settings_.foreground.percent != 0 ||
          settings_.background.percent != 0 ||
          absl::c_any_of(settings_.schedule, [&](const BandwidthHours& hours) {
            return is_part(hours.foreground) || is_part(hours.background) ||
                   is_part(hours.upload);
          }));
}

const BandwidthHours* BandwidthPlan::HoursAt(absl::Time time) const {
  const absl::CivilMinute local = absl::ToCivilMinute(time, zone_);
  for (const BandwidthHours& hours : settings_.schedule) {
    if (hours.Contains(local)) return &hours;
  }
  return nullptr;
}

absl::Time BandwidthPlan::NextChange(absl::Time now) const {
  if (boundaries_.empty()) return absl::InfiniteFuture();
  const BandwidthHours* const current = HoursAt(now);
  const absl::CivilDay today = absl::ToCivilDay(now, zone_);
  absl::Time next = absl::InfiniteFuture();
  // A week, and the day that has begun. A day more on either side, for clocks
  // that are put back past midnight.
  for (int day = -1; day <= kDaysOfWeek + 1; ++day) {
    const bool found = next != absl::InfiniteFuture();
    for (const int minute : boundaries_) {
      const absl::TimeZone::TimeInfo info =
          zone_.At(absl::CivilSecond(absl::CivilMinute(today + day) + minute));
      // All the same, except where clocks are put forward or back. Limits
      // change at one of these, or not at all.
      for (const absl::Time time : {info.pre, info.trans, info.post}) {
        if (time > now && time < next && HoursAt(time) != current) next = time;
      }
    }
    if (found) break;
  }
  return next;
}

BandwidthLimits BandwidthPlan::LimitsOf(const BandwidthHours* hours,
                                        std::int64_t link) const {
  static const BandwidthHours* const kNone = new BandwidthHours;
  if (hours == nullptr) hours = kNone;
  const auto rate = [link](const std::optional<BandwidthRate>& scheduled,
                           const BandwidthRate& otherwise) {
    return RateOf(scheduled.value_or(otherwise), link);
  };
  BandwidthLimits limits;
  limits.foreground = rate(hours->foreground, settings_.foreground);
  limits.background = rate(hours->background, settings_.background);
  limits.upload = rate(hours->upload, {settings_.upload, 0});
  limits.lan_download = rate(hours->lan_download, {settings_.lan_download, 0});
  limits.lan_upload = rate(hours->lan_upload, {settings_.lan_upload, 0});
  limits.origin = settings_.origin;
  limits.low_effort_background = settings_.low_effort_background;
  return limits;
}

}  // namespace convoy
