#ifndef CONVOY_DAEMON_COST_POLICY_H_
#define CONVOY_DAEMON_COST_POLICY_H_

#include <cstdint>
#include <string>

#include "daemon/job.h"
#include "daemon/settings.h"

namespace convoy {

constexpr char kNetworkCostKey[] = "network.cost";

// The bit of BITS' BITS_COST_STATE_ that network.cost means: unrestricted 0x1,
// capped 0x2 (how much of the cap is used is not known), usage_based 0x40,
// roaming 0x80.
std::uint32_t NetworkCost(const Settings& settings);

// The job may use a network of that cost. Without cost flags a job may use all.
bool CostAllows(const Job& job, const Settings& settings);

// "unrestricted, capped": the values of network.cost at which the job runs.
std::string AllowedCosts(const Job& job);

}  // namespace convoy

#endif  // CONVOY_DAEMON_COST_POLICY_H_
