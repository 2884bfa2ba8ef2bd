#include "daemon/job_manager_testing.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/config_file.h"
#include "daemon/job_state.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

void FillFiles(const std::vector<std::string>& local_paths,
               google::protobuf::RepeatedPtrField<v1::JobFile>* files) {
  for (const std::string& path : local_paths) {
    v1::JobFile* const file = files->Add();
    file->set_remote_url(absl::StrCat("http://origin.example", path));
    file->set_local_path(path);
  }
}

template <typename Request>
Request ForJob(const std::string& id) {
  Request request;
  request.set_job_id(id);
  return request;
}

}  // namespace

std::string RecordingListener::States() const {
  std::vector<std::string> states;
  for (const auto& job : jobs) {
    const std::string state(StateName(job->state()));
    if (states.empty() || states.back() != state) states.push_back(state);
  }
  return absl::StrJoin(states, " ");
}

Settings ManagerHarness::DefaultSettings() { return *ParseConfig({}, {}); }

ManagerHarness::ManagerHarness(Settings given) : settings(std::move(given)) {
  Start();
}

ManagerHarness::~ManagerHarness() { manager_.reset(); }

void ManagerHarness::Start() {
  manager_ = std::make_unique<JobManager>(JobManager::Parts{
      &clock, &control, &files_executor, &store, &files, &engine, &settings,
      &commands, [this] { return measured_link; }});
  if (!manager_->Start().ok()) std::abort();
  RunUntilIdle();
}

void ManagerHarness::Kill() {
  manager_.reset();
  store.Crash();
  // What was posted for the dead process finds nobody.
  RunUntilIdle();
}

void ManagerHarness::KillAndRestart() {
  Kill();
  Start();
}

void ManagerHarness::RunUntilIdle() {
  // Each executor may post to the other one.
  for (int i = 0; i < 50; ++i) {
    control.RunUntilIdle();
    files_executor.RunUntilIdle();
  }
}

void ManagerHarness::Advance(absl::Duration by) {
  RunUntilIdle();
  // In steps: what falls due on the way may begin work that ends on the way.
  const absl::Duration step = std::max(absl::Seconds(1), by / 1000);
  for (; by > absl::ZeroDuration(); by -= step) {
    control.Advance(std::min(step, by));
    RunUntilIdle();
  }
}

template <typename T, typename Request>
absl::StatusOr<T> ManagerHarness::Call(
    void (JobManager::*method)(const Caller&, const Request&,
                               JobManager::Reply<T>),
    const Request& request) {
  auto answer = std::make_shared<std::optional<absl::StatusOr<T>>>();
  control.Post([this, method, request, answer] {
    (manager_.get()->*method)(
        caller, request,
        [answer](absl::StatusOr<T> result) { *answer = std::move(result); });
  });
  RunUntilIdle();
  if (!answer->has_value()) return absl::DeadlineExceededError("no answer");
  return **answer;
}

absl::StatusOr<v1::Job> ManagerHarness::Create(
    const v1::CreateJobRequest& request) {
  return Call(&JobManager::CreateJob, request);
}

absl::StatusOr<v1::Job> ManagerHarness::Create(
    const std::vector<std::string>& local_paths, v1::JobPriority priority) {
  v1::CreateJobRequest request;
  request.mutable_job()->set_display_name("job");
  request.mutable_job()->set_priority(priority);
  FillFiles(local_paths, request.mutable_files());
  return Create(request);
}

absl::StatusOr<v1::Job> ManagerHarness::Get(const std::string& id) {
  return Call(&JobManager::GetJob, ForJob<v1::GetJobRequest>(id));
}

v1::JobState ManagerHarness::StateOf(const std::string& id) {
  const absl::StatusOr<v1::Job> job = Get(id);
  return job.ok() ? job->state() : v1::JOB_STATE_UNSPECIFIED;
}

absl::StatusOr<v1::ListJobsResponse> ManagerHarness::List(
    const v1::ListJobsRequest& request) {
  return Call(&JobManager::ListJobs, request);
}

std::vector<v1::JobFile> ManagerHarness::Files(const std::string& id) {
  const absl::StatusOr<v1::ListFilesResponse> list =
      Call(&JobManager::ListFiles, ForJob<v1::ListFilesRequest>(id));
  if (!list.ok()) return {};
  return {list->files().begin(), list->files().end()};
}

