#include "tests/test_daemon.h"

#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "peer/base/status_macros.h"
#include "proto/grpc_status.h"
#include "tests/eventually.h"

namespace convoy::testing {
namespace {

void SetDeadline(grpc::ClientContext& context, absl::Duration timeout) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
}

// One unary call.
template <typename Response, typename Request, typename Method>
absl::StatusOr<Response> Call(v1::JobService::Stub& stub, Method method,
                              const Request& request) {
  grpc::ClientContext context;
  SetDeadline(context, kPatience);
  Response response;
  CONVOY_RETURN_IF_ERROR(
      FromGrpcStatus((stub.*method)(&context, request, &response)));
  return response;
}

template <typename Request>
Request OfJob(const std::string& id) {
  Request request;
  request.set_job_id(id);
  return request;
}

// Watches until `enough` says so.
absl::StatusOr<v1::Job> WatchUntil(
    v1::JobService::Stub& stub, const std::string& id, absl::Duration timeout,
    const std::function<bool(const v1::Job&)>& enough) {
  grpc::ClientContext context;
  SetDeadline(context, timeout);
  auto request = OfJob<v1::WatchJobRequest>(id);
  request.mutable_progress_interval()->set_nanos(50'000'000);
  const auto reader = stub.WatchJob(&context, request);
  v1::WatchJobResponse response;
  v1::Job last;
  while (reader->Read(&response)) {
    last = response.job();
    if (enough(last)) {
      context.TryCancel();
      return last;
    }
  }
  CONVOY_RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  return absl::FailedPreconditionError(
      absl::StrCat("the watch ended with ", last.ShortDebugString()));
}

}  // namespace

std::string Runfile(const std::string& path) {
  const char* root = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  if (root != nullptr && workspace != nullptr) {
    return absl::StrCat(root, "/", workspace, "/", path);
  }
  // Not run by `bazel test`: Bazel puts them beside the program.
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  return absl::StrCat(program, ".runfiles/convoy/", path);
}

v1::JobFile File(const std::string& url, const std::string& local_path) {
  v1::JobFile file;
  file.set_remote_url(url);
  file.set_local_path(local_path);
  return file;
}

std::vector<std::pair<std::string, std::string>> FromPeersAlone() {
  return {{"swarm.origin_delay_background_seconds", "3600"},
          {"swarm.origin_delay_foreground_seconds", "3600"},
          {"swarm.background_min_bytes_per_second", "0"}};
}

TestDaemon::TestDaemon(const Options& options)
    : options_(options), directory_(options.parent_folder) {
  state_directory_ = directory_.path() + "/state";
  socket_ = directory_.path() + "/convoyd.sock";
  chmod(directory_.path().c_str(), 0755);
  if (options_.uid.has_value() &&
      chown(directory_.path().c_str(), *options_.uid, *options_.uid) != 0) {
    std::abort();
  }
  Start();
}

TestDaemon::~TestDaemon() {
  process_.reset();
  if (::testing::Test::HasFailure()) {
    std::cerr << "--- log of convoyd\n" << Log() << "---\n";
  }
}

std::string TestDaemon::config_file() const {
  return directory_.path() + "/convoyd.yaml";
}

std::string TestDaemon::Log() const {
  return ReadFile(directory_.path() + "/log");
}

void TestDaemon::Start() {
  if (process_ != nullptr && process_->Running()) {
    std::cerr << "convoyd runs already\n";
    std::abort();
  }
  ProcessOptions options;
  std::string program = Runfile("daemon/convoyd");
  if (options_.uid.has_value()) {
    // Other users cannot enter the folder that Bazel's outputs are in.
    const std::string copy = directory_.path() + "/convoyd";
    std::filesystem::copy_file(program, copy,
                               std::filesystem::copy_options::skip_existing);
    program = copy;
  }
  options.argv = {program,
                  "--config=" + config_file(),
                  "--state-dir=" + state_directory_,
                  "--socket=" + socket_,
                  "--log-level=" + options_.log_level,
                  "--set=limits.minimum_retry_delay_background_seconds=1",
                  "--set=limits.minimum_retry_delay_foreground_seconds=1"};
  if (!options_.broker.empty()) {
    options.argv.push_back("--broker=" + options_.broker);
  }
  if (!options_.command_broker.empty()) {
    options.argv.push_back("--command-broker=" + options_.command_broker);
  }
  for (const auto& [key, value] : options_.settings) {
    options.argv.push_back(absl::StrCat("--set=", key, "=", value));
  }
  if (!Exists(config_file())) WriteFile(config_file(), "");
  options.output_path = directory_.path() + "/log";
  options.uid = options_.uid;
  options.network_namespace = options_.network_namespace;
  options.environment = options_.environment;
  options.bind_mounts = options_.bind_mounts;
  process_ = std::make_unique<Process>(options);

  const std::shared_ptr<grpc::Channel> channel = Connect();
  jobs_ = v1::JobService::NewStub(channel);
  admin_ = v1::AdminService::NewStub(channel);
  grpc::ClientContext context;
  SetDeadline(context, kPatience);
  context.set_wait_for_ready(true);
  v1::HostStatistics statistics;
  const grpc::Status status =
      admin_->GetHostStatistics(&context, {}, &statistics);
  if (!status.ok()) {
    std::cerr << "convoyd did not start: " << status.error_message() << "\n"
              << Log();
    std::abort();
  }
}

