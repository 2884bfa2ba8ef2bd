#include "daemon/rpc_server.h"

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "convoy/v1/job_service.grpc.pb.h"
#include "daemon/rpc_call.h"
#include "daemon/rpc_testing.h"
#include "daemon/unary_method.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"

namespace convoy {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr SocketPeer kAnn = {1001, 1001};

class RpcServerTest : public ::testing::Test {
 protected:
  RpcServerTest() {
    RpcService service = NoMethods("convoy.v1.JobService");
    service.methods["GetJob"] = UnaryMethod<v1::GetJobRequest, v1::Job>(
        *server_.callers, server_.control,
        [](const Caller& caller, const v1::GetJobRequest& request,
           UnaryReply<v1::Job> reply) {
          v1::Job job;
          job.set_id(request.job_id());
          job.mutable_owner()->set_uid(caller.uid);
          std::move(reply)(std::move(job));
        });
    service.methods["ListJobs"] = [this](const std::shared_ptr<RpcCall>& call) {
      call->OnGone([this] { gone_.set_value(); });
      begun_.set_value(call);
    };
    server_.Serve({std::move(service), NoMethods("convoy.v1.AdminService")});
    channel_ = server_.ChannelOf(kAnn);
    jobs_ = v1::JobService::NewStub(channel_);
    health_ = Health::NewStub(channel_);
  }

  // Sends `bytes` as the request of a unary call.
  absl::Status CallWithBytes(const std::string& method,
                             const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, method, grpc::StubOptions(), &request, &response,
                   [&](grpc::Status status) { done.set_value(status); });
    return FromGrpcStatus(done.get_future().get());
  }

  HealthCheckResponse::ServingStatus Check(const std::string& service) {
    grpc::ClientContext context;
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    EXPECT_TRUE(health_->Check(&context, request, &response).ok());
    return response.status();
  }

  // What came of the call of ListJobs.
  std::promise<std::shared_ptr<RpcCall>> begun_;
  std::promise<void> gone_;
  RpcTestServer server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<Health::Stub> health_;
};

TEST_F(RpcServerTest, AnswersCallsOfItsMethods) {
  for (int i = 0; i < 100; ++i) {
    grpc::ClientContext context;
    v1::GetJobRequest request;
    request.set_job_id(std::to_string(i));
    v1::Job job;
    ASSERT_TRUE(jobs_->GetJob(&context, request, &job).ok());
    EXPECT_EQ(job.id(), request.job_id());
    EXPECT_EQ(job.owner().uid(), kAnn.uid);
  }
}

TEST_F(RpcServerTest, ManyCallsAtOnceGetEachItsOwnAnswer) {
  constexpr int kCallers = 8, kCalls = 200;
  std::vector<std::thread> threads;
  for (int caller = 0; caller < kCallers; ++caller) {
    threads.emplace_back([this, caller] {
      const SocketPeer user = {static_cast<uid_t>(2000 + caller), 1};
      const auto stub = v1::JobService::NewStub(server_.ChannelOf(user));
      for (int i = 0; i < kCalls; ++i) {
        grpc::ClientContext context;
        v1::GetJobRequest request;
        request.set_job_id(std::to_string(i));
        v1::Job job;
        ASSERT_TRUE(stub->GetJob(&context, request, &job).ok());
        ASSERT_EQ(job.id(), request.job_id());
        ASSERT_EQ(job.owner().uid(), user.uid);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(RpcServerTest, UnknownMethodIsUnimplementedWithADetail) {
  for (const char* method : {"/convoy.v1.JobService/Fly", "/no.Such/Method"}) {
    const absl::Status status = CallWithBytes(method, "");
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
    EXPECT_TRUE(GetErrorDetail(status).has_value());
    EXPECT_NE(status.message().find(method), std::string::npos);
  }
}

TEST_F(RpcServerTest, RequestThatCannotBeReadIsInvalid) {
  // No field at all; a text that is not UTF-8.
  for (const char* bytes : {"\xff\xff\xff", "\x0a\x02\xff\xfe"}) {
    const absl::Status status =
        CallWithBytes("/convoy.v1.JobService/GetJob", bytes);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ErrorDetailOf(status).reason(),
              v1::ERROR_REASON_INVALID_ARGUMENT);
    EXPECT_NE(
        status.message().find(bytes[0] == '\x0a' ? "job_id" : "GetJobRequest"),
        std::string::npos);
  }
}

TEST_F(RpcServerTest, CallWithoutRequestIsInvalid) {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  const auto stream =
      stub.PrepareCall(&context, "/convoy.v1.JobService/GetJob", &queue);
  stream->StartCall(&tag);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  stream->WritesDone(&tag);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  grpc::Status status;
  stream->Finish(&status, &tag);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(RpcServerTest, MessageOver16MiBIsRefused) {
  const absl::Status status = CallWithBytes("/convoy.v1.JobService/GetJob",
                                            std::string((16 << 20) + 1, 'x'));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(RpcServerTest, HandlerHearsWhenTheCallerGoesAway) {
  grpc::ClientContext context;
  std::thread caller([&] {
    v1::ListJobsResponse response;
    EXPECT_EQ(jobs_->ListJobs(&context, {}, &response).error_code(),
              grpc::StatusCode::CANCELLED);
  });
  const std::shared_ptr<RpcCall> call = begun_.get_future().get();
  context.TryCancel();
  gone_.get_future().wait();
  caller.join();
  // Late, and harmless.
  bool heard = false;
  call->OnGone([&] { heard = true; });
  EXPECT_TRUE(heard);
  call->Finish(absl::OkStatus(), nullptr);
}

TEST_F(RpcServerTest, StopCancelsWhatDoesNotEndAndWaitsForIt) {
  std::thread caller([&] {
    grpc::ClientContext context;
    v1::ListJobsResponse response;
    EXPECT_FALSE(jobs_->ListJobs(&context, {}, &response).ok());
  });
  std::shared_ptr<RpcCall> call = begun_.get_future().get();
  std::thread stopper([&] { server_.Stop(); });
  gone_.get_future().wait();
  call->Finish(absl::CancelledError(""), nullptr);
  call.reset();
  stopper.join();
  caller.join();
  server_.Stop();
}

TEST_F(RpcServerTest, ServerAndEachServiceAreHealthy) {
  EXPECT_EQ(Check(""), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check("convoy.v1.JobService"), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check("grpc.health.v1.Health"), HealthCheckResponse::SERVING);
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("no.Such");
  HealthCheckResponse response;
  EXPECT_EQ(health_->Check(&context, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(RpcServerTest, HealthWatchTellsTheEnd) {
  grpc::ClientContext context;
  const auto reader = health_->Watch(&context, {});
  HealthCheckResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  server_.Stop();
  // The grace is zero: the last message may be cut off, the end may not.
  while (reader->Read(&response)) {
    EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  }
  EXPECT_FALSE(reader->Finish().ok());
}

TEST_F(RpcServerTest, HealthWatchOfAnUnknownServiceStaysOpen) {
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("no.Such");
  const auto reader = health_->Watch(&context, request);
  HealthCheckResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST(RpcServerStartTest, ServiceWithoutAHandlerForEachMethodIsRefused) {
  RpcService service = NoMethods("convoy.v1.JobService");
  service.methods.erase("Fetch");
  const auto server = RpcServer::Start({std::move(service)});
  EXPECT_NE(server.status().message().find("Fetch"), std::string::npos);
  EXPECT_FALSE(RpcServer::Start({{"no.Such", {}}}).ok());
}

}  // namespace
}  // namespace convoy
