#ifndef CONVOY_BENCH_WATCHER_CROWD_H_
#define CONVOY_BENCH_WATCHER_CROWD_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/test_daemon.h"

namespace convoy::bench {

// Many WatchJob streams of one job, told apart from each other by nothing: it
// knows how many of them have shown the job with the description it waits for.
class WatcherCrowd {
 public:
  // Opens the streams; waits for `description`.
  WatcherCrowd(const testing::TestDaemon& daemon, const std::string& job_id,
               int connections, int streams_per_connection,
               std::string description);
  // Ends the streams.
  ~WatcherCrowd();
  WatcherCrowd(const WatcherCrowd&) = delete;
  WatcherCrowd& operator=(const WatcherCrowd&) = delete;

  int size() const { return static_cast<int>(watchers_.size()); }
  // Waits for another description, that the job does not have yet.
  void Await(std::string description);
  // Until all streams have shown it. Ends the bench if that takes longer than a
  // minute, or if a stream breaks.
  void WaitForAll();

 private:
  class Watcher;

  // Called by the watchers, on gRPC's threads.
  void OnDescription(const std::string& description);
  void OnEnd(const grpc::Status& status);

  std::vector<std::unique_ptr<v1::JobService::Stub>> stubs_;
  std::vector<std::unique_ptr<Watcher>> watchers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string awaited_;
  int seen_ = 0;
  int ended_ = 0;
  std::string error_;
};

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_WATCHER_CROWD_H_
