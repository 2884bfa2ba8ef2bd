#include "daemon/watch_stream.h"

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "convoy/v1/job_service.grpc.pb.h"
#include "daemon/rpc_call.h"
#include "daemon/rpc_testing.h"
#include "daemon/unary_method.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "peer/base/mutex.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"

namespace convoy {
namespace {

constexpr SocketPeer kAnn = {1001, 1001};
constexpr WatchId kId = 17;

std::shared_ptr<const v1::Job> Snapshot(const std::string& id, int revision) {
  auto job = std::make_shared<v1::Job>();
  job->set_id(id);
  job->set_etag(absl::StrCat(revision));
  job->set_description(std::string(1024, 'd'));
  return job;
}

int RevisionOf(const v1::Job& job) { return std::stoi(job.etag()); }

// Streams whose news come from the test.
class Streams {
 public:
  explicit Streams(RpcTestServer& server) : server_(server) {}

  RpcService Methods() {
    RpcService service = NoMethods("convoy.v1.JobService");
    service.methods["WatchJob"] =
        Handler<v1::WatchJobRequest, v1::WatchJobResponse>();
    service.methods["WatchJobs"] =
        Handler<v1::WatchJobsRequest, v1::WatchJobsResponse>();
    return service;
  }

  // Waits for the next watch.
  WatchListener* Begun() {
    MutexLock lock(&mutex_);
    while (listener_ == nullptr) changed_.Wait(&mutex_);
    return std::exchange(listener_, nullptr);
  }
  WatchId Stopped() {
    MutexLock lock(&mutex_);
    while (!stopped_.has_value()) changed_.Wait(&mutex_);
    return *std::exchange(stopped_, std::nullopt);
  }
  // Begun, not stopped.
  int open() {
    MutexLock lock(&mutex_);
    return open_;
  }

 private:
  template <typename Request, typename Response>
  RpcHandler Handler() {
    return [this](const std::shared_ptr<RpcCall>& call) {
      ReadRequest<Request>(
          call, [this, call](const auto&) { Start<Response>(call); });
    };
  }

  template <typename Response>
  void Start(const std::shared_ptr<RpcCall>& call) {
    WatchStream<Response>::Start(
        call, *server_.callers, server_.control,
        [this](const Caller& caller, WatchListener* listener) {
          EXPECT_EQ(caller.uid, kAnn.uid);
          MutexLock lock(&mutex_);
          listener_ = listener;
          ++open_;
          changed_.NotifyAll();
          return kId;
        },
        [this](WatchId id) {
          MutexLock lock(&mutex_);
          stopped_ = id;
          --open_;
          changed_.NotifyAll();
        });
  }

  RpcTestServer& server_;
  Mutex mutex_;
  CondVar changed_;
  WatchListener* listener_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::optional<WatchId> stopped_ ABSL_GUARDED_BY(mutex_);
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

class WatchStreamTest : public ::testing::Test {
 protected:
  WatchStreamTest() : streams_(server_) { server_.Serve({streams_.Methods()}); }

  void Connect() { stub_ = v1::JobService::NewStub(server_.ChannelOf(kAnn)); }

