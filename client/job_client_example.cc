// Gets one file: makes a job, starts it, follows it to its end, also over a
// restart of the daemon, and hands the file over; or says what went wrong and
// what would help, and cleans up.
//
//   job_client_example URL PATH
//
// What it does step by step, `Fetch` (job_watcher.h) does in one.

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

// Makes the job, and starts it. A call that got no answer is made again with
// the same request id: there will be one job, whatever became of the first
// call.
absl::StatusOr<convoy::v1::Job> Begin(const convoy::JobClient& client,
                                      const std::string& url,
                                      const std::string& path) {
  convoy::v1::CreateJobRequest request;
  request.set_request_id(convoy::NewRequestId());
  convoy::v1::Job& job = *request.mutable_job();
  job.set_display_name("example");
  job.set_priority(convoy::v1::JOB_PRIORITY_FOREGROUND);
  (*job.mutable_annotations())["made-by"] = "job_client_example";
  convoy::v1::JobFile& file = *request.add_files();
  file.set_remote_url(url);
  file.set_local_path(path);
  absl::StatusOr<convoy::v1::Job> made = client.CreateJob(request);
  if (absl::IsDeadlineExceeded(made.status())) made = client.CreateJob(request);
  if (!made.ok()) return made;
  return client.ResumeJob(made->id());
}

// Says what would help a job that failed, and removes what it had fetched.
void GiveUp(const convoy::JobClient& client, const std::string& job_id) {
  const auto explained = client.ExplainJob(job_id);
  if (explained.ok() && !explained->remedy().empty()) {
    std::fprintf(stderr, "%s\n", explained->remedy().c_str());
  }
  (void)client.CancelJob(job_id);
}

absl::Status Get(const std::string& url, const std::string& path) {
  const convoy::JobClient client;  // $CONVOY_SOCKET, or the machine's daemon
  const absl::StatusOr<convoy::v1::Job> job = Begin(client, url, path);
  if (!job.ok()) return job.status();

  Progress progress;
  convoy::v1::WatchJobRequest watch;
  watch.set_job_id(job->id());
  const std::unique_ptr<convoy::JobWatcher> watcher =
      convoy::JobWatcher::WatchJob(client.options(), watch, progress);
  const absl::Status status = progress.Wait();
  if (status.ok()) return client.CompleteJob(job->id()).status();
  if (absl::IsAborted(status)) GiveUp(client, job->id());
  return status;
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
