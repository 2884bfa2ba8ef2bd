#ifndef CONVOY_DAEMON_JOB_RUN_H_
#define CONVOY_DAEMON_JOB_RUN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/job.h"
#include "daemon/rate_meter.h"
#include "peer/base/ids.h"
#include "peer/transfer_engine.h"

namespace convoy {

class FileRun;

// Who is told what transfers do.
class FileRunListener {
 public:
  virtual ~FileRunListener() = default;
  virtual void OnRunNews(FileRun* run, const TransferNews& news) = 0;
  virtual void OnRunCheckpointVoid(FileRun* run) = 0;
  virtual void OnRunEnd(FileRun* run, TransferEnd end) = 0;
};

// A file of a job on its way: being opened, then a transfer.
class FileRun final : public TransferObserver {
 public:
  // `listener` is not owned and outlives it.
  FileRun(FileRunListener* listener, const JobId& run_job, int run_index,
          std::uint64_t run_id)
      : job(run_job), index(run_index), id(run_id), listener_(listener) {}

  void OnNews(const TransferNews& latest) override {
    if (listener_ != nullptr) listener_->OnRunNews(this, latest);
  }
  void OnCheckpointVoid() override {
    if (listener_ != nullptr) listener_->OnRunCheckpointVoid(this);
  }
  void OnEnd(TransferEnd end) override {
    if (listener_ != nullptr) listener_->OnRunEnd(this, std::move(end));
  }
  // The listener is not called any more.
  void Silence() { listener_ = nullptr; }

  const JobId job;
  const int index;
  // Never used twice: tells a run from a later one of the same file.
  const std::uint64_t id;
  std::unique_ptr<Transfer> transfer;  // Null: still being opened.
  TransferNews news;                   // The newest.
  bool fresh = false;                  // `news` is not in the job's file yet.
  SourceCounts before;   // Bytes of earlier transfers of this file.
  SourceCounts counted;  // What statistics and the file have of this one.

 private:
  FileRunListener* listener_;
};

// What a job has while it has a place among the running ones.
struct JobRun {
  // Monotonic time at which it got the place.
  absl::Duration since;
  std::map<int, std::unique_ptr<FileRun>> files;
  // Files that wait for a place.
  std::set<int> pending;
  // The failure that is told when the files that still run have ended: those
  // that failed wait for the job's next retry meanwhile.
  std::optional<JobFailure> failure;
  // The longest that an origin asked for.
  std::optional<absl::Duration> retry_after;
  std::int64_t received_bytes = 0;
  RateMeter rate;
  std::int64_t published_rate = 0;
};

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_RUN_H_
