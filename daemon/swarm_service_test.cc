#include "daemon/swarm_service.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <future>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "convoy/v1/swarm_service.grpc.pb.h"
#include "daemon/manifest_publisher.h"
#include "daemon/owner_files.h"
#include "daemon/rpc_testing.h"
#include "daemon/swarm_calls.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "peer/base/serial_executor.h"
#include "peer/fake_transfer_engine.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"

// The service over a real server and real files; only the contents are a fake.
namespace convoy {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr SocketPeer kStranger = {54321, 54321};

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  return contents.str();
}

class SwarmServiceTest : public ::testing::Test {
 protected:
  SwarmServiceTest() : files_executor_("files"), publishing_("publishing") {
    char name[] = "/tmp/convoy-swarm-XXXXXX";
    directory_ = ::mkdtemp(name);
    files_ = MakeOwnerFiles();
    SwarmCalls::Parts parts;
    parts.control = &server_.control;
    parts.files_executor = &files_executor_;
    parts.files = files_.get();
    parts.contents = &contents_;
    parts.jobs = [](const Caller&) { return SwarmCalls::JobsOfContents(); };
    calls_ = std::make_unique<SwarmCalls>(std::move(parts));
    publisher_ = std::make_unique<ManifestPublisher>(
        ManifestPublisher::Parts{&server_.clock, &publishing_, files_.get()});
    server_.Serve({MakeSwarmService(*calls_, *publisher_, server_.control,
                                    *server_.callers)});
    stub_ = v1::SwarmService::NewStub(
        server_.ChannelOf({::geteuid(), ::getegid()}));
  }
  ~SwarmServiceTest() override {
    publisher_->Stop();
    server_.Stop();
    publishing_.Stop();
    files_executor_.Stop();
    server_.control.Stop();
    if (std::system(absl::StrCat("rm -rf ", directory_).c_str()) != 0) {
      std::abort();
    }
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = absl::StrCat(directory_, "/", name);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  v1::PublishRequest PublishRequest() const {
    v1::PublishRequest request;
    request.add_paths(directory_);
    request.set_url_prefix("http://h/pub");
    return request;
  }

  // All that a Publish call sends.
  struct Published {
    std::vector<v1::PublishResponse> responses;
    absl::Status status;

    std::vector<v1::PublishResponse::PublishedFile> files() const {
      std::vector<v1::PublishResponse::PublishedFile> found;
      for (const auto& response : responses) {
        if (response.has_file()) found.push_back(response.file());
      }
      return found;
    }
  };
  static Published Publish(v1::SwarmService::Stub& stub,
                           const v1::PublishRequest& request) {
    grpc::ClientContext context;
    const auto reader = stub.Publish(&context, request);
    Published published;
    v1::PublishResponse response;
    while (reader->Read(&response)) published.responses.push_back(response);
    published.status = FromGrpcStatus(reader->Finish());
    return published;
  }

  std::string directory_;
  std::unique_ptr<OwnerFiles> files_;
  FakeContents contents_;
  RpcTestServer server_;
  SerialExecutor files_executor_;
  SerialExecutor publishing_;
  std::unique_ptr<SwarmCalls> calls_;
  std::unique_ptr<ManifestPublisher> publisher_;
  std::unique_ptr<v1::SwarmService::Stub> stub_;
};

TEST_F(SwarmServiceTest, UnaryCallsAreAnsweredForWhoCalls) {
  ContentInfo info;
  info.id = std::string(20, 'a');
  info.owner = ::geteuid();
  contents_.infos.push_back(info);
  const auto count = [](v1::SwarmService::Stub& stub) {
    grpc::ClientContext context;
    v1::ListContentsResponse response;
    EXPECT_TRUE(stub.ListContents(&context, {}, &response).ok());
    return response.contents_size();
  };
  EXPECT_EQ(count(*stub_), 1);
  const auto stranger = v1::SwarmService::NewStub(server_.ChannelOf(kStranger));
  EXPECT_EQ(count(*stranger), 0);

  grpc::ClientContext context;
  v1::GetContentRequest request;
  request.set_content_id(absl::BytesToHexString(info.id));
  v1::Content content;
  const absl::Status status =
      FromGrpcStatus(stranger->GetContent(&context, request, &content));
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_NOT_FOUND);
}

