#ifndef CONVOY_CLIENT_CLI_JOB_FLAGS_H_
#define CONVOY_CLIENT_CLI_JOB_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "convoy/v1/job.pb.h"

namespace CLI {
class App;
}

namespace convoy {

// Flags that set fields of a job. Absent or empty: not given.
struct JobFlags {
  std::string name;
  std::string description;
  std::string priority;
  std::optional<std::string> no_progress_timeout;
  std::optional<std::string> retry_delay;
  std::optional<std::string> inactivity_timeout;
  std::string download_mode;
  bool is_private = false;
  std::optional<std::string> needed_by;
  std::string notify_command;
  std::vector<std::string> notify_arguments;
  std::optional<std::string> max_time;
  std::optional<std::string> max_size;
  std::vector<std::string> annotations;
  std::vector<std::string> costs;
};

void AddJobFlags(CLI::App& command, JobFlags& flags);

// Sets the fields whose flags were given, and appends their names to `fields`.
// INVALID_ARGUMENT: a flag is wrong.
absl::Status FillJob(const JobFlags& flags, v1::Job& job,
                     std::vector<std::string>& fields);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_JOB_FLAGS_H_
