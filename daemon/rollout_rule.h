#ifndef CONVOY_DAEMON_ROLLOUT_RULE_H_
#define CONVOY_DAEMON_ROLLOUT_RULE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/bandwidth_plan.h"

namespace convoy {

// Which machines a declared job is for, and when. Pure; the daemon and `convoy
// rollout plan` both decide by it, so that they cannot differ.

struct RolloutMachine {
  std::string id;
  std::vector<std::string> labels;  // "ring=canary".
};

struct RolloutRule {
  // In hundredths of a percent: 10000 is every machine.
  int percent = 10000;
  std::vector<std::string> labels;  // A machine has all of them.
  absl::Time not_before = absl::InfinitePast();
  std::vector<BandwidthHours> window;  // Empty: always.
};

// Where a machine stands in the order in which machines take up a job, 0 to
// 9999: it takes part where that is less than RolloutRule.percent. The first 32
// bits of SHA-256(JOB "\n" MACHINE-ID), as a part of 2^32. So each job has an
// order of its own, and whoever is among 10 % is among 50 %.
int RolloutRank(absl::string_view job, absl::string_view machine_id);

// Why a machine does not take part: "its rank is 63.20 %, of 25 %" or "has not
// the label ring=canary". Empty: it does.
std::string WhyNotSelected(const RolloutRule& rule, absl::string_view job,
                           const RolloutMachine& machine);

// "25" or "0.25": 0 to 100 with up to two decimals, as hundredths. The message
// says what is wrong.
absl::StatusOr<int> ParsePercent(absl::string_view text);
// "25", "0.25".
std::string PercentText(int hundredths);

// When a job may be worked on.
struct RolloutHours {
  // Now is one of the hours.
  bool open = true;
  // When that changes next; InfiniteFuture: never.
  absl::Time until = absl::InfiniteFuture();
};

// Days and hours of the window are those of `zone`.
RolloutHours HoursAt(const RolloutRule& rule, absl::Time now,
                     absl::TimeZone zone);
// The first time, not before `now`, at which the job may be worked on.
absl::Time NextOpening(const RolloutRule& rule, absl::Time now,
                       absl::TimeZone zone);

}  // namespace convoy

#endif  // CONVOY_DAEMON_ROLLOUT_RULE_H_