TEST_F(SwarmServiceTest, AdoptReadsFileAndManifest) {
  v1::AdoptFileRequest request;
  request.set_local_path(Write("a", "bytes"));
  request.set_manifest_path(Write("a.torrent", "manifest"));
  grpc::ClientContext context;
  v1::Content content;
  EXPECT_TRUE(stub_->AdoptFile(&context, request, &content).ok());
  EXPECT_EQ(content.local_path(), request.local_path());

  request.set_local_path(directory_ + "/none");
  grpc::ClientContext second;
  EXPECT_EQ(ErrorDetailOf(
                FromGrpcStatus(stub_->AdoptFile(&second, request, &content)))
                .reason(),
            v1::ERROR_REASON_PATH_NOT_FOUND);
}

// Publish.

TEST_F(SwarmServiceTest, PublishMakesAManifestBesideEachFile) {
  Write("a", std::string(100000, 'a'));
  ASSERT_EQ(mkdir((directory_ + "/b").c_str(), 0700), 0);
  Write("b/c d", "text");
  Write("empty", "");
  Write(".hidden", "text");
  const Published first = Publish(*stub_, PublishRequest());
  EXPECT_EQ(first.status, absl::OkStatus());
  const auto files = first.files();
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[0].path(), directory_ + "/a");
  EXPECT_EQ(files[0].manifest_path(), directory_ + "/a.torrent");
  EXPECT_EQ(files[0].content_id().size(), 40u);
  EXPECT_EQ(files[0].sha256().size(), 64u);
  EXPECT_FALSE(files[0].unchanged());
  EXPECT_EQ(files[1].path(), directory_ + "/empty");
  EXPECT_EQ(files[1].manifest_path(), "");
  EXPECT_EQ(files[1].content_id(), "");
  EXPECT_EQ(files[2].path(), directory_ + "/b/c d");
  const std::string manifest = Read(files[2].manifest_path());
  EXPECT_NE(manifest.find("http://h/pub/b/c%20d"), std::string::npos);
  EXPECT_NE(manifest.find("4:name3:c d"), std::string::npos);
  const v1::PublishResponse& last = first.responses.back();
  EXPECT_EQ(last.done_bytes(), 100004);
  EXPECT_EQ(last.total_bytes(), 100004);

  // Again: all is right already.
  const Published second = Publish(*stub_, PublishRequest());
  EXPECT_EQ(second.status, absl::OkStatus());
  ASSERT_EQ(second.files().size(), 3u);
  EXPECT_TRUE(second.files()[0].unchanged());
  EXPECT_TRUE(second.files()[2].unchanged());
  Write("a", "shorter");
  const auto third = Publish(*stub_, PublishRequest()).files();
  ASSERT_EQ(third.size(), 3u);
  EXPECT_FALSE(third[0].unchanged());
  EXPECT_NE(third[0].content_id(), files[0].content_id());
  EXPECT_TRUE(third[2].unchanged());
}

TEST_F(SwarmServiceTest, PublishKeepsSignaturesWhileTheFileIsTheSame) {
  Write("a", "text");
  const auto first = Publish(*stub_, PublishRequest()).files();
  ASSERT_EQ(first.size(), 1u);
  const std::string unsigned_manifest = Read(first[0].manifest_path());
  std::string signed_manifest = unsigned_manifest;
  signed_manifest.insert(signed_manifest.find("8:url-list"),
                         "10:signaturesd1:xd9:signature1:yee");
  Write("a.torrent", signed_manifest);
  EXPECT_TRUE(Publish(*stub_, PublishRequest()).files().at(0).unchanged());
  EXPECT_EQ(Read(first[0].manifest_path()), signed_manifest);

  Write("a", "other text");
  EXPECT_FALSE(Publish(*stub_, PublishRequest()).files().at(0).unchanged());
  EXPECT_EQ(Read(first[0].manifest_path()).find("signatures"),
            std::string::npos);
}