absl::StatusOr<v1::Job> ManagerHarness::Update(
    const v1::UpdateJobRequest& request) {
  return Call(&JobManager::UpdateJob, request);
}

absl::StatusOr<v1::AddFilesResponse> ManagerHarness::Add(
    const std::string& id, const std::vector<std::string>& local_paths) {
  v1::AddFilesRequest request = ForJob<v1::AddFilesRequest>(id);
  FillFiles(local_paths, request.mutable_files());
  return Add(request);
}

absl::StatusOr<v1::AddFilesResponse> ManagerHarness::Add(
    const v1::AddFilesRequest& request) {
  return Call(&JobManager::AddFiles, request);
}

absl::StatusOr<v1::JobFile> ManagerHarness::UpdateFile(
    const v1::UpdateFileRequest& request) {
  return Call(&JobManager::UpdateFile, request);
}

absl::StatusOr<v1::Job> ManagerHarness::Resume(const std::string& id) {
  return Call(&JobManager::ResumeJob, ForJob<v1::ResumeJobRequest>(id));
}

absl::StatusOr<v1::Job> ManagerHarness::Suspend(const std::string& id) {
  return Call(&JobManager::SuspendJob, ForJob<v1::SuspendJobRequest>(id));
}

absl::StatusOr<v1::CompleteJobResponse> ManagerHarness::Complete(
    const std::string& id) {
  return Call(&JobManager::CompleteJob, ForJob<v1::CompleteJobRequest>(id));
}

absl::StatusOr<v1::CancelJobResponse> ManagerHarness::Cancel(
    const std::string& id) {
  return Call(&JobManager::CancelJob, ForJob<v1::CancelJobRequest>(id));
}

absl::StatusOr<v1::Job> ManagerHarness::TakeOwnership(const std::string& id) {
  return Call(&JobManager::TakeOwnership, ForJob<v1::TakeOwnershipRequest>(id));
}

absl::StatusOr<v1::ExplainJobResponse> ManagerHarness::Explain(
    const std::string& id) {
  return Call(&JobManager::ExplainJob, ForJob<v1::ExplainJobRequest>(id));
}

absl::StatusOr<v1::Job> ManagerHarness::Answer(
    const v1::AnswerNotificationRequest& request) {
  return Call(&JobManager::AnswerNotification, request);
}

absl::StatusOr<v1::JobFile> ManagerHarness::RequestRanges(
    const v1::RequestRangesRequest& request) {
  return Call(&JobManager::RequestRanges, request);
}

absl::StatusOr<v1::GetFilledRangesResponse> ManagerHarness::FilledRanges(
    const std::string& id) {
  v1::GetFilledRangesRequest request;
  request.set_job_id(id);
  return Call(&JobManager::GetFilledRanges, request);
}

WatchId ManagerHarness::Watch(const std::string& id, WatchListener* listener) {
  const WatchId watch =
      manager_->WatchJob(caller, ForJob<v1::WatchJobRequest>(id), listener);
  RunUntilIdle();
  return watch;
}

std::string ManagerHarness::CreateRunning(
    const std::vector<std::string>& local_paths, v1::JobPriority priority) {
  const absl::StatusOr<v1::Job> job = Create(local_paths, priority);
  if (!job.ok() || !Resume(job->id()).ok()) std::abort();
  return job->id();
}

std::string ManagerHarness::CreateTransferred(
    const std::vector<std::string>& local_paths) {
  const std::size_t first = engine.count();
  const std::string id = CreateRunning(local_paths);
  for (std::size_t i = 0; i < local_paths.size(); ++i) {
    engine.Succeed(first + i, "content");
  }
  RunUntilIdle();
  return id;
}

absl::Status RetryableFailure(absl::string_view message) {
  return Error(v1::ERROR_REASON_CONNECT_FAILURE,
               v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
      .Retryable()
      .Status(message);
}

absl::Status FatalFailure(absl::string_view message) {
  return Error(v1::ERROR_REASON_HTTP_STATUS, v1::ERROR_CONTEXT_REMOTE_FILE)
      .HttpStatus(404)
      .Status(message);
}

}  // namespace convoy
