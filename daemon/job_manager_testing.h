#ifndef CONVOY_DAEMON_JOB_MANAGER_TESTING_H_
#define CONVOY_DAEMON_JOB_MANAGER_TESTING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/job_service.pb.h"
#include "daemon/caller.h"
#include "daemon/fake_job_store.h"
#include "daemon/fake_owner_commands.h"
#include "daemon/fake_owner_files.h"
#include "daemon/job_manager.h"
#include "daemon/settings.h"
#include "daemon/watch_hub.h"
#include "peer/base/fake_executor.h"
#include "peer/base/ids.h"
#include "peer/fake_transfer_engine.h"

namespace convoy {

// Keeps what a stream was sent.
class RecordingListener final : public WatchListener {
 public:
  void OnJob(std::shared_ptr<const v1::Job> job) override {
    jobs.push_back(std::move(job));
  }
  void OnSynced() override { synced_after = jobs.size(); }
  void OnEnd(absl::Status status) override { end = std::move(status); }

  // "SUSPENDED QUEUED ...": the states that came, repeats left out.
  std::string States() const;

  std::vector<std::shared_ptr<const v1::Job>> jobs;
  std::optional<std::size_t> synced_after;
  std::optional<absl::Status> end;
};

// A manager on fakes, in virtual time. A call returns its answer once all that
// was posted has run.
class ManagerHarness {
 public:
  explicit ManagerHarness(Settings given = DefaultSettings());
  ~ManagerHarness();

  static Settings DefaultSettings();

  // kill -9: what is not committed is lost; then the daemon comes back.
  void KillAndRestart();
  // Only the first half.
  void Kill();
  void Start();

  void RunUntilIdle();
  void Advance(absl::Duration by);

  // Calls.
  absl::StatusOr<v1::Job> Create(
      const std::vector<std::string>& local_paths,
      v1::JobPriority priority = v1::JOB_PRIORITY_UNSPECIFIED);
  absl::StatusOr<v1::Job> Create(const v1::CreateJobRequest& request);
  absl::StatusOr<v1::Job> Get(const std::string& id);
  v1::JobState StateOf(const std::string& id);
  absl::StatusOr<v1::ListJobsResponse> List(const v1::ListJobsRequest& request);
  std::vector<v1::JobFile> Files(const std::string& id);
  absl::StatusOr<v1::Job> Update(const v1::UpdateJobRequest& request);
  absl::StatusOr<v1::AddFilesResponse> Add(
      const std::string& id, const std::vector<std::string>& local_paths);
  absl::StatusOr<v1::AddFilesResponse> Add(const v1::AddFilesRequest& request);
  absl::StatusOr<v1::JobFile> UpdateFile(const v1::UpdateFileRequest& request);
  absl::StatusOr<v1::Job> Resume(const std::string& id);
  absl::StatusOr<v1::Job> Suspend(const std::string& id);
  absl::StatusOr<v1::CompleteJobResponse> Complete(const std::string& id);
  absl::StatusOr<v1::CancelJobResponse> Cancel(const std::string& id);
  absl::StatusOr<v1::Job> TakeOwnership(const std::string& id);
  absl::StatusOr<v1::ExplainJobResponse> Explain(const std::string& id);
  absl::StatusOr<v1::JobFile> RequestRanges(
      const v1::RequestRangesRequest& request);
  absl::StatusOr<v1::GetFilledRangesResponse> FilledRanges(
      const std::string& id);
  absl::StatusOr<v1::Job> Answer(const v1::AnswerNotificationRequest& request);
  WatchId Watch(const std::string& id, WatchListener* listener);

  // A job whose files are all transferred.
  std::string CreateTransferred(const std::vector<std::string>& local_paths);
  // A resumed job; its transfers are the newest of the engine.
  std::string CreateRunning(
      const std::vector<std::string>& local_paths,
      v1::JobPriority priority = v1::JOB_PRIORITY_UNSPECIFIED);

  JobManager& manager() { return *manager_; }
  const Job* Stored(const std::string& id) const {
    return store.committed(*JobId::Parse(id));
  }

  Caller caller{1000, 1000, false};
  Settings settings;
  FakeClock clock;
  FakeExecutor control{clock};
  FakeExecutor files_executor{clock};
  FakeJobStore store;
  FakeOwnerFiles files;
  FakeTransferEngine engine;
  FakeOwnerCommands commands;
  std::int64_t measured_link = 0;

 private:
  template <typename T, typename Request>
  absl::StatusOr<T> Call(void (JobManager::*method)(const Caller&,
                                                    const Request&,
                                                    JobManager::Reply<T>),
                         const Request& request);

  std::unique_ptr<JobManager> manager_;
};

// A failure as the engine tells it.
absl::Status RetryableFailure(absl::string_view message = "connection refused");
absl::Status FatalFailure(absl::string_view message = "HTTP status 404");

}  // namespace convoy

#endif  // CONVOY_DAEMON_JOB_MANAGER_TESTING_H_
