#ifndef CONVOY_CLIENT_CLI_TOP_VIEW_H_
#define CONVOY_CLIENT_CLI_TOP_VIEW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/host_snapshot.h"
#include "client/cli/progress_view.h"

// What `convoy top` shows. Pure functions.
namespace convoy {

// Bytes of one kind of source, or of peers of one kind that were given to.
struct SourceRate {
  std::string key;    // "lan", "to_lan".
  std::string label;  // "from LAN", "to LAN".
  // Since the daemon started.
  std::int64_t bytes = 0;
  std::int64_t bytes_per_second = 0;
};

// All sources, in an order that does not change. A daemon that was started anew
// in between has no rates.
std::vector<SourceRate> RatesBetween(const HostSnapshot& before,
                                     const HostSnapshot& now);

// A head of lines, a bar for each source that has given or taken anything, then
// the jobs, the fastest first; no more than `height` lines.
std::vector<std::string> TopLines(const HostSnapshot& snapshot,
                                  const std::vector<SourceRate>& rates,
                                  const ViewStyle& style, int height,
                                  absl::TimeZone zone);

// One line: {"time":"2026-03-01T08:05:00Z","rates":{"origin":0,...},
// "statistics":{...},"jobs":[...],"declared_jobs":{...}}.
std::string TopToJson(const HostSnapshot& snapshot,
                      const std::vector<SourceRate>& rates);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_TOP_VIEW_H_