  // Runs on the control thread, as the manager's news do; returns when it has.
  void OnControl(const std::function<void()>& work) {
    std::promise<void> done;
    server_.control.Post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  RpcTestServer server_;
  Streams streams_;
  std::unique_ptr<v1::JobService::Stub> stub_;
};

TEST_F(WatchStreamTest, BringsNewsInOrderThenTheEnd) {
  Connect();
  grpc::ClientContext context;
  const auto reader = stub_->WatchJobs(&context, {});
  WatchListener* const listener = streams_.Begun();
  OnControl([&] {
    listener->OnJob(Snapshot("a", 1));
    listener->OnJob(Snapshot("b", 1));
    listener->OnSynced();
    listener->OnEnd(absl::OkStatus());
  });
  v1::WatchJobsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.job().id(), "a");
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.job().id(), "b");
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_TRUE(response.synced());
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(WatchStreamTest, WatchOfOneJobHasNoSyncedMark) {
  Connect();
  grpc::ClientContext context;
  const auto reader = stub_->WatchJob(&context, {});
  WatchListener* const listener = streams_.Begun();
  OnControl([&] {
    listener->OnSynced();
    listener->OnJob(Snapshot("a", 1));
    listener->OnEnd(absl::OkStatus());
  });
  v1::WatchJobResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.job().id(), "a");
  EXPECT_FALSE(reader->Read(&response));
}

TEST_F(WatchStreamTest, ErrorCarriesItsDetail) {
  Connect();
  grpc::ClientContext context;
  const auto reader = stub_->WatchJob(&context, {});
  WatchListener* const listener = streams_.Begun();
  const absl::Status status =
      Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
          .Field("job_id")
          .Status("no such job");
  OnControl([&] { listener->OnEnd(status); });
  v1::WatchJobResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(FromGrpcStatus(reader->Finish()), status);
}

TEST_F(WatchStreamTest, SlowReaderGetsTheNewestOfEachJobAndNotAll) {
  constexpr int kRounds = 500;
  const std::vector<std::string> ids = {"a", "b", "c"};
  Connect();
  grpc::ClientContext context;
  const auto reader = stub_->WatchJobs(&context, {});
  WatchListener* const listener = streams_.Begun();
  OnControl([&] {
    for (int revision = 1; revision <= kRounds; ++revision) {
      for (const std::string& id : ids) {
        listener->OnJob(Snapshot(id, revision));
      }
    }
    listener->OnEnd(absl::OkStatus());
  });
  std::map<std::string, int> newest;
  int messages = 0;
  v1::WatchJobsResponse response;
  while (reader->Read(&response)) {
    ++messages;
    int& revision = newest[response.job().id()];
    EXPECT_LT(revision, RevisionOf(response.job()));
    revision = RevisionOf(response.job());
  }
  EXPECT_TRUE(reader->Finish().ok());
  for (const std::string& id : ids) EXPECT_EQ(newest[id], kRounds);
  // What fits in flow control's window, and one more of each.
  EXPECT_LT(messages, kRounds);
}

TEST_F(WatchStreamTest, WatchIsStoppedWhenTheCallerGoesAway) {
  Connect();
  grpc::ClientContext context;
  const auto reader = stub_->WatchJob(&context, {});
  WatchListener* const listener = streams_.Begun();
  OnControl([&] { listener->OnJob(Snapshot("a", 1)); });
  v1::WatchJobResponse response;
  ASSERT_TRUE(reader->Read(&response));
  context.TryCancel();
  EXPECT_EQ(streams_.Stopped(), kId);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(WatchStreamTest, WatchIsStoppedWhenTheConnectionBreaks) {
  auto channel = server_.ChannelOf(kAnn);
  auto stub = v1::JobService::NewStub(channel);
  {
    grpc::ClientContext context;
    const auto reader = stub->WatchJob(&context, {});
    WatchListener* const listener = streams_.Begun();
    OnControl([&] { listener->OnJob(Snapshot("a", 1)); });
    // Destroyed unread.
  }
  stub.reset();
  channel.reset();
  EXPECT_EQ(streams_.Stopped(), kId);
}

TEST_F(WatchStreamTest, SlowReaderThatGoesAwayEndsTheStreamToo) {
  Connect();
  grpc::ClientContext context;
  const auto reader = stub_->WatchJob(&context, {});
  WatchListener* const listener = streams_.Begun();
  OnControl([&] {
    for (int revision = 1; revision <= 500; ++revision) {
      listener->OnJob(Snapshot("a", revision));
    }
  });
  context.TryCancel();
  EXPECT_EQ(streams_.Stopped(), kId);
  server_.Stop();  // Waits for the stream.
  EXPECT_EQ(streams_.open(), 0);
}

TEST_F(WatchStreamTest, CallerThatLeavesBeforeTheWatchBeginsLeavesNoWatch) {
  std::promise<void> asked, answer;
  server_.is_administrator = [&](const SocketPeer&) {
    asked.set_value();
    answer.get_future().wait();
    return false;
  };
  Connect();
  grpc::ClientContext context;
  const auto reader = stub_->WatchJob(&context, {});
  asked.get_future().wait();
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  answer.set_value();
  server_.Stop();
  // Whether the server heard of it before or after: no watch is left.
  EXPECT_EQ(streams_.open(), 0);
}

}  // namespace
}  // namespace convoy
