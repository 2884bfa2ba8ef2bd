#ifndef CONVOY_CLIENT_CLI_ROLLOUT_PLAN_H_
#define CONVOY_CLIENT_CLI_ROLLOUT_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/declared_job.pb.h"
#include "daemon/declaration.h"
#include "daemon/rollout_rule.h"

// Which machines a declared job would reach, and when. Pure functions; the rule
// is the daemon's own.
namespace convoy {

// Machines, one a line or between commas: an id, then its labels
// ("web-1 ring=canary"). What follows a "#" is left out. INVALID_ARGUMENT: a
// label that is not NAME=VALUE, or no machine at all.
absl::StatusOr<std::vector<RolloutMachine>> ParseMachines(
    absl::string_view text);

struct RolloutPlan {
  // One for each machine, in their order.
  std::vector<v1::RolloutPlanLine> lines;
  int selected = 0;
  // Those with the job's labels.
  int labelled = 0;
  // The job's percent for which as many of `labelled` take part as it asks for,
  // where `selected` is off by more than 1 % of them: a hash is a fair coin, no
  // better. In hundredths; 0: it need not be another.
  int better_percent = 0;
  // The earliest start of all; InfiniteFuture: none begins.
  absl::Time first_start = absl::InfiniteFuture();
};

RolloutPlan PlanRollout(const Declaration& job,
                        const std::vector<RolloutMachine>& machines,
                        absl::Time now, absl::TimeZone zone);

// "dictionary: 250 of 1000 machines take part (25.0 %; percent: 25), from ...",
// and what would bring more or fewer of them.
std::string SummaryOf(const Declaration& job, const RolloutPlan& plan,
                      absl::Time now, absl::TimeZone zone);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_ROLLOUT_PLAN_H_