TEST_F(SwarmServiceTest, PublishLeavesNothingElseBehind) {
  Write("a", "text");
  EXPECT_EQ(Publish(*stub_, PublishRequest()).status, absl::OkStatus());
  const std::vector<FoundFile> found =
      *files_->ListFiles({::geteuid(), ::getegid()}, directory_, 10);
  std::vector<std::string> paths;
  for (const FoundFile& file : found) paths.push_back(file.path);
  EXPECT_THAT(paths, ElementsAre(directory_ + "/a", directory_ + "/a.torrent"));
  // A temporary file would have a leading dot.
  EXPECT_EQ(
      std::system(
          absl::StrCat("ls -A ", directory_, " | grep -q convoy").c_str()),
      256);
}

TEST_F(SwarmServiceTest, ThePieceLengthIsTheRequests) {
  Write("a", std::string(100000, 'a'));
  v1::PublishRequest request = PublishRequest();
  request.set_piece_length_bytes(16384);
  const auto files = Publish(*stub_, request).files();
  ASSERT_EQ(files.size(), 1u);
  // 7 pieces.
  EXPECT_NE(
      Read(files[0].manifest_path()).find("12:piece lengthi16384e6:pieces140:"),
      std::string::npos);
}

TEST_F(SwarmServiceTest, AWrongRequestNamesItsField) {
  v1::PublishRequest request = PublishRequest();
  request.set_url_prefix("nonsense");
  const Published wrong = Publish(*stub_, request);
  EXPECT_EQ(wrong.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorDetailOf(wrong.status).field(), "url_prefix");
  request = PublishRequest();
  request.set_paths(0, directory_ + "/none");
  EXPECT_EQ(ErrorDetailOf(Publish(*stub_, request).status).reason(),
            v1::ERROR_REASON_PATH_NOT_FOUND);
}

TEST_F(SwarmServiceTest, ManyFilesAreAllTold) {
  for (int i = 0; i < 300; ++i) Write(absl::StrCat("f", i), "text");
  const auto files = Publish(*stub_, PublishRequest()).files();
  std::set<std::string> paths;
  for (const auto& file : files) paths.insert(file.path());
  EXPECT_EQ(paths.size(), 300u);
}

TEST_F(SwarmServiceTest, ACallerThatGoesAwayEndsTheWork) {
  // A sparse file that takes longer to hash than this test may.
  const std::string big = Write("big", "");
  ASSERT_EQ(truncate(big.c_str(), std::int64_t{1} << 40), 0);
  grpc::ClientContext context;
  const auto reader = stub_->Publish(&context, PublishRequest());
  v1::PublishResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.total_bytes(), std::int64_t{1} << 40);
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  // The worker is free again.
  ASSERT_EQ(truncate(big.c_str(), 5), 0);
  EXPECT_EQ(Publish(*stub_, PublishRequest()).status, absl::OkStatus());
}

TEST_F(SwarmServiceTest, StopEndsCallsUnderWay) {
  const std::string big = Write("big", "");
  ASSERT_EQ(truncate(big.c_str(), std::int64_t{1} << 40), 0);
  grpc::ClientContext context;
  const auto reader = stub_->Publish(&context, PublishRequest());
  v1::PublishResponse response;
  ASSERT_TRUE(reader->Read(&response));
  publisher_->Stop();
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(ErrorDetailOf(FromGrpcStatus(reader->Finish())).reason(),
            v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(ErrorDetailOf(Publish(*stub_, PublishRequest()).status).reason(),
            v1::ERROR_REASON_SHUTTING_DOWN);
}

}  // namespace
}  // namespace convoy
