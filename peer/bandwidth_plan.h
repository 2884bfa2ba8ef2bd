#ifndef CONVOY_PEER_BANDWIDTH_PLAN_H_
#define CONVOY_PEER_BANDWIDTH_PLAN_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "peer/swarm_settings.h"

namespace convoy {

// How much traffic may be, as the configuration says it. The lower of both
// holds.
struct BandwidthRate {
  std::int64_t bytes_per_second = 0;  // 0: no limit.
  int percent = 0;                    // Of the link's rate. 0: no limit.
};

// One line of bandwidth.schedule: other limits on some days, at some hours.
struct BandwidthHours {
  // Monday first. A time that goes past midnight belongs to the day on which it
  // begins.
  std::array<bool, 7> days = {};
  // Minutes of the day. end <= begin: it ends on the next day.
  int begin = 0;
  int end = 0;
  // Absent: as without this line.
  std::optional<BandwidthRate> foreground;
  std::optional<BandwidthRate> background;
  std::optional<BandwidthRate> upload;
  std::optional<BandwidthRate> lan_download;
  std::optional<BandwidthRate> lan_upload;

  bool Contains(absl::CivilMinute local) const;
};

// Reads
//
//   DAYS HH:MM-HH:MM LIMIT...
//
// DAYS: days and ranges of days with commas between them, "mon-fri", "sat,sun";
// a range may go past Sunday ("fri-mon"). Hours: 00:00 to 24:00; they may go
// past midnight ("22:00-06:00"). LIMIT: foreground, background, upload,
// lan_download or lan_upload, "=", and bytes per second (0: no limit) or, but
// not for lan_, a percentage ("50%"). Pure; takes any text.
//
// INVALID_ARGUMENT: the message says what is wrong, to follow the name of the
// key ("has the day \"mom\"; ...").
absl::StatusOr<BandwidthHours> ParseBandwidthHours(absl::string_view line);
// Reads DAYS HH:MM-HH:MM alone, as above.
absl::StatusOr<BandwidthHours> ParseWeeklyHours(absl::string_view line);

// Which limits hold when. Pure; nothing but assignment changes it.
class BandwidthPlan {
 public:
  struct Settings {
    // What the link carries, in bytes per second. 0: as measured.
    std::int64_t link = 0;
    // At all other hours.
    BandwidthRate foreground;
    BandwidthRate background;
    std::int64_t upload = 0;
    std::int64_t lan_download = 0;
    std::int64_t lan_upload = 0;
    std::int64_t origin = 0;
    bool low_effort_background = true;
    // The first that fits holds.
    std::vector<BandwidthHours> schedule;
  };
  struct Moment {
    BandwidthLimits limits;
    // When the schedule changes them next, later than the moment itself.
    // InfiniteFuture: never.
    absl::Time next_change;
  };

  // Days and hours of `settings` are those of `zone`. When its clocks are put
  // forward, an hour that they leave out does not come; when they are put back,
  // one comes twice.
  BandwidthPlan(Settings settings, absl::TimeZone zone);

  // `measured_link`: bytes per second, 0: not known; then percentages limit
  // nothing. Used where the settings do not tell the link's rate.
  Moment At(absl::Time now, std::int64_t measured_link) const;

  // Some limit is a percentage of what must be measured.
  bool NeedsMeasuredLink() const;

 private:
  // The line that holds at a local time; null: none.
  const BandwidthHours* HoursAt(absl::Time time) const;
  absl::Time NextChange(absl::Time now) const;
  BandwidthLimits LimitsOf(const BandwidthHours* hours,
                           std::int64_t link) const;

  Settings settings_;
  absl::TimeZone zone_;
  std::vector<int> boundaries_;  // Minutes of the day, rising.
};

}  // namespace convoy

#endif  // CONVOY_PEER_BANDWIDTH_PLAN_H_