std::shared_ptr<grpc::Channel> TestDaemon::Connect() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 10);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  return grpc::CreateCustomChannel(
      "unix:" + socket_, grpc::InsecureChannelCredentials(), arguments);
}

void TestDaemon::Kill() { process_->Kill(); }

void TestDaemon::KillAfter(absl::Duration delay) {
  EXPECT_EQ(process_->Wait(delay), std::nullopt) << "convoyd ended by itself";
  process_->Kill();
}

int TestDaemon::Stop() {
  process_->Signal(SIGTERM);
  return process_->Wait(kPatience).value_or(-1);
}

absl::StatusOr<v1::Job> TestDaemon::Create(
    const std::vector<v1::JobFile>& files, v1::Job job) {
  v1::CreateJobRequest request;
  if (job.display_name().empty()) job.set_display_name("test");
  *request.mutable_job() = std::move(job);
  for (const v1::JobFile& file : files) *request.add_files() = file;
  return Call<v1::Job>(*jobs_, &v1::JobService::Stub::CreateJob, request);
}

absl::StatusOr<v1::Job> TestDaemon::Get(const std::string& id) {
  return Call<v1::Job>(*jobs_, &v1::JobService::Stub::GetJob,
                       OfJob<v1::GetJobRequest>(id));
}

absl::StatusOr<v1::Job> TestDaemon::Resume(const std::string& id) {
  return Call<v1::Job>(*jobs_, &v1::JobService::Stub::ResumeJob,
                       OfJob<v1::ResumeJobRequest>(id));
}

absl::StatusOr<v1::Job> TestDaemon::Suspend(const std::string& id) {
  return Call<v1::Job>(*jobs_, &v1::JobService::Stub::SuspendJob,
                       OfJob<v1::SuspendJobRequest>(id));
}

absl::StatusOr<v1::CompleteJobResponse> TestDaemon::Complete(
    const std::string& id) {
  return Call<v1::CompleteJobResponse>(*jobs_,
                                       &v1::JobService::Stub::CompleteJob,
                                       OfJob<v1::CompleteJobRequest>(id));
}

absl::StatusOr<v1::CancelJobResponse> TestDaemon::Cancel(
    const std::string& id) {
  return Call<v1::CancelJobResponse>(*jobs_, &v1::JobService::Stub::CancelJob,
                                     OfJob<v1::CancelJobRequest>(id));
}

absl::StatusOr<v1::ExplainJobResponse> TestDaemon::Explain(
    const std::string& id) {
  return Call<v1::ExplainJobResponse>(*jobs_, &v1::JobService::Stub::ExplainJob,
                                      OfJob<v1::ExplainJobRequest>(id));
}

v1::ExplainJobResponse TestDaemon::ExplainUntil(
    const std::string& id,
    const std::function<bool(const v1::ExplainJobResponse&)>& told) {
  absl::StatusOr<v1::ExplainJobResponse> explained;
  const bool seen = Eventually([&] {
    explained = Explain(id);
    return explained.ok() && told(*explained);
  });
  if (seen) return *std::move(explained);
  ADD_FAILURE() << (explained.ok() ? explained->DebugString()
                                   : explained.status().ToString());
  return {};
}

absl::StatusOr<std::vector<v1::JobFile>> TestDaemon::Files(
    const std::string& id) {
  auto request = OfJob<v1::ListFilesRequest>(id);
  request.set_page_size(1000);
  std::vector<v1::JobFile> files;
  do {
    CONVOY_ASSIGN_OR_RETURN(
        const v1::ListFilesResponse page,
        Call<v1::ListFilesResponse>(*jobs_, &v1::JobService::Stub::ListFiles,
                                    request));
    files.insert(files.end(), page.files().begin(), page.files().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return files;
}

absl::StatusOr<v1::Job> TestDaemon::Fetch(const v1::FetchRequest& request,
                                          absl::Duration timeout) {
  grpc::ClientContext context;
  SetDeadline(context, timeout);
  const auto reader = jobs_->Fetch(&context, request);
  v1::FetchResponse response;
  v1::Job last;
  while (reader->Read(&response)) last = response.job();
  CONVOY_RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  return last;
}

absl::StatusOr<v1::Job> TestDaemon::WaitFor(
    const std::string& id, std::initializer_list<v1::JobState> states,
    absl::Duration timeout) {
  return WatchUntil(*jobs_, id, timeout, [&](const v1::Job& job) {
    for (const v1::JobState state : states) {
      if (job.state() == state) return true;
    }
    return false;
  });
}

absl::StatusOr<v1::Job> TestDaemon::WaitForBytes(const std::string& id,
                                                 std::int64_t bytes,
                                                 absl::Duration timeout) {
  return WatchUntil(*jobs_, id, timeout, [&](const v1::Job& job) {
    return job.progress().transferred_bytes() >= bytes;
  });
}

absl::StatusOr<v1::Job> TestDaemon::Run(const std::vector<v1::JobFile>& files,
                                        v1::Job job) {
  CONVOY_ASSIGN_OR_RETURN(const v1::Job created, Create(files, std::move(job)));
  CONVOY_RETURN_IF_ERROR(Resume(created.id()).status());
  return WaitFor(created.id(),
                 {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
}

}  // namespace convoy::testing
