#include "daemon/job_service.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "convoy/v1/admin_service.grpc.pb.h"
#include "convoy/v1/job_service.grpc.pb.h"
#include "daemon/admin_service.h"
#include "daemon/config_file.h"
#include "daemon/fake_owner_commands.h"
#include "daemon/job_manager.h"
#include "daemon/job_store.h"
#include "daemon/owner_files.h"
#include "daemon/rpc_testing.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "peer/base/serial_executor.h"
#include "peer/fake_transfer_engine.h"

// Both services, the real manager and store behind them; only the engine is a
// fake.
namespace convoy {
namespace {

using Jobs = v1::JobService::Stub;

constexpr SocketPeer kStranger = {54321, 54321};

class JobServiceTest : public ::testing::Test {
 protected:
  JobServiceTest() : files_executor_("files") {
    char name[] = "/tmp/convoy-service-XXXXXX";
    directory_ = ::mkdtemp(name);
    settings_ = *ParseConfig({}, {});
    store_ = *OpenSqliteJobStore(directory_ + "/jobs.db");
    files_ = MakeOwnerFiles();
    OnControl([this] {
      manager_ = std::make_unique<JobManager>(JobManager::Parts{
          &server_.clock, &server_.control, &files_executor_, store_.get(),
          files_.get(), &engine_, &settings_, &commands_});
      EXPECT_TRUE(manager_->Start().ok());
    });
    AdminServiceParts admin;
    admin.manager = manager_.get();
    admin.engine = &engine_;
    admin.control = &server_.control;
    admin.files_executor = &files_executor_;
    admin.clock = &server_.clock;
    admin.callers = &*server_.callers;
    admin.settings = &settings_;
    admin.state_directory = directory_;
    admin.socket = directory_ + "/nobody-serves-this";
    admin.month = [] { return v1::MonthStatistics(); };
    admin.last_reload = [] { return v1::ReloadConfigResponse(); };
    admin.check_store = [this] { return store_->CheckWritable(); };
    std::vector<RpcService> services;
    services.push_back(
        MakeJobService(*manager_, server_.control, *server_.callers));
    services.push_back(MakeAdminService(std::move(admin)));
    server_.Serve(std::move(services));
    // The owner of the files must be the test's own user.
    channel_ = server_.ChannelOf({::geteuid(), ::getegid()});
    jobs_ = v1::JobService::NewStub(channel_);
    admin_ = v1::AdminService::NewStub(channel_);
  }

  ~JobServiceTest() override {
    ShutDown();
    server_.Stop();
    files_executor_.Stop();
    server_.control.Stop();
    manager_.reset();
  }

  void ShutDown() {
    if (std::exchange(shut_down_, true)) return;
    std::promise<void> done;
    server_.control.Post(
        [&] { manager_->Shutdown([&] { done.set_value(); }); });
    done.get_future().wait();
  }

