#ifndef CONVOY_CLIENT_CLI_PROGRESS_VIEW_H_
#define CONVOY_CLIENT_CLI_PROGRESS_VIEW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "convoy/v1/job.pb.h"

// Snapshots of jobs as lines of text. Pure functions; no line is wider than the
// style says.
namespace convoy {

struct ViewStyle {
  int width = 80;
  bool color = false;
};

// Up to this many files get a line each.
constexpr int kMaxFileLines = 6;

// A line that says what the job does, a bar, and, for 2 to kMaxFileLines files,
// a bar for each. `files` may be empty.
std::vector<std::string> ProgressLines(const v1::Job& job,
                                       const std::vector<v1::JobFile>& files,
                                       const ViewStyle& style, absl::Time now);

// One line with a bar, for a list of jobs.
std::string CompactLine(const v1::Job& job, const ViewStyle& style);

// For logs: "transferring 45% (1.2 GiB of 2.7 GiB), 12 MiB/s, 2m 05s left, from
// origin 12%, LAN 88%".
std::string PlainLine(const v1::Job& job, absl::Time now);

// Work on bytes that is no job.
struct Work {
  std::string label;
  std::int64_t done_bytes = 0;
  std::int64_t total_bytes = 0;
  std::int64_t rate_bytes_per_second = 0;
};

// One line with a bar.
std::string WorkLine(const Work& work, const ViewStyle& style);

// For logs, as the one of a job.
std::string PlainLine(const Work& work);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_PROGRESS_VIEW_H_
