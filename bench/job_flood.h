#ifndef CONVOY_BENCH_JOB_FLOOD_H_
#define CONVOY_BENCH_JOB_FLOOD_H_

#include <condition_variable>
#include <mutex>
#include <string>

#include "convoy/v1/job_service.grpc.pb.h"

namespace convoy::bench {

// Makes many suspended jobs of one file each, over one connection, with a
// number of calls on their way at any time.
class JobFlood {
 public:
  // `stub` is not owned. The local paths are in `folder`.
  JobFlood(v1::JobService::Stub& stub, std::string folder, int count,
           int outstanding);

  // Seconds until the last one is answered. Ends the bench if a call fails.
  double Run();

 private:
  struct Call;

  // Sends the next call, if one is left.
  void SendNext();
  void OnAnswer(const Call& call, const grpc::Status& status);

  v1::JobService::Stub& stub_;
  const std::string folder_;
  const int count_;
  const int outstanding_;
  std::mutex mutex_;
  std::condition_variable done_;
  int sent_ = 0;
  int answered_ = 0;
  std::string error_;  // Of the first call that failed.
};

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_JOB_FLOOD_H_
