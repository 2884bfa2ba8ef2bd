#ifndef CONVOY_CLIENT_CLI_PUBLISH_PROGRESS_H_
#define CONVOY_CLIENT_CLI_PUBLISH_PROGRESS_H_

#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/time/time.h"
#include "client/cli/progress_view.h"
#include "client/cli/terminal.h"
#include "peer/base/clock.h"

namespace convoy {

// How far `convoy publish` has read, on a stream: a bar on a terminal, else a
// line every few seconds. One thread.
class PublishProgress {
 public:
  // `stream` is not owned. Not `visible`: it shows nothing.
  PublishProgress(std::FILE* stream, bool visible, std::int64_t total_bytes);

  // From now on, `name` is read.
  void BeginFile(const std::string& name);
  // Bytes of this file read so far.
  void Advance(std::int64_t done_bytes);
  // It was read, or given up.
  void EndFile(std::int64_t size);
  // Takes the bar away: other output may follow, until the next Advance.
  void Hide();

 private:
  void Show();

  std::FILE* const stream_;
  const bool bars_;
  const bool lines_;
  const RealClock clock_;
  const absl::Duration begin_;  // Monotonic.
  LiveArea area_;
  Work work_;
  std::int64_t before_ = 0;  // Bytes of the files before this one.
  absl::Duration shown_at_;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_PUBLISH_PROGRESS_H_
