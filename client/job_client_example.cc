// Gets one file: makes a job, starts it, waits for its end, hands the file
// over.
//
//   job_client_example URL PATH
//
// What it does in five calls, `Fetch` (job_watcher.h) does in one.

#include <cstdio>
#include <future>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/job_client.h"
#include "client/job_watcher.h"

namespace {

// Called on a thread of the watcher.
class Progress final : public convoy::JobObserver {
 public:
  void OnJob(const convoy::v1::Job& job) override {
    std::printf("%lld bytes\n",
                static_cast<long long>(job.progress().transferred_bytes()));
    if (job.state() == convoy::v1::JOB_STATE_TRANSFERRED) {
      Settle(absl::OkStatus());
    } else if (job.state() == convoy::v1::JOB_STATE_ERROR) {
      Settle(absl::AbortedError(job.error().message()));
    }
  }
  void OnEnd(const absl::Status& status) override {
    Settle(status.ok() ? absl::CancelledError("the job was cancelled")
                       : status);
  }

  absl::Status Wait() { return result_.get_future().get(); }

 private:
  void Settle(const absl::Status& status) {
    if (!settled_) result_.set_value(status);
    settled_ = true;
  }

  bool settled_ = false;
  std::promise<absl::Status> result_;
};

absl::Status Get(const std::string& url, const std::string& path) {
  const convoy::JobClient client;  // $CONVOY_SOCKET, or the machine's daemon
  convoy::v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("example");
  convoy::v1::JobFile& file = *request.add_files();
  file.set_remote_url(url);
  file.set_local_path(path);
  const absl::StatusOr<convoy::v1::Job> job = client.CreateJob(request);
  if (!job.ok()) return job.status();
  const auto resumed = client.ResumeJob(job->id());
  if (!resumed.ok()) return resumed.status();

  Progress progress;
  convoy::v1::WatchJobRequest watch;
  watch.set_job_id(job->id());
  const std::unique_ptr<convoy::JobWatcher> watcher =
      convoy::JobWatcher::WatchJob(client.options(), watch, progress);
  const absl::Status status = progress.Wait();
  if (!status.ok()) return status;
  return client.CompleteJob(job->id()).status();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s URL PATH\n", argv[0]);
    return 2;
  }
  const absl::Status status = Get(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
