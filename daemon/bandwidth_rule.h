#ifndef CONVOY_DAEMON_BANDWIDTH_RULE_H_
#define CONVOY_DAEMON_BANDWIDTH_RULE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "daemon/settings.h"

namespace convoy {

// A limit of bandwidth that holds, for explanations.
struct BandwidthRule {
  std::string text;    // "200000 bytes per second", "10% of the link".
  std::string policy;  // bandwidth.schedule, or the key of the class.
};

// For bytes from outside of the LAN, at `now`, in hours of `zone`. Nothing: no
// limit. `measured_link`: as BandwidthPlan::At takes it; percentages of what is
// not known limit nothing. Pure, as the next.
std::optional<BandwidthRule> BandwidthRuleOf(const Settings& settings,
                                             bool foreground,
                                             std::int64_t measured_link,
                                             absl::Time now,
                                             absl::TimeZone zone);
// For bytes from origins and mirrors, at all hours.
std::optional<BandwidthRule> OriginRuleOf(const Settings& settings);
// For bytes from the LAN, to the LAN, and to peers outside of it.
std::optional<BandwidthRule> LanDownloadRuleOf(const Settings& settings,
                                               absl::Time now,
                                               absl::TimeZone zone);
std::optional<BandwidthRule> LanUploadRuleOf(const Settings& settings,
                                             absl::Time now,
                                             absl::TimeZone zone);
std::optional<BandwidthRule> UploadRuleOf(const Settings& settings,
                                          std::int64_t measured_link,
                                          absl::Time now, absl::TimeZone zone);

}  // namespace convoy

#endif  // CONVOY_DAEMON_BANDWIDTH_RULE_H_