  void OnControl(const std::function<void()>& work) {
    std::promise<void> done;
    server_.control.Post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  template <typename Response, typename Request>
  static grpc::Status Call(Jobs& stub,
                           grpc::Status (Jobs::*method)(grpc::ClientContext*,
                                                        const Request&,
                                                        Response*),
                           const Request& request, Response* response) {
    grpc::ClientContext context;
    return (stub.*method)(&context, request, response);
  }
  // The answer of a call that must succeed.
  template <typename Response, typename Request>
  Response Ask(grpc::Status (Jobs::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
               const Request& request) {
    Response response;
    const grpc::Status status = Call(*jobs_, method, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  template <typename Response, typename Request>
  Response AskFor(grpc::Status (Jobs::*method)(grpc::ClientContext*,
                                               const Request&, Response*),
                  const std::string& job_id) {
    Request request;
    request.set_job_id(job_id);
    return Ask(method, request);
  }

  v1::JobFile File(const std::string& name) const {
    v1::JobFile file;
    file.set_remote_url("http://origin.test/" + name);
    file.set_local_path(absl::StrCat(directory_, "/", name));
    return file;
  }
  v1::Job Create(const std::string& name) {
    v1::CreateJobRequest request;
    request.mutable_job()->set_display_name("test");
    *request.add_files() = File(name);
    return Ask(&Jobs::CreateJob, request);
  }

  std::string directory_;
  Settings settings_;
  std::unique_ptr<JobStore> store_;
  std::unique_ptr<OwnerFiles> files_;
  FakeTransferEngine engine_;
  FakeOwnerCommands commands_;
  std::unique_ptr<JobManager> manager_;
  RpcTestServer server_;
  SerialExecutor files_executor_;
  bool shut_down_ = false;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Jobs> jobs_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
};

// The one ErrorDetail of a failed call.
v1::ErrorDetail DetailOf(const grpc::Status& status) {
  google::rpc::Status packed;
  EXPECT_TRUE(packed.ParseFromString(status.error_details()));
  EXPECT_EQ(packed.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(packed.details_size(), 1);
  v1::ErrorDetail detail;
  EXPECT_TRUE(packed.details_size() == 1 &&
              packed.details(0).UnpackTo(&detail));
  EXPECT_NE(detail.reason(), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_NE(detail.context(), v1::ERROR_CONTEXT_UNSPECIFIED);
  EXPECT_NE(detail.reason(), v1::ERROR_REASON_INTERNAL)
      << status.error_message();
  return detail;
}

TEST_F(JobServiceTest, EveryUnaryCallAnswers) {
  const v1::Job created = Create("a");
  EXPECT_EQ(created.state(), v1::JOB_STATE_SUSPENDED);
  EXPECT_EQ(created.owner().uid(), ::geteuid());
  const std::string id = created.id();

  v1::AddFilesRequest add;
  add.set_job_id(id);
  *add.add_files() = File("b");
  EXPECT_EQ(Ask(&Jobs::AddFiles, add).first_index(), 1);

  v1::UpdateJobRequest update;
  update.mutable_job()->set_id(id);
  update.mutable_job()->set_display_name("renamed");
  update.mutable_update_mask()->add_paths("display_name");
  EXPECT_EQ(Ask(&Jobs::UpdateJob, update).display_name(), "renamed");

  v1::UpdateFileRequest update_file;
  update_file.set_job_id(id);
  *update_file.mutable_file() = File("c");
  update_file.mutable_file()->set_index(1);
  update_file.mutable_update_mask()->add_paths("remote_url");
  EXPECT_EQ(Ask(&Jobs::UpdateFile, update_file).remote_url(),
            "http://origin.test/c");

  const auto job = AskFor<v1::Job, v1::GetJobRequest>(&Jobs::GetJob, id);
  EXPECT_EQ(job.display_name(), "renamed");
  EXPECT_EQ(Ask(&Jobs::ListJobs, v1::ListJobsRequest()).jobs_size(), 1);
  const auto files =
      AskFor<v1::ListFilesResponse, v1::ListFilesRequest>(&Jobs::ListFiles, id);
  EXPECT_EQ(files.files_size(), 2);

  const auto resumed =
      AskFor<v1::Job, v1::ResumeJobRequest>(&Jobs::ResumeJob, id);
  EXPECT_NE(resumed.state(), v1::JOB_STATE_SUSPENDED);
  const auto suspended =
      AskFor<v1::Job, v1::SuspendJobRequest>(&Jobs::SuspendJob, id);
  EXPECT_EQ(suspended.state(), v1::JOB_STATE_SUSPENDED);
  const auto explained = AskFor<v1::ExplainJobResponse, v1::ExplainJobRequest>(
      &Jobs::ExplainJob, id);
  EXPECT_FALSE(explained.summary().empty());
  AskFor<v1::Job, v1::TakeOwnershipRequest>(&Jobs::TakeOwnership,
                                            Create("d").id());
  const auto cancelled =
      AskFor<v1::CancelJobResponse, v1::CancelJobRequest>(&Jobs::CancelJob, id);
  EXPECT_EQ(cancelled.job().state(), v1::JOB_STATE_CANCELLED);
  const auto completed =
      AskFor<v1::CompleteJobResponse, v1::CompleteJobRequest>(
          &Jobs::CompleteJob, Create("e").id());
  EXPECT_EQ(completed.job().state(), v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_TRUE(completed.partial());
}

TEST_F(JobServiceTest, FailedCallsCarryOneErrorDetail) {
  const std::string nobody = "00000000-0000-4000-8000-000000000000";
  const auto expect_not_found = [&](auto request, auto response, auto method) {
    request.set_job_id(nobody);
    const grpc::Status status = Call(*jobs_, method, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(DetailOf(status).reason(), v1::ERROR_REASON_NOT_FOUND);
  };
  expect_not_found(v1::GetJobRequest(), v1::Job(), &Jobs::GetJob);
  expect_not_found(v1::ResumeJobRequest(), v1::Job(), &Jobs::ResumeJob);
  expect_not_found(v1::SuspendJobRequest(), v1::Job(), &Jobs::SuspendJob);
  expect_not_found(v1::CompleteJobRequest(), v1::CompleteJobResponse(),
                   &Jobs::CompleteJob);
  expect_not_found(v1::CancelJobRequest(), v1::CancelJobResponse(),
                   &Jobs::CancelJob);
  expect_not_found(v1::TakeOwnershipRequest(), v1::Job(), &Jobs::TakeOwnership);
  expect_not_found(v1::ExplainJobRequest(), v1::ExplainJobResponse(),
                   &Jobs::ExplainJob);
  expect_not_found(v1::ListFilesRequest(), v1::ListFilesResponse(),
                   &Jobs::ListFiles);

  v1::Job job;
  const grpc::Status status =
      Call(*jobs_, &Jobs::CreateJob, v1::CreateJobRequest(), &job);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_FALSE(DetailOf(status).field().empty());
}

TEST_F(JobServiceTest, WatchOfAnUnknownJobEndsWithItsError) {
  grpc::ClientContext context;
  v1::WatchJobRequest request;
  request.set_job_id("00000000-0000-4000-8000-000000000000");
  const auto reader = jobs_->WatchJob(&context, request);
  v1::WatchJobResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(DetailOf(reader->Finish()).reason(), v1::ERROR_REASON_NOT_FOUND);
}

TEST_F(JobServiceTest, FetchDeliversTheFileAndEnds) {
  v1::FetchRequest request;
  *request.add_files() = File("wanted");
  grpc::ClientContext context;
  const auto reader = jobs_->Fetch(&context, request);
  ASSERT_TRUE(engine_.WaitForCount(1));
  engine_.Succeed(0, "content");
  v1::FetchResponse response;
  v1::JobState last = v1::JOB_STATE_UNSPECIFIED;
  while (reader->Read(&response)) last = response.job().state();
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(last, v1::JOB_STATE_ACKNOWLEDGED);
  std::ifstream file(directory_ + "/wanted");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "content");
}

TEST_F(JobServiceTest, FetchThatIsTiedToItsCallerIsCancelledWithIt) {
  v1::FetchRequest request;
  *request.add_files() = File("tied");
  request.set_cancel_on_disconnect(true);
  std::string id;
  {
    grpc::ClientContext context;
    const auto reader = jobs_->Fetch(&context, request);
    v1::FetchResponse response;
    ASSERT_TRUE(reader->Read(&response));
    id = response.job().id();
    ASSERT_TRUE(engine_.WaitForCount(1));
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  grpc::ClientContext context;
  v1::WatchJobRequest watch;
  watch.set_job_id(id);
  const auto reader = jobs_->WatchJob(&context, watch);
  v1::WatchJobResponse response;
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(response.job().state(), v1::JOB_STATE_CANCELLED);
}

TEST_F(JobServiceTest, WatchJobsShowsWhatIsThereThenChanges) {
  const v1::Job job = Create("a");
  grpc::ClientContext context;
  const auto reader = jobs_->WatchJobs(&context, v1::WatchJobsRequest());
  v1::WatchJobsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.job().id(), job.id());
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_TRUE(response.synced());
  AskFor<v1::CancelJobResponse, v1::CancelJobRequest>(&Jobs::CancelJob,
                                                      job.id());
  while (reader->Read(&response) &&
         response.job().state() != v1::JOB_STATE_CANCELLED) {
  }
  EXPECT_EQ(response.job().state(), v1::JOB_STATE_CANCELLED);
  context.TryCancel();
}

TEST_F(JobServiceTest, OtherUsersSeeNothingAndAreToldNothing) {
  const v1::Job job = Create("a");
  const auto stub = v1::JobService::NewStub(server_.ChannelOf(kStranger));
  v1::GetJobRequest get;
  get.set_job_id(job.id());
  v1::Job response;
  const grpc::Status status = Call(*stub, &Jobs::GetJob, get, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  v1::ListJobsResponse list;
  EXPECT_TRUE(Call(*stub, &Jobs::ListJobs, v1::ListJobsRequest(), &list).ok());
  EXPECT_EQ(list.jobs_size(), 0);
}

TEST_F(JobServiceTest, MemberOfTheGroupAdministers) {
  server_.is_administrator = [](const SocketPeer& user) {
    return user == kStranger;
  };
  const v1::Job job = Create("a");
  const auto stub = v1::JobService::NewStub(server_.ChannelOf(kStranger));
  v1::GetJobRequest get;
  get.set_job_id(job.id());
  v1::Job response;
  EXPECT_TRUE(Call(*stub, &Jobs::GetJob, get, &response).ok());
}

TEST_F(JobServiceTest, CallsAndStreamsEndWhenTheDaemonStops) {
  const v1::Job job = Create("a");
  grpc::ClientContext context;
  v1::WatchJobRequest watch;
  watch.set_job_id(job.id());
  const auto reader = jobs_->WatchJob(&context, watch);
  v1::WatchJobResponse response;
  ASSERT_TRUE(reader->Read(&response));
  ShutDown();
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status ended = reader->Finish();
  EXPECT_EQ(ended.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailOf(ended).reason(), v1::ERROR_REASON_SHUTTING_DOWN);
  v1::ListJobsResponse list;
  const grpc::Status refused =
      Call(*jobs_, &Jobs::ListJobs, v1::ListJobsRequest(), &list);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailOf(refused).reason(), v1::ERROR_REASON_SHUTTING_DOWN);
}

TEST_F(JobServiceTest, ReplyThatIsDroppedIsAnsweredAllTheSame) {
  server_.control.Stop();  // What is posted from here on is dropped.
  v1::ListJobsResponse list;
  const grpc::Status status =
      Call(*jobs_, &Jobs::ListJobs, v1::ListJobsRequest(), &list);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailOf(status).reason(), v1::ERROR_REASON_SHUTTING_DOWN);
  shut_down_ = true;
}

TEST_F(JobServiceTest, StatisticsTellJobsAndProcess) {
  Create("a");
  // Whether their contents are here still or not.
  engine_.SetUploaded({3, 30, 300});
  grpc::ClientContext context;
  v1::HostStatistics statistics;
  ASSERT_TRUE(admin_->GetHostStatistics(&context, {}, &statistics).ok());
  EXPECT_EQ(statistics.jobs_by_state().at("JOB_STATE_SUSPENDED"), 1);
  EXPECT_FALSE(statistics.version().empty());
  EXPECT_GT(statistics.resident_memory_bytes(), 1 << 20);
  EXPECT_GT(statistics.start_time().seconds(), 1'700'000'000);
  EXPECT_EQ(statistics.uploaded_lan_bytes(), 3);
  EXPECT_EQ(statistics.uploaded_group_bytes(), 30);
  EXPECT_EQ(statistics.uploaded_internet_bytes(), 300);
}

TEST_F(JobServiceTest, EffectiveConfigNamesProviders) {
  grpc::ClientContext context;
  v1::GetEffectiveConfigResponse response;
  ASSERT_TRUE(admin_->GetEffectiveConfig(&context, {}, &response).ok());
  ASSERT_GT(response.values_size(), 10);
  EXPECT_EQ(response.values(2).provider(), "default");
}

TEST_F(JobServiceTest, SelfTestTellsWhatFails) {
  grpc::ClientContext context;
  v1::RunSelfTestResponse response;
  ASSERT_TRUE(admin_->RunSelfTest(&context, {}, &response).ok());
  EXPECT_FALSE(response.passed());
  int failed = 0;
  for (const v1::SelfTestCheck& check : response.checks()) {
    if (check.passed()) continue;
    ++failed;
    EXPECT_EQ(check.name(), "control socket");
    EXPECT_NE(check.message().find("nobody"), std::string::npos);
  }
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(response.checks_size(), 4);
}

TEST_F(JobServiceTest, SelfTestIsForAdministrators) {
  const auto stub = v1::AdminService::NewStub(server_.ChannelOf(kStranger));
  grpc::ClientContext context;
  v1::RunSelfTestResponse response;
  const grpc::Status status = stub->RunSelfTest(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(DetailOf(status).reason(), v1::ERROR_REASON_ACCESS_DENIED);
}

}  // namespace
}  // namespace convoy
