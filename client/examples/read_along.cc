// Reads a file while it comes, and follows all jobs of the user meanwhile.
//
//   read_along URL PATH
#include <cstdio>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/file_reader.h"
#include "client/job_client.h"
#include "client/job_watcher.h"

namespace {

// Called on a thread of the watcher.
class Follower final : public convoy::JobObserver {
 public:
  explicit Follower(std::string job_id) : job_id_(std::move(job_id)) {}

  void OnJob(const convoy::v1::Job& job) override {
    std::printf("%s: %s\n", job.display_name().c_str(),
                convoy::v1::JobState_Name(job.state()).c_str());
    if (job.id() != job_id_) return;
    if (job.state() == convoy::v1::JOB_STATE_TRANSFERRED) {
      Settle(absl::OkStatus());
    } else if (job.state() == convoy::v1::JOB_STATE_ERROR) {
      Settle(absl::AbortedError(job.error().message()));
    }
  }
  void OnSynced() override { std::printf("these are all jobs\n"); }
  void OnEnd(const absl::Status& status) override { Settle(status); }

  absl::Status Wait() { return result_.get_future().get(); }

 private:
  void Settle(const absl::Status& status) {
    if (!settled_) result_.set_value(status);
    settled_ = true;
  }

  const std::string job_id_;
  bool settled_ = false;
  std::promise<absl::Status> result_;
};

// Takes the bytes of the job's file, each block as soon as it is verified.
absl::Status Read(const convoy::JobClient& client, const std::string& job_id) {
  convoy::v1::ReadFileRequest request;
  request.set_job_id(job_id);
  convoy::FileReader reader(client.options(), request);
  long long bytes = 0;
  auto block = reader.Next();
  for (; block.ok() && block->has_value(); block = reader.Next()) {
    bytes += static_cast<long long>((*block)->data().size());
  }
  std::printf("%lld bytes were read\n", bytes);
  return block.status();
}

absl::Status Get(const std::string& url, const std::string& path) {
  const convoy::JobClient client;
  convoy::v1::CreateJobRequest request;
  request.set_request_id(convoy::NewRequestId());
  request.mutable_job()->set_display_name("read along");
  convoy::v1::JobFile& file = *request.add_files();
  file.set_remote_url(url);
  file.set_local_path(path);
  const absl::StatusOr<convoy::v1::Job> job = client.CreateJob(request);
  if (!job.ok()) return job.status();

  Follower follower(job->id());
  const std::unique_ptr<convoy::JobWatcher> watcher =
      convoy::JobWatcher::WatchJobs(client.options(), {}, follower);
  absl::Status status = client.ResumeJob(job->id()).status();
  if (status.ok()) status = Read(client, job->id());
  if (status.ok()) status = follower.Wait();
  if (status.ok()) return client.CompleteJob(job->id()).status();
  (void)client.CancelJob(job->id());
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
