#include "daemon/bandwidth_rule.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "daemon/swarm_config.h"
#include "peer/bandwidth_plan.h"

namespace convoy {
namespace {

constexpr char kScheduleKey[] = "bandwidth.schedule";

using Limit = std::optional<BandwidthRate> BandwidthHours::*;

// 0: not known.
std::int64_t LinkOf(const BandwidthPlan::Settings& plan,
                    std::int64_t measured_link) {
  return plan.link != 0 ? plan.link : measured_link;
}

// What the schedule's hours of `now` say of one limit, if anything.
std::optional<BandwidthRate> Scheduled(const BandwidthPlan::Settings& plan,
                                       Limit limit, absl::Time now,
                                       absl::TimeZone zone) {
  for (const BandwidthHours& hours : plan.schedule) {
    if (hours.Contains(absl::ToCivilMinute(now, zone))) return hours.*limit;
  }
  return std::nullopt;
}

std::string BytesText(std::int64_t bytes_per_second) {
  return absl::StrCat(bytes_per_second, " bytes per second");
}

std::string RateText(const BandwidthRate& rate) {
  return rate.percent > 0
             ? absl::StrCat(rate.percent, "% of what the link carries")
             : BytesText(rate.bytes_per_second);
}

// A limit without a percentage of its own; the schedule may have one.
std::optional<BandwidthRule> RateRule(const Settings& settings, Limit limit,
                                      std::int64_t otherwise, const char* key,
                                      std::int64_t measured_link,
                                      absl::Time now, absl::TimeZone zone) {
  const BandwidthPlan::Settings plan = MakeBandwidthSettings(settings);
  const std::optional<BandwidthRate> other = Scheduled(plan, limit, now, zone);
  BandwidthRate rate = other.value_or(BandwidthRate{otherwise, 0});
  if (LinkOf(plan, measured_link) == 0) rate.percent = 0;
  if (rate.bytes_per_second == 0 && rate.percent == 0) return std::nullopt;
  return BandwidthRule{RateText(rate), other.has_value() ? kScheduleKey : key};
}

}  // namespace

std::optional<BandwidthRule> BandwidthRuleOf(const Settings& settings,
                                             bool foreground,
                                             std::int64_t measured_link,
                                             absl::Time now,
                                             absl::TimeZone zone) {
  const BandwidthPlan::Settings plan = MakeBandwidthSettings(settings);
  const std::optional<BandwidthRate> other = Scheduled(
      plan,
      foreground ? &BandwidthHours::foreground : &BandwidthHours::background,
      now, zone);
  const BandwidthRate rate =
      other.value_or(foreground ? plan.foreground : plan.background);
  const std::int64_t link = LinkOf(plan, measured_link);
  const std::int64_t share =
      link / 100 * rate.percent + link % 100 * rate.percent / 100;
  const bool by_percent =
      link > 0 && rate.percent > 0 &&
      (rate.bytes_per_second == 0 || share < rate.bytes_per_second);
  if (!by_percent && rate.bytes_per_second == 0) return std::nullopt;
  BandwidthRule rule;
  rule.text = by_percent
                  ? absl::StrCat(rate.percent, "% of what the link carries")
                  : BytesText(rate.bytes_per_second);
  rule.policy =
      other.has_value()
          ? kScheduleKey
          : absl::StrCat("bandwidth.", foreground ? "foreground" : "background",
                         by_percent ? "_percent" : "_bytes_per_second");
  return rule;
}

std::optional<BandwidthRule> OriginRuleOf(const Settings& settings) {
  const std::int64_t rate =
      settings.config.bandwidth().origin_bytes_per_second();
  if (rate == 0) return std::nullopt;
  return BandwidthRule{BytesText(rate), "bandwidth.origin_bytes_per_second"};
}

std::optional<BandwidthRule> LanDownloadRuleOf(const Settings& settings,
                                               absl::Time now,
                                               absl::TimeZone zone) {
  return RateRule(settings, &BandwidthHours::lan_download,
                  settings.config.bandwidth().lan_download_bytes_per_second(),
                  "bandwidth.lan_download_bytes_per_second",
                  /*measured_link=*/0, now, zone);
}

std::optional<BandwidthRule> LanUploadRuleOf(const Settings& settings,
                                             absl::Time now,
                                             absl::TimeZone zone) {
  return RateRule(settings, &BandwidthHours::lan_upload,
                  settings.config.bandwidth().lan_upload_bytes_per_second(),
                  "bandwidth.lan_upload_bytes_per_second", /*measured_link=*/0,
                  now, zone);
}

std::optional<BandwidthRule> UploadRuleOf(const Settings& settings,
                                          std::int64_t measured_link,
                                          absl::Time now, absl::TimeZone zone) {
  return RateRule(settings, &BandwidthHours::upload,
                  settings.config.bandwidth().upload_bytes_per_second(),
                  "bandwidth.upload_bytes_per_second", measured_link, now,
                  zone);
}

}  // namespace convoy
