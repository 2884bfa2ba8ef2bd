#include "daemon/bandwidth_rule.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "daemon/config_file.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

// "TEXT (POLICY)" on a Monday at `hour`.
std::string Rule(const std::string& yaml, bool foreground, int hour = 9,
                 std::int64_t measured_link = 1'000'000) {
  const absl::StatusOr<Settings> settings = ParseConfig({{"c.yaml", yaml}}, {});
  EXPECT_TRUE(settings.ok()) << settings.status();
  const absl::TimeZone zone = absl::UTCTimeZone();
  const auto rule = BandwidthRuleOf(
      *settings, foreground, measured_link,
      absl::FromCivil(absl::CivilSecond(2026, 11, 23, hour, 0, 0), zone), zone);
  return rule.has_value() ? absl::StrCat(rule->text, " (", rule->policy, ")")
                          : "";
}

TEST(BandwidthRuleTest, WithoutALimitThereIsNoRule) {
  EXPECT_EQ(Rule("", true), "");
  EXPECT_EQ(Rule("bandwidth: {background_bytes_per_second: 5}", true), "");
}

TEST(BandwidthRuleTest, NamesTheKeyOfTheClass) {
  EXPECT_EQ(Rule("bandwidth: {background_bytes_per_second: 5000}", false),
            "5000 bytes per second (bandwidth.background_bytes_per_second)");
  EXPECT_EQ(Rule("bandwidth: {foreground_percent: 40}", true),
            "40% of what the link carries (bandwidth.foreground_percent)");
}

TEST(BandwidthRuleTest, NamesTheStricterOfBytesAndPercent) {
  const std::string yaml =
      "bandwidth: {link_bytes_per_second: 1000000, background_percent: 10, "
      "background_bytes_per_second: ";
  EXPECT_EQ(Rule(yaml + "99999}", false),
            "99999 bytes per second (bandwidth.background_bytes_per_second)");
  EXPECT_EQ(Rule(yaml + "100001}", false),
            "10% of what the link carries (bandwidth.background_percent)");
}

TEST(BandwidthRuleTest, OfALinkThatIsMeasuredLikewise) {
  const std::string percent = "bandwidth: {background_percent: 10";
  const std::string yaml = percent + ", background_bytes_per_second: 50000}";
  EXPECT_EQ(Rule(yaml, false, 9, 490'000),
            "10% of what the link carries (bandwidth.background_percent)");
  EXPECT_EQ(Rule(yaml, false, 9, 510'000),
            "50000 bytes per second (bandwidth.background_bytes_per_second)");
  // What has not been measured limits nothing.
  EXPECT_EQ(Rule(yaml, false, 9, 0),
            "50000 bytes per second (bandwidth.background_bytes_per_second)");
  EXPECT_EQ(Rule(percent + "}", false, 9, 0), "");
}

TEST(BandwidthRuleTest, NamesTheScheduleInItsHours) {
  const std::string yaml =
      "bandwidth:\n  background_bytes_per_second: 7000\n  schedule:\n"
      "  - mon-fri 08:00-18:00 background=2000 foreground=50%\n";
  EXPECT_EQ(Rule(yaml, false, 9), "2000 bytes per second (bandwidth.schedule)");
  EXPECT_EQ(Rule(yaml, true, 9),
            "50% of what the link carries (bandwidth.schedule)");
  EXPECT_EQ(Rule(yaml, false, 19),
            "7000 bytes per second (bandwidth.background_bytes_per_second)");
  EXPECT_EQ(Rule(yaml, true, 19), "");
}

TEST(BandwidthRuleTest, TheLanHasALimitOfItsOwn) {
  const absl::TimeZone zone = absl::UTCTimeZone();
  const auto rule = [&zone](const std::string& yaml, int hour) {
    const auto found = LanDownloadRuleOf(
        *ParseConfig({{"c.yaml", yaml}}, {}),
        absl::FromCivil(absl::CivilSecond(2026, 11, 23, hour, 0, 0), zone),
        zone);
    return found.has_value() ? found->text + " (" + found->policy + ")" : "";
  };
  EXPECT_EQ(rule("bandwidth: {background_bytes_per_second: 5}", 9), "");
  const std::string yaml =
      "bandwidth:\n  lan_download_bytes_per_second: 7000\n  schedule:\n"
      "  - mon-fri 08:00-18:00 lan_download=2000\n";
  EXPECT_EQ(rule(yaml, 9), "2000 bytes per second (bandwidth.schedule)");
  EXPECT_EQ(rule(yaml, 19),
            "7000 bytes per second (bandwidth.lan_download_bytes_per_second)");
}

TEST(BandwidthRuleTest, WhatIsGivenToPeersHasLimitsOfItsOwn) {
  const absl::TimeZone zone = absl::UTCTimeZone();
  const Settings settings =
      *ParseConfig({{"c.yaml",
                     "bandwidth:\n  upload_bytes_per_second: 7000\n"
                     "  lan_upload_bytes_per_second: 9000\n  schedule:\n"
                     "  - mon-fri 08:00-18:00 upload=20% lan_upload=2000\n"}},
                   {});
  const auto text = [](const std::optional<BandwidthRule>& rule) {
    return rule.has_value() ? rule->text + " (" + rule->policy + ")" : "";
  };
  const auto at = [&zone](int hour) {
    return absl::FromCivil(absl::CivilSecond(2026, 11, 23, hour, 0, 0), zone);
  };
  EXPECT_EQ(text(UploadRuleOf(settings, 1000, at(9), zone)),
            "20% of what the link carries (bandwidth.schedule)");
  EXPECT_EQ(text(UploadRuleOf(settings, 0, at(19), zone)),
            "7000 bytes per second (bandwidth.upload_bytes_per_second)");
  EXPECT_EQ(text(LanUploadRuleOf(settings, at(9), zone)),
            "2000 bytes per second (bandwidth.schedule)");
  EXPECT_EQ(text(LanUploadRuleOf(settings, at(19), zone)),
            "9000 bytes per second (bandwidth.lan_upload_bytes_per_second)");
  EXPECT_EQ(text(UploadRuleOf(settings, 0, at(9), zone)), "");
  EXPECT_EQ(text(UploadRuleOf(*ParseConfig({}, {}), 0, at(9), zone)), "");
}

TEST(BandwidthRuleTest, OriginsHaveALimitOfTheirOwn) {
  const auto rule = OriginRuleOf(*ParseConfig(
      {{"c.yaml", "bandwidth: {origin_bytes_per_second: 5}"}}, {}));
  ASSERT_TRUE(rule.has_value());
  EXPECT_EQ(rule->text, "5 bytes per second");
  EXPECT_EQ(rule->policy, "bandwidth.origin_bytes_per_second");
  EXPECT_FALSE(OriginRuleOf(*ParseConfig({}, {})).has_value());
}

TEST(BandwidthRuleTest, AnHourMayHaveNoLimit) {
  EXPECT_EQ(Rule("bandwidth:\n  background_bytes_per_second: 7000\n"
                 "  schedule: mon 08:00-18:00 background=0\n",
                 false),
            "");
}

}  // namespace
}  // namespace convoy
