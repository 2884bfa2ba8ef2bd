#include "daemon/cost_policy.h"

#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/config.pb.h"

namespace convoy {
namespace {

struct Cost {
  absl::string_view name;
  std::uint32_t bit;
};

constexpr Cost kCosts[] = {{"unrestricted", 0x1},
                           {"capped", 0x2},
                           {"usage_based", 0x40},
                           {"roaming", 0x80}};

}  // namespace

std::uint32_t NetworkCost(const Settings& settings) {
  for (const Cost& cost : kCosts) {
    if (settings.config.network().cost() == cost.name) return cost.bit;
  }
  return kCosts[0].bit;
}

bool CostAllows(const Job& job, const Settings& settings) {
  const std::uint32_t flags = ExtrasOf(job).cost_flags;
  return flags == 0 || (flags & NetworkCost(settings)) != 0;
}

std::string AllowedCosts(const Job& job) {
  const std::uint32_t flags = ExtrasOf(job).cost_flags;
  std::vector<absl::string_view> names;
  for (const Cost& cost : kCosts) {
    if (flags == 0 || (flags & cost.bit) != 0) names.push_back(cost.name);
  }
  return names.empty() ? "none that network.cost knows"
                       : absl::StrJoin(names, ", ");
}

}  // namespace convoy
