#include "client/swarm_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/fake_daemon.h"
#include "client/job_client.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;

const std::string kId(40, '1');
const std::string kOther(40, '2');

class SwarmClientTest : public ::testing::Test {
 protected:
  SwarmClientTest() {
    std::vector<v1::Content> contents(2);
    contents[0].set_id(kId);
    contents[1].set_id(kOther);
    daemon_.SetContents(contents);
    std::vector<v1::SwarmPeer> peers(2);
    peers[0].set_content_id(kId);
    peers[1].set_content_id(kOther);
    daemon_.SetPeers(peers);
  }

  FakeDaemon daemon_;
  const SwarmClient client_{{daemon_.socket_path()}};
};

TEST_F(SwarmClientTest, ReadsContentsAndPeers) {
  EXPECT_EQ(client_.ListContents({})->contents_size(), 2);
  EXPECT_EQ(client_.GetContent(kOther)->id(), kOther);
  EXPECT_EQ(client_.ListPeers()->peers_size(), 2);
  EXPECT_EQ(client_.ListPeers(kId)->peers_size(), 1);
}

TEST_F(SwarmClientTest, SteersContents) {
  EXPECT_TRUE(client_.PinContent(kId, true)->pinned());
  EXPECT_FALSE(client_.PinContent(kId, false)->pinned());
  EXPECT_TRUE(client_.EvictContent(kId).ok());
  EXPECT_EQ(client_.ListContents({})->contents_size(), 1);
  v1::AdoptFileRequest request;
  request.set_local_path("/a");
  EXPECT_EQ(client_.AdoptFile(request)->local_path(), "/a");
}

TEST_F(SwarmClientTest, ErrorsKeepTheirDetail) {
  const absl::Status status = client_.GetContent("3").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorDetailOf(status).field(), "content_id");
}

TEST_F(SwarmClientTest, PublishGivesEachMessage) {
  v1::PublishRequest request;
  for (const char* path : {"/a", "/b", "/c"}) request.add_paths(path);
  std::vector<std::string> paths;
  const auto note = [&](const v1::PublishResponse& response) {
    paths.push_back(response.file().path());
    return paths.size() < 3;
  };
  EXPECT_EQ(client_.Publish(request, note).code(),
            absl::StatusCode::kCancelled);
  EXPECT_THAT(paths, ElementsAre("/a", "/b", "/c"));
  EXPECT_EQ(client_.Publish(request, [](const auto&) { return true; }),
            absl::OkStatus());
}

TEST_F(SwarmClientTest, ADaemonThatIsNotThereIsToldSo) {
  daemon_.Stop();
  EXPECT_TRUE(IsDaemonUnreachable(client_.ListContents({}).status()));
  EXPECT_TRUE(IsDaemonUnreachable(client_.AdoptFile({}).status()));
  EXPECT_TRUE(IsDaemonUnreachable(
      client_.Publish({}, [](const auto&) { return true; })));
}

}  // namespace
}  // namespace convoy
