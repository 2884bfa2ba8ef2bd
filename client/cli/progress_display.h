#ifndef CONVOY_CLIENT_CLI_PROGRESS_DISPLAY_H_
#define CONVOY_CLIENT_CLI_PROGRESS_DISPLAY_H_

#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cli/terminal.h"
#include "client/job_client.h"
#include "convoy/v1/job.pb.h"
#include "peer/base/clock.h"

namespace convoy {

enum class ProgressMode {
  // Bars on a terminal, else a line for each change of state and every few
  // seconds.
  kPeople,
  // Each snapshot as a line of JSON.
  kJson,
  kNothing,
};

// Shows the progress of one job on a stream. One thread.
class ProgressDisplay {
 public:
  // `client`, for the files, and `stream` are not owned.
  ProgressDisplay(const JobClient& client, ProgressMode mode,
                  std::FILE* stream);

  // A newer snapshot.
  void Show(const v1::Job& job);
  // To be called several times a second: what moves with time moves.
  void Tick();
  // The daemon is away until the next snapshot.
  void ShowLost(const absl::Status& why);
  // The last draw; other output may follow.
  void Finish();

 private:
  void Draw();
  void PrintPlain(absl::Duration now);
  // Reads the files anew, if they are few enough to be shown.
  void UpdateFiles();
  void Print(const std::string& line);

  const JobClient& client_;
  const ProgressMode mode_;
  std::FILE* const stream_;
  const bool bars_;
  const RealClock clock_;

  LiveArea area_;
  v1::Job job_;
  bool any_ = false;
  bool changed_ = false;
  std::string notice_;
  std::vector<v1::JobFile> files_;
  // Monotonic times.
  absl::Duration shown_at_ = -absl::InfiniteDuration();
  absl::Duration files_at_ = -absl::InfiniteDuration();
  v1::JobState printed_state_ = v1::JOB_STATE_UNSPECIFIED;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_PROGRESS_DISPLAY_H_
